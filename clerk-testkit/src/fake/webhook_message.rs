use std::fmt;

use bytes::Bytes;
use clerk_core::model::Timestamp;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::records::INSTANCE_ID;

/// The message of a webhook: an event as Clerk sends it, before it is signed.
///
/// `Debug` shows its id and type and no data.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookMessage {
    id: String,
    event_type: String,
    occurred_at: Timestamp,
    body: Bytes,
}

impl WebhookMessage {
    /// Creates a message by hand, for tests without a fake. `data` is the object that the event is about, as Clerk's API shows
    /// it.
    ///
    /// # Errors
    ///
    /// The error of `serde_json` if `data` cannot be written as JSON.
    pub fn new(
        id: impl Into<String>,
        event_type: impl Into<String>,
        data: impl Serialize,
        occurred_at: Timestamp,
    ) -> Result<Self, serde_json::Error> {
        let data = to_raw_value(&data)?;
        Ok(Self::from_raw(id.into(), event_type, &data, occurred_at))
    }

    pub(super) fn from_raw(id: String, event_type: impl Into<String>, data: &RawValue, occurred_at: Timestamp) -> Self {
        #[derive(Serialize)]
        struct Body<'a> {
            data: &'a RawValue,
            instance_id: &'a str,
            object: &'a str,
            timestamp: Timestamp,
            #[serde(rename = "type")]
            event_type: &'a str,
        }

        let event_type = event_type.into();
        let body = super::records::to_json(&Body {
            data,
            instance_id: INSTANCE_ID,
            object: "event",
            timestamp: occurred_at,
            event_type: &event_type,
        });
        Self {
            id,
            event_type,
            occurred_at,
            body: body.into(),
        }
    }

    /// Returns the id of the message, which each of its deliveries carries as `svix-id`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the type of the event, such as `user.created`.
    pub fn event_type(&self) -> &str {
        &self.event_type
    }

    /// Returns the fake's time of the event.
    pub const fn occurred_at(&self) -> Timestamp {
        self.occurred_at
    }

    /// Returns the body of the webhook.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }
}

impl fmt::Debug for WebhookMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookMessage({}, {})", self.id, self.event_type)
    }
}
