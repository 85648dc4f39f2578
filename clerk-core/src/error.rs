//! The error of a call: what failed, whether the operation may have taken effect, and what to do about it.

mod api;
mod build;
mod decode;
mod invalid_request;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::error_chain::ErrorChain;
use crate::text::text_enum;
use crate::transport::{Attempts, Delivery, Effect, TransportError, TransportErrorKind};

pub use api::{ApiError, ErrorCode};
pub(crate) use api::{Envelope, parse_envelope};
pub use build::BuildError;
pub use decode::DecodeError;
pub(crate) use decode::decode;
pub use invalid_request::InvalidRequest;

/// The result of every call of the SDK.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a call.
///
/// [`kind`](Self::kind) says what to do about it. [`effect`](Self::effect) says whether the operation may have taken effect
/// all the same, and so whether it is safe to call again.
///
/// `Display` writes one line: the operation, what failed, Clerk's first error code with the parameter at fault, and the trace
/// id. Bodies, email addresses and the secret key appear neither there nor in `Debug`. [`api_errors`](Self::api_errors)
/// returns everything that Clerk said.
///
/// # Design
///
/// All calls share this one type. Which errors an operation returns is not a closed set: Clerk adds codes without notice, and
/// every call passes the same retries, rate limits, timeouts and transport. A separate type for each operation would repeat
/// those variants and still need a catch-all. Callers also rarely branch on the operation: they ask whether to fix the
/// request, wait, or stop, and whether to repeat the call. `kind` and `effect` answer these two questions for every operation.
///
/// The type is opaque, so that it can carry more detail later without a breaking change, and one pointer wide, so that
/// `Result` stays small.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    operation: &'static str,
    cause: Cause,
    effect: Effect,
    attempts: u32,
    retry_after: Option<Duration>,
    content_type: Option<String>,
}

#[derive(Debug)]
enum Cause {
    InvalidRequest(InvalidRequest),
    Transport(TransportError),
    Status(Refusal),
    Decode {
        status: StatusCode,
        trace_id: Option<String>,
        source: DecodeError,
    },
    RepeatedPage {
        status: StatusCode,
        trace_id: Option<String>,
    },
    Contradiction(&'static str),
}

/// A response with another status than a success.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    trace_id: Option<String>,
    errors: Vec<ApiError>,
}

text_enum! {
    /// What to do about an [`Error`].
    #[non_exhaustive]
    pub enum ErrorKind {
        /// The SDK refused the request before sending it. Fix the request; the message says what is wrong.
        InvalidRequest = "invalid_request",
        /// The response did not arrive in full. The [source](StdError::source) says why. Call again if
        /// [`effect`](Error::effect) allows it.
        Transport = "transport",
        /// An attempt or the whole call ran out of time. Call again with a longer timeout if [`effect`](Error::effect) allows
        /// it.
        Timeout = "timeout",
        /// 429, or the client's own rate limit. Wait for [`retry_after`](Error::retry_after), then call again.
        RateLimited = "rate_limited",
        /// 401: Clerk does not accept the secret key. Check that it is complete, not revoked, and belongs to this instance.
        Authentication = "authentication",
        /// 402: the plan of the instance does not include the operation, or its quota is used up.
        PaymentRequired = "payment_required",
        /// 403: the instance does not allow it, for example because of its allowlist or blocklist.
        /// [`api_errors`](Error::api_errors) names the identifiers at fault.
        Forbidden = "forbidden",
        /// 404: the resource does not exist, or the base URL is wrong.
        NotFound = "not_found",
        /// 409: the request conflicts with the state of the resource, or with another request. Read the resource, then decide.
        Conflict = "conflict",
        /// Any other 4xx: Clerk refused the request. [`api_errors`](Error::api_errors) says what to fix.
        Rejected = "rejected",
        /// 5xx: Clerk or a proxy in front of it failed. Call again later if [`effect`](Error::effect) allows it. If it persists,
        /// give the [`trace_id`](Error::trace_id) to Clerk's support.
        Server = "server",
        /// The operation succeeded, but the body of the response could not be decoded. The [source](StdError::source) names the
        /// place in the JSON. Updating the SDK may help.
        Decode = "decode",
        /// A list returned the same page for two offsets, so reading it would never end. Clerk's lists do not do that, but a
        /// stand-in for Clerk that always gives the same response does. It can also happen with pages of one entry, if entries
        /// are added while the list is read: use larger pages.
        RepeatedPage = "repeated_page",
        /// The operation succeeded, but its response contradicts the request: it names none of the people in it, or the list
        /// has no end. Check what answers at the base URL.
        Contradiction = "contradiction",
        /// A status that Clerk does not use, such as a redirect. Check the base URL.
        UnexpectedStatus = "unexpected_status",
    }
}

