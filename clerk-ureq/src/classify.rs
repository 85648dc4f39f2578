//! Decides what a `ureq::Error` says about the request: what failed, and whether the server may have acted on it.
//!
//! Only an error that occurs before ureq has a connection is `NotSent`. Everything else may have been delivered.

use std::io;

use clerk_core::{Delivery, TransportError, TransportErrorKind};
use ureq::{Error, Timeout};

/// Classifies a failure that occurred before the head of the response arrived.
pub(crate) fn classify(error: Error) -> TransportError {
    let (kind, delivery) = match &error {
        Error::HostNotFound | Error::ConnectionFailed | Error::TlsRequired | Error::ConnectProxyFailed(_) => {
            (TransportErrorKind::Connect, Delivery::NotSent)
        }
        // Of an established connection, a kernel reports this only after minutes of unanswered retransmissions.
        Error::Io(io) if io.kind() == io::ErrorKind::ConnectionRefused => {
            (TransportErrorKind::Connect, Delivery::NotSent)
        }
        Error::BadUri(_) | Error::RequireHttpsOnly(_) | Error::InvalidProxyUrl => {
            (TransportErrorKind::InvalidRequest, Delivery::NotSent)
        }
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => (TransportErrorKind::Timeout, Delivery::NotSent),
        Error::Timeout(_) => (TransportErrorKind::Timeout, Delivery::MaybeDelivered),
        Error::Io(_) => (TransportErrorKind::Closed, Delivery::MaybeDelivered),
        _ => (TransportErrorKind::Other, Delivery::MaybeDelivered),
    };
    with_source(kind, delivery, error)
}

/// Classifies a failure to read the body of the response. The server has answered, so it has read the request.
pub(crate) fn classify_body(error: Error) -> TransportError {
    let kind = match error {
        Error::BodyExceedsLimit(_) => TransportErrorKind::ResponseTooLarge,
        Error::Timeout(_) => TransportErrorKind::Timeout,
        _ => TransportErrorKind::Closed,
    };
    with_source(kind, Delivery::MaybeDelivered, error)
}

/// Keeps the error, unless it quotes the URI, which can contain an email address.
fn with_source(kind: TransportErrorKind, delivery: Delivery, error: Error) -> TransportError {
    let transport_error = TransportError::new(kind, delivery);
    match error {
        Error::BadUri(_) => transport_error.with_source("ureq cannot use the URI"),
        Error::RequireHttpsOnly(_) => transport_error.with_source("the ureq agent is configured for https only"),
        error => transport_error.with_source(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Delivery::{MaybeDelivered, NotSent};

    #[test]
    fn only_errors_from_before_a_connection_are_not_sent() {
        use TransportErrorKind as Kind;
        let io = |kind: io::ErrorKind| Error::Io(kind.into());
        let cases = [
            (Error::HostNotFound, Kind::Connect, NotSent),
            (Error::ConnectionFailed, Kind::Connect, NotSent),
            (Error::TlsRequired, Kind::Connect, NotSent),
            (Error::ConnectProxyFailed("407".to_owned()), Kind::Connect, NotSent),
            (io(io::ErrorKind::ConnectionRefused), Kind::Connect, NotSent),
            (Error::InvalidProxyUrl, Kind::InvalidRequest, NotSent),
            (Error::Timeout(Timeout::Resolve), Kind::Timeout, NotSent),
            (Error::Timeout(Timeout::Connect), Kind::Timeout, NotSent),
            (Error::Timeout(Timeout::Global), Kind::Timeout, MaybeDelivered),
            (Error::Timeout(Timeout::SendRequest), Kind::Timeout, MaybeDelivered),
            (Error::Timeout(Timeout::RecvResponse), Kind::Timeout, MaybeDelivered),
            (io(io::ErrorKind::ConnectionReset), Kind::Closed, MaybeDelivered),
            (io(io::ErrorKind::HostUnreachable), Kind::Closed, MaybeDelivered),
            (io(io::ErrorKind::InvalidData), Kind::Closed, MaybeDelivered),
            (Error::RedirectFailed, Kind::Other, MaybeDelivered),
            (Error::Tls("handshake"), Kind::Other, MaybeDelivered),
        ];
        for (error, kind, delivery) in cases {
            let name = format!("{error:?}");
            let classified = classify(error);
            assert_eq!((classified.kind(), classified.delivery()), (kind, delivery), "{name}");
        }
    }

    #[test]
    fn a_failure_in_the_body_may_have_been_delivered() {
        use TransportErrorKind as Kind;
        let cases = [
            (Error::BodyExceedsLimit(1), Kind::ResponseTooLarge),
            (Error::Timeout(Timeout::RecvBody), Kind::Timeout),
            (Error::Io(io::ErrorKind::ConnectionRefused.into()), Kind::Closed),
        ];
        for (error, kind) in cases {
            let classified = classify_body(error);
            assert_eq!((classified.kind(), classified.delivery()), (kind, MaybeDelivered));
        }
    }
}
