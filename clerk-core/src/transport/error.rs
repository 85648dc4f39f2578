use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use super::Attempts;

/// Why no whole response arrived, and what became of the request.
///
/// The two are separate questions: a timeout while connecting and a timeout while reading are the same
/// [`kind`](Self::kind) and differ in [`delivery`](Self::delivery).
///
/// `Debug` and `Display` show neither addresses nor the key as long as the [source](StdError::source) does not.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    delivery: Delivery,
    retry_after: Option<Duration>,
    attempts: Option<Attempts>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kept the response from arriving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: name not found, refused, TLS not agreed on. Check the base URL and the network.
    Connect,
    /// The time for one attempt or for the whole call was up.
    Timeout,
    /// The connection ended before the response was whole.
    Closed,
    /// The response was larger than the transport reads.
    ResponseTooLarge,
    /// The SDK's own rate limit would have waited longer than the caller allows;
    /// [`retry_after`](TransportError::retry_after) tells how long.
    RateLimited,
    /// The transport cannot send such a request at all.
    InvalidRequest,
    /// Anything else.
    Other,
}

impl TransportErrorKind {
    /// The kind as one lower-case word, as logs and recorded fixtures keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Closed => "closed",
            Self::ResponseTooLarge => "response_too_large",
            Self::RateLimited => "rate_limited",
            Self::InvalidRequest => "invalid_request",
            Self::Other => "other",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Connect => "could not connect",
            Self::Timeout => "timed out",
            Self::Closed => "the connection closed before the response was whole",
            Self::ResponseTooLarge => "the response was larger than the transport reads",
            Self::RateLimited => "the rate limit would have waited longer than allowed",
            Self::InvalidRequest => "the transport cannot send this request",
            Self::Other => "the transport failed",
        }
    }
}

/// Whether a request that got no whole response may have reached the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// The server cannot have acted on it: sending again is safe for every operation.
    NotSent,
    /// The server may have acted on it: only an idempotent operation may be sent again.
    MaybeDelivered,
}

impl Delivery {
    /// The delivery as one lower-case word, as logs and recorded fixtures keep it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::MaybeDelivered => "maybe_delivered",
        }
    }
}

impl TransportError {
    /// An error of this kind, with what became of the request.
    ///
    /// Say [`Delivery::NotSent`] only when no byte of the request can have been acted on.
    pub const fn new(kind: TransportErrorKind, delivery: Delivery) -> Self {
        Self {
            kind,
            delivery,
            retry_after: None,
            attempts: None,
            source: None,
        }
    }

    /// Any error about which nothing is known: [`TransportErrorKind::Other`] and [`Delivery::MaybeDelivered`].
    pub fn other(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(TransportErrorKind::Other, Delivery::MaybeDelivered).with_source(source)
    }

    /// Keeps the error that caused this one. It must show neither the key nor an address.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says how long to wait before it makes sense to try again.
    #[must_use]
    pub const fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Says what the attempts so far came to; [`Retry`](crate::middleware::Retry) does.
    #[must_use]
    pub const fn with_attempts(mut self, attempts: Attempts) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// What kept the response from arriving.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the request may have reached the server.
    pub const fn delivery(&self) -> Delivery {
        self.delivery
    }

    /// How long to wait before it makes sense to try again, where that is known.
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// What the attempts before this error came to, where a retry middleware counted them.
    pub const fn attempts(&self) -> Option<Attempts> {
        self.attempts
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.sentence())?;
        f.write_str(match self.delivery {
            Delivery::NotSent => " (not sent)",
            Delivery::MaybeDelivered => " (may have been delivered)",
        })
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
    fn an_error_about_which_nothing_is_known_may_have_been_delivered() {
        let error = TransportError::other("boom");
        assert_eq!(error.delivery(), Delivery::MaybeDelivered);
        assert_eq!(error.to_string(), "the transport failed (may have been delivered)");
        assert_eq!(error.source().map(ToString::to_string), Some("boom".into()));
    }
}
