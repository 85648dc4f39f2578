//! Decides what a `reqwest::Error` says about the request: what failed, and whether the server may have acted on it.
//!
//! Only an error that reqwest reports before it writes to a connection is `NotSent`. Everything else may have been delivered.

use clerk_core::{Delivery, TransportError, TransportErrorKind};

/// Classifies a failure that occurred before the head of the response arrived.
pub(crate) fn classify(error: reqwest::Error) -> TransportError {
    let (kind, delivery) = if error.is_builder() {
        (TransportErrorKind::InvalidRequest, Delivery::NotSent)
    } else if error.is_connect() && error.is_timeout() {
        (TransportErrorKind::Timeout, Delivery::NotSent)
    } else if error.is_connect() {
        (TransportErrorKind::Connect, Delivery::NotSent)
    } else if error.is_timeout() {
        (TransportErrorKind::Timeout, Delivery::MaybeDelivered)
    } else if error.is_redirect() {
        (TransportErrorKind::Other, Delivery::MaybeDelivered)
    } else {
        (TransportErrorKind::Closed, Delivery::MaybeDelivered)
    };
    with_source(kind, delivery, error)
}

/// Classifies a failure to read the body of the response. The server has answered, so it has read the request.
pub(crate) fn classify_body(error: reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() {
        TransportErrorKind::Timeout
    } else {
        TransportErrorKind::Closed
    };
    with_source(kind, Delivery::MaybeDelivered, error)
}

/// Keeps the error without its URL, which can contain an email address.
fn with_source(kind: TransportErrorKind, delivery: Delivery, error: reqwest::Error) -> TransportError {
    TransportError::new(kind, delivery).with_source(error.without_url())
}
