use http::StatusCode;

use crate::fake::WebhookMessage;

/// How the delivery of a message ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// The message.
    pub message: WebhookMessage,
    /// The number of attempts, from 1.
    pub attempts: u32,
    /// The status of the last response, or `None` if the receiver did not respond.
    pub status: Option<StatusCode>,
}

impl WebhookDelivery {
    /// Whether the receiver accepted the message with a 2xx.
    pub fn is_delivered(&self) -> bool {
        self.status.is_some_and(|status| status.is_success())
    }
}
