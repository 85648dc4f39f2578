//! What a failure of hyper's tells of the request: what went wrong, and whether the server may have acted on it.
//!
//! `NotSent` is said only where hyper or the server vouches for it; whatever is not known here may have been delivered.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use clerk_core::{Delivery, TransportError, TransportErrorKind};
use hyper_util::client::legacy;

use crate::connect::ConnectTimedOut;

type BoxError = Box<dyn StdError + Send + Sync>;

/// Judges a failure before the response's head arrived.
pub(crate) fn classify(error: legacy::Error, has_body: bool) -> TransportError {
    let (kind, delivery) = judge(&error, has_body);
    TransportError::new(kind, delivery).with_source(printable(error.into()))
}

/// Judges a failure within the response's body: by then the server has acted.
pub(crate) fn classify_body(error: BoxError) -> TransportError {
    let kind = find::<hyper::Error>(&*error).map_or(TransportErrorKind::Other, kind);
    TransportError::new(kind, Delivery::MaybeDelivered).with_source(printable(error))
}

fn judge(error: &legacy::Error, has_body: bool) -> (TransportErrorKind, Delivery) {
    if error.is_connect() {
        let kind = match find::<ConnectTimedOut>(error) {
            Some(_) => TransportErrorKind::Timeout,
            None => TransportErrorKind::Connect,
        };
        return (kind, Delivery::NotSent);
    }
    // The outermost one decides: one that says "canceled" can carry another that tells what became of the connection.
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

/// Whether the server says that it did nothing with the stream (RFC 9113, 8.7).
///
/// h2 gives the error of a remote GOAWAY to streams above its last stream, which the server has not seen. It gives the
/// same error to a stream that was just being opened, whichever the last stream is; its head may have been
/// written, but no body. So only a request that is nothing without its body is known not to have been acted on.
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

/// The first error of this type along the chain of sources.
fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}

/// The error itself, unless it prints what the server wrote: a GOAWAY carries free text, in which a request could be
/// quoted.
fn printable(error: BoxError) -> BoxError {
    match find::<h2::Error>(&*error).and_then(h2::Error::reason) {
        Some(reason) => Box::new(Http2Failure(reason)),
        None => error,
    }
}

/// An HTTP/2 error code (RFC 9113, 7).
#[derive(Debug)]
struct Http2Failure(h2::Reason);

impl fmt::Display for Http2Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP/2 error {:?}: {}", self.0, self.0)
    }
}

impl StdError for Http2Failure {}
