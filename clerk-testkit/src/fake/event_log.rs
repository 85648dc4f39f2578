//! The messages of webhooks, for the events of an instance.

#[cfg(feature = "webhooks")]
mod position;

use std::task::Waker;

use clerk_core::model::Timestamp;
use http::StatusCode;
use serde_json::value::RawValue;

use super::webhook_message::WebhookMessage;

#[cfg(feature = "webhooks")]
pub(crate) use position::MessagePosition;

/// The messages of an instance, in the order of their events.
#[derive(Debug, Default)]
pub(super) struct EventLog {
    messages: Vec<WebhookMessage>,
    /// How the delivery of each message ended, for those that were attempted.
    deliveries: Vec<Option<Delivered>>,
    waiting: Vec<Waker>,
    /// The number of logs before this one.
    epoch: u64,
}

/// How the delivery of a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) attempts: u32,
    /// The status of the last response, or `None` if there was none.
    pub(crate) status: Option<StatusCode>,
}

impl EventLog {
    /// Adds an event. `data` is what Clerk's API shows of the object after it.
    pub(super) fn announce(&mut self, event_type: &'static str, data: &RawValue, wall: Timestamp) {
        let id = format!("msg_fake{:06}", self.messages.len() + 1);
        self.messages.push(WebhookMessage::from_raw(id, event_type, data, wall));
        self.deliveries.push(None);
        self.waiting.drain(..).for_each(Waker::wake);
    }

    pub(super) fn messages(&self) -> &[WebhookMessage] {
        &self.messages
    }

    /// Returns each message, with how its delivery ended.
    pub(super) fn with_deliveries(&self) -> impl Iterator<Item = (&WebhookMessage, Option<Delivered>)> {
        self.messages.iter().zip(self.deliveries.iter().copied())
    }

    /// Starts a new log, whose messages are delivered from the first one.
    pub(super) fn restart(self) -> Self {
        self.waiting.into_iter().for_each(Waker::wake);
        Self {
            epoch: self.epoch + 1,
            ..Self::default()
        }
    }
}
