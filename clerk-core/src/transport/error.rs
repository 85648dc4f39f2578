use std::error::Error as StdError;
use std::fmt;
use std::iter;
use std::time::Duration;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::Attempts;
use crate::safe_to_log::is_safe_message;
use crate::text::text_enum;

/// The error of a transport: why the response did not arrive in full, and whether the request may have reached the server.
///
/// These are separate questions: a timeout while connecting and a timeout while reading have the same [`kind`](Self::kind),
/// but differ in [`delivery`](Self::delivery).
///
/// `Display` writes the kind, the innermost cause unless it may contain an email address or a key, and the delivery.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    delivery: Delivery,
    retry_after: Option<Duration>,
    attempts: Option<Attempts>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

text_enum! {
    /// Why a response did not arrive in full.
    #[non_exhaustive]
    pub enum TransportErrorKind {
        /// The connection could not be established: DNS, TCP or TLS failed. Check the base URL and the network.
        Connect = "connect",
        /// The attempt or the whole call ran out of time.
        Timeout = "timeout",
        /// The connection closed before the response was complete.
        Closed = "closed",
        /// The response exceeded the transport's size limit.
        ResponseTooLarge = "response_too_large",
        /// The client's own rate limit requires a longer wait than the call allows. The wait is
        /// [`retry_after`](TransportError::retry_after).
        RateLimited = "rate_limited",
        /// The transport cannot send this request.
        InvalidRequest = "invalid_request",
        /// Anything else.
        Other = "other",
    }
}

impl TransportErrorKind {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Connect => "could not connect",
            Self::Timeout => "timed out",
            Self::Closed => "the connection closed before the response was complete",
            Self::ResponseTooLarge => "the response exceeded the size limit",
            Self::RateLimited => "the rate limit requires a longer wait than allowed",
            Self::InvalidRequest => "the transport cannot send this request",
            Self::Other => "the transport failed",
        }
    }
}

text_enum! {
    /// Whether a request without a complete response may have reached the server.
    pub enum Delivery {
        /// The server cannot have acted on the request. Every operation is safe to send again.
        NotSent = "not_sent",
        /// The server may have acted on the request. Only idempotent operations are safe to send again.
        MaybeDelivered = "maybe_delivered",
    }
}

impl TransportError {
    /// Creates an error.
    ///
    /// Use [`Delivery::NotSent`] only if the server cannot have acted on any part of the request.
    pub const fn new(kind: TransportErrorKind, delivery: Delivery) -> Self {
        Self {
            kind,
            delivery,
            retry_after: None,
            attempts: None,
            source: None,
        }
    }

    /// Creates an error from a cause about which nothing is known, with [`TransportErrorKind::Other`] and
    /// [`Delivery::MaybeDelivered`].
    pub fn other(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(TransportErrorKind::Other, Delivery::MaybeDelivered).with_source(source)
    }

    /// Sets the error that caused this one. Its messages must contain neither the key nor an email address.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Sets how long to wait before a retry can succeed.
    #[must_use]
    pub const fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Sets the attempts of the call. [`Retry`](crate::middleware::Retry) calls this.
    #[must_use]
    pub const fn with_attempts(mut self, attempts: Attempts) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// Returns why the response did not arrive in full.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Returns whether the request may have reached the server.
    pub const fn delivery(&self) -> Delivery {
        self.delivery
    }

    /// Returns how long to wait before a retry can succeed, if known.
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    fn innermost_cause(&self) -> Option<String> {
        let causes = iter::successors(self.source(), |&error| error.source());
        causes.take(16).last().map(ToString::to_string)
    }

    /// Returns the attempts of the call, if a retry middleware recorded them.
    pub const fn attempts(&self) -> Option<Attempts> {
        self.attempts
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.sentence())?;
        if let Some(cause) = self.innermost_cause().filter(|cause| is_safe_message(cause)) {
            write!(f, ": {cause}")?;
        }
        f.write_str(match self.delivery {
            Delivery::NotSent => " (not sent)",
            Delivery::MaybeDelivered => " (may have been delivered)",
        })
    }
}

impl Serialize for TransportError {
    /// Writes what logs and reports need, with the text of `Display` as `message`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut error = serializer.serialize_struct("TransportError", 4)?;
        error.serialize_field("kind", &self.kind)?;
        error.serialize_field("delivery", &self.delivery)?;
        error.serialize_field("message", &self.to_string())?;
        error.serialize_field("retry_after_seconds", &self.retry_after.map(|wait| wait.as_secs_f64()))?;
        error.end()
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_errors_count_as_maybe_delivered() {
        let error = TransportError::other("boom");
        assert_eq!(error.delivery(), Delivery::MaybeDelivered);
        assert_eq!(
            error.to_string(),
            "the transport failed: boom (may have been delivered)"
        );
        assert_eq!(error.source().map(ToString::to_string), Some("boom".into()));
    }

    #[test]
    fn causes_that_may_contain_an_address_or_a_key_are_not_displayed() {
        for cause in [
            "no route to ada@example.com",
            "/users?query=ada%40example.com",
            "Bearer sk_test_a",
            "a\nb",
        ] {
            let error = TransportError::new(TransportErrorKind::Connect, Delivery::NotSent).with_source(cause);
            assert_eq!(error.to_string(), "could not connect (not sent)", "{cause}");
        }
    }
}