impl Error {
    pub(crate) fn from_transport(operation: &'static str, error: TransportError) -> Self {
        let attempts = error.attempts();
        Self(Box::new(Inner {
            operation,
            effect: Effect::from(error.delivery()).max(attempts.map_or(Effect::NotApplied, Attempts::earlier_effect)),
            attempts: attempts.map_or(1, Attempts::count),
            retry_after: error.retry_after(),
            content_type: None,
            cause: Cause::Transport(error),
        }))
    }

    pub(crate) fn from_status(
        operation: &'static str,
        status: StatusCode,
        envelope: Option<Envelope>,
        header_trace_id: Option<String>,
    ) -> Self {
        let effect = Effect::from_status(status, envelope.is_some());
        let (errors, body_trace_id) = match envelope {
            Some(envelope) => (envelope.errors, envelope.trace_id),
            None => (Vec::new(), None),
        };
        let refusal = Refusal {
            status,
            trace_id: body_trace_id.or(header_trace_id),
            errors,
        };
        Self(Box::new(Inner {
            operation,
            cause: Cause::Status(refusal),
            effect,
            attempts: 1,
            retry_after: None,
            content_type: None,
        }))
    }

    pub(crate) fn from_decode(
        operation: &'static str,
        status: StatusCode,
        trace_id: Option<String>,
        source: DecodeError,
    ) -> Self {
        Self(Box::new(Inner {
            operation,
            cause: Cause::Decode {
                status,
                trace_id,
                source,
            },
            effect: Effect::Applied,
            attempts: 1,
            retry_after: None,
            content_type: None,
        }))
    }

    pub(crate) fn from_repeated_page(
        operation: &'static str,
        status: StatusCode,
        trace_id: Option<String>,
        attempts: u32,
    ) -> Self {
        Self(Box::new(Inner {
            operation,
            cause: Cause::RepeatedPage { status, trace_id },
            effect: Effect::NotApplied,
            attempts,
            retry_after: None,
            content_type: None,
        }))
    }

    pub(crate) fn from_contradiction(operation: &'static str, problem: &'static str, effect: Effect) -> Self {
        Self(Box::new(Inner {
            operation,
            cause: Cause::Contradiction(problem),
            effect,
            attempts: 1,
            retry_after: None,
            content_type: None,
        }))
    }

    /// Applies the attempts of the call: their number, and the worst of their effects.
    pub(crate) fn with_attempts(mut self, attempts: Attempts) -> Self {
        self.0.attempts = attempts.count();
        self.0.effect = self.0.effect.max(attempts.earlier_effect());
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_content_type(mut self, content_type: Option<String>) -> Self {
        self.0.content_type = content_type;
        self
    }

    /// Marks the error as one of an operation that only reads and so cannot have taken effect.
    pub(crate) fn without_effect(mut self) -> Self {
        self.0.effect = Effect::NotApplied;
        self
    }

    /// Returns the kind of the error, which says what to do about it.
    pub fn kind(&self) -> ErrorKind {
        match &self.0.cause {
            Cause::InvalidRequest(_) => ErrorKind::InvalidRequest,
            Cause::Transport(error) => match error.kind() {
                TransportErrorKind::Timeout => ErrorKind::Timeout,
                TransportErrorKind::RateLimited => ErrorKind::RateLimited,
                _ => ErrorKind::Transport,
            },
            Cause::Status(refusal) => ErrorKind::from_status(refusal.status),
            Cause::Decode { .. } => ErrorKind::Decode,
            Cause::RepeatedPage { .. } => ErrorKind::RepeatedPage,
            Cause::Contradiction(_) => ErrorKind::Contradiction,
        }
    }

    /// Returns whether the operation may have taken effect all the same.
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// Returns the name of the operation that failed, such as `CreateBulkInvitations`.
    pub fn operation(&self) -> &str {
        self.0.operation
    }

    /// Returns the HTTP status, if a response arrived in full.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.cause {
            Cause::Status(refusal) => Some(refusal.status),
            Cause::Decode { status, .. } | Cause::RepeatedPage { status, .. } => Some(*status),
            Cause::InvalidRequest(_) | Cause::Transport(_) | Cause::Contradiction(_) => None,
        }
    }

    /// Whether the transport says that the same request fails again.
    pub(crate) fn is_permanent(&self) -> bool {
        use TransportErrorKind::{InvalidRequest, ResponseTooLarge};
        matches!(&self.0.cause, Cause::Transport(error) if matches!(error.kind(), InvalidRequest | ResponseTooLarge))
    }

    /// Returns the errors in Clerk's response, the most important first. Empty if there was no response, or if it is not
    /// Clerk's.
    pub fn api_errors(&self) -> &[ApiError] {
        match &self.0.cause {
            Cause::Status(refusal) => &refusal.errors,
            _ => &[],
        }
    }

    /// Returns the first of Clerk's error codes.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.api_errors().first().map(ApiError::code)
    }

    /// Returns the id by which Clerk's support can find the request.
    pub fn trace_id(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Status(Refusal { trace_id, .. })
            | Cause::Decode { trace_id, .. }
            | Cause::RepeatedPage { trace_id, .. } => trace_id.as_deref(),
            Cause::InvalidRequest(_) | Cause::Transport(_) | Cause::Contradiction(_) => None,
        }
    }

    /// Returns how long to wait before calling again: the response's `Retry-After` (RFC 9110, 10.2.3), or the wait that the
    /// client's own rate limit requires.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the media type of the response, such as `text/html`, if a response arrived and names one. Clerk's responses are
    /// `application/json`; others come from a proxy, a firewall or a captive portal in its place.
    pub fn content_type(&self) -> Option<&str> {
        self.0.content_type.as_deref()
    }

    fn delivery(&self) -> Option<Delivery> {
        match &self.0.cause {
            Cause::Transport(error) => Some(error.delivery()),
            _ => None,
        }
    }

    /// Returns the number of attempts. It is 0 if nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

