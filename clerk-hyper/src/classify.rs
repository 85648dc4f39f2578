//! Converts hyper's errors: what went wrong, and whether the server may have processed the request.
//!
//! An error becomes `NotSent` only if hyper or the server guarantees it. Every other error becomes `MaybeDelivered`.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use clerk_core::{Delivery, TransportError, TransportErrorKind};
use hyper_util::client::legacy;

use crate::connect::ConnectTimedOut;

type BoxError = Box<dyn StdError + Send + Sync>;

/// Converts an error from before the response's head arrived.
pub(crate) fn classify(error: legacy::Error, has_body: bool) -> TransportError {
    let (kind, delivery) = kind_and_delivery(&error, has_body);
    TransportError::new(kind, delivery).with_source(without_server_text(error.into()))
}

/// Converts an error from within the response's body. By then, the server has processed the request.
pub(crate) fn classify_body(error: hyper::Error) -> TransportError {
    TransportError::new(kind(&error), Delivery::MaybeDelivered).with_source(without_server_text(error.into()))
}

fn kind_and_delivery(error: &legacy::Error, has_body: bool) -> (TransportErrorKind, Delivery) {
    if error.is_connect() {
        let kind = match find::<ConnectTimedOut>(error) {
            Some(_) => TransportErrorKind::Timeout,
            None => TransportErrorKind::Connect,
        };
        return (kind, Delivery::NotSent);
    }
    // The outermost `hyper::Error` decides: a cancelled request can have the connection's own error as its source.
    let Some(error) = find::<hyper::Error>(error) else {
        return (TransportErrorKind::Other, Delivery::MaybeDelivered);
    };
    let never_written = error.is_canceled() || error.is_closed();
    let unprocessed = find::<h2::Error>(error).is_some_and(|error| is_unprocessed(error, has_body));
    let delivery = if never_written || unprocessed {
        Delivery::NotSent
    } else {
        Delivery::MaybeDelivered
    };
    (kind(error), delivery)
}

/// Whether the server states that it did not process the stream (RFC 9113, section 8.7).
///
/// h2 reports a remote GOAWAY to the streams above its last stream id, which the server has not seen. It reports the
/// same error to a stream that is just being opened, regardless of the last stream id: its head may have been written,
/// but not its body. Therefore a GOAWAY proves only for a request with a body that the server did not process it.
fn is_unprocessed(error: &h2::Error, has_body: bool) -> bool {
    let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
    let going_away = error.is_go_away() && has_body;
    error.is_remote() && (refused || going_away)
}

fn kind(error: &hyper::Error) -> TransportErrorKind {
    let is_malformed =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData);
    if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_parse() || error.is_user() || find::<io::Error>(error).is_some_and(is_malformed) {
        TransportErrorKind::Other
    } else {
        TransportErrorKind::Closed
    }
}

/// Returns the first error of type `E` in the chain of sources.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}

/// Replaces an error whose text comes from the server: the free text of a GOAWAY could quote the request.
fn without_server_text(error: BoxError) -> BoxError {
    match find::<h2::Error>(&*error).and_then(h2::Error::reason) {
        Some(reason) => Box::new(Http2Failure(reason)),
        None => error,
    }
}

/// An HTTP/2 error code (RFC 9113, section 7).
#[derive(Debug)]
struct Http2Failure(h2::Reason);

impl fmt::Display for Http2Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP/2 error {:?}: {}", self.0, self.0)
    }
}

impl StdError for Http2Failure {}
