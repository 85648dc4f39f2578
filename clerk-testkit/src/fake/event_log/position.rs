#[cfg(feature = "server")]
use std::task::{Context, Poll};

use super::{Delivered, EventLog};
use crate::fake::webhook_message::WebhookMessage;

/// The next message that a sender delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct MessagePosition {
    epoch: u64,
    index: usize,
}

impl EventLog {
    /// Returns the message at a position. A position in an earlier log moves to the beginning of this one.
    pub(crate) fn undelivered(&self, position: &mut MessagePosition) -> Option<&WebhookMessage> {
        if position.epoch != self.epoch {
            *position = MessagePosition {
                epoch: self.epoch,
                index: 0,
            };
        }
        self.messages.get(position.index)
    }

    /// Waits for a message at a position.
    #[cfg(feature = "server")]
    pub(crate) fn poll_undelivered(&mut self, position: &mut MessagePosition, context: &Context<'_>) -> Poll<()> {
        if self.undelivered(position).is_some() {
            return Poll::Ready(());
        }
        if !self.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            self.waiting.push(context.waker().clone());
        }
        Poll::Pending
    }

    /// Records how the delivery of the message at a position ended, and moves to the next one.
    pub(crate) fn finish(&mut self, position: &mut MessagePosition, delivered: Delivered) {
        if position.epoch == self.epoch {
            if let Some(known) = self.deliveries.get_mut(position.index) {
                *known = Some(delivered);
            }
            position.index += 1;
        }
    }
}