impl From<InvalidRequest> for Error {
    fn from(error: InvalidRequest) -> Self {
        Self(Box::new(Inner {
            operation: error.operation(),
            cause: Cause::InvalidRequest(error),
            effect: Effect::NotApplied,
            attempts: 0,
            retry_after: None,
            content_type: None,
        }))
    }
}

/// Writes the error and its sources in one line, because `unwrap` and `main` print `Debug`. The alternate form, `{:#?}`, shows
/// the parts.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(&ErrorChain::new(self), f);
        }
        f.debug_struct("Error")
            .field("kind", &self.kind())
            .field("operation", &self.0.operation)
            .field("effect", &self.0.effect)
            .field("attempts", &self.0.attempts)
            .field("retry_after", &self.0.retry_after)
            .field("cause", &self.0.cause)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.0.operation;
        match &self.0.cause {
            Cause::InvalidRequest(error) => return error.fmt(f),
            Cause::Transport(error) if error.kind() == TransportErrorKind::RateLimited => {
                write!(f, "{operation} was not sent because of the rate limit")?;
            }
            Cause::Transport(error) if error.kind() == TransportErrorKind::Timeout => write!(f, "{operation} {error}")?,
            Cause::Transport(error) => write!(f, "{operation} got no response: {error}")?,
            Cause::Status(refusal) => {
                write!(f, "{operation} failed with status {}", refusal.status.as_u16())?;
                if let Some(error) = refusal.errors.first() {
                    write!(f, ", {error}")?;
                }
            }
            Cause::Decode { status, .. } => write!(
                f,
                "{operation} succeeded with status {}, but its response could not be read",
                status.as_u16()
            )?,
            Cause::RepeatedPage { .. } => write!(f, "{operation} returned the same page for two offsets")?,
            Cause::Contradiction(problem) => write!(f, "{operation} succeeded, but {problem}")?,
        }
        if let Some(media_type) = self
            .content_type()
            .filter(|media_type| *media_type != "application/json")
        {
            write!(f, ", with {media_type} instead of JSON")?;
        }
        if let Some(wait) = self.0.retry_after {
            write!(f, ", retry after {} s", wait.as_secs_f64().ceil())?;
        }
        if self.0.effect == Effect::Unknown && self.delivery() != Some(Delivery::MaybeDelivered) {
            f.write_str(", may have taken effect")?;
        }
        match self.trace_id() {
            Some(trace_id) => write!(f, " (trace id {trace_id})"),
            None => Ok(()),
        }
    }
}

impl Serialize for Error {
    /// Writes what logs and reports need, with the text of `Display` as `message`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut error = serializer.serialize_struct("Error", 9)?;
        error.serialize_field("operation", self.operation())?;
        error.serialize_field("kind", &self.kind())?;
        error.serialize_field("effect", &self.effect())?;
        error.serialize_field("message", &self.to_string())?;
        error.serialize_field("status", &self.status().map(|status| status.as_u16()))?;
        error.serialize_field("code", &self.code().map(ToString::to_string))?;
        error.serialize_field("trace_id", &self.trace_id())?;
        error.serialize_field("attempts", &self.attempts())?;
        error.serialize_field(
            "retry_after_seconds",
            &self.retry_after().map(|wait| wait.as_secs_f64()),
        )?;
        error.end()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            Cause::Transport(error) => Some(error),
            Cause::Decode { source, .. } => Some(source),
            Cause::InvalidRequest(_) | Cause::Status(_) | Cause::RepeatedPage { .. } | Cause::Contradiction(_) => None,
        }
    }
}

impl ErrorKind {
    fn from_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::Authentication,
            402 => Self::PaymentRequired,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::RateLimited,
            400..=499 => Self::Rejected,
            500..=599 => Self::Server,
            _ => Self::UnexpectedStatus,
        }
    }
}
