//! What went wrong, whether it may have taken effect, and what to do about it.

mod api;
mod build;
mod decode;
mod invalid_request;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::safe_to_log::SafeToLog;
use crate::transport::{Attempts, Effect, TransportError, TransportErrorKind};

pub use api::{ApiError, ErrorCode};
pub(crate) use api::{Envelope, parse_envelope};
pub use build::BuildError;
pub use decode::DecodeError;
pub(crate) use decode::decode;
pub use invalid_request::InvalidRequest;

/// What every call of the SDK returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call did not give its value.
///
/// The two questions to ask of it: [`kind`](Self::kind) says what to do, and [`effect`](Self::effect) says whether the
/// operation may have been carried out all the same, which decides whether it may be called again.
///
/// `Display` is one line: operation, what failed, Clerk's first code and the parameter at fault, the trace id. Neither it nor
/// `Debug` shows a body, an address or the key; [`api_errors`](Self::api_errors) has all that Clerk said.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    operation: &'static str,
    cause: Cause,
    effect: Effect,
    attempts: u32,
    retry_after: Option<Duration>,
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
}

/// What a response other than a success said.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    trace_id: Option<String>,
    errors: Vec<ApiError>,
}

/// What to do about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The SDK refused the request before sending it. Mend the request; the message says what is wrong.
    InvalidRequest,
    /// No whole response arrived. The [source](StdError::source) says why; call again if
    /// [`effect`](Error::effect) allows it.
    Transport,
    /// The time for an attempt or for the whole call was up. Call again, with more time, if [`effect`](Error::effect)
    /// allows it.
    Timeout,
    /// 429, or the SDK's own rate limit: wait for [`retry_after`](Error::retry_after), then call again.
    RateLimited,
    /// 401: Clerk does not accept the secret key. Check that it is whole, not revoked, and of this instance.
    Authentication,
    /// 402: the plan of the instance does not include this, or its quota is used up.
    PaymentRequired,
    /// 403: the instance does not allow it, for instance by its allowlist or blocklist.
    /// [`api_errors`](Error::api_errors) say which identifiers are meant.
    Forbidden,
    /// 404: there is no such thing, or the base URL is wrong.
    NotFound,
    /// 409: something else is being done to the same thing. Read it, then decide.
    Conflict,
    /// Any other 4xx: Clerk refused the request. [`api_errors`](Error::api_errors) say what to mend.
    Rejected,
    /// 5xx: Clerk or something before it failed. Call again later if [`effect`](Error::effect) allows it, and give the
    /// [`trace_id`](Error::trace_id) to Clerk's support if it lasts.
    Server,
    /// A success whose body could not be read: the operation was carried out. The [source](StdError::source) names
    /// the place in the JSON. Updating the SDK may help.
    Decode,
    /// A list answered the same page again at another offset, so that its end would never come. Clerk's lists do not do
    /// that; a stand-in for Clerk that gives the same answer every time does. A list of one entry a page can also look like
    /// it when entries join while it is read: ask for larger pages.
    RepeatedPage,
    /// A status that an API does not answer with, such as a redirect. Check the base URL.
    UnexpectedStatus,
}

impl Error {
    pub(crate) fn from_transport(operation: &'static str, error: TransportError) -> Self {
        let attempts = error.attempts();
        Self(Box::new(Inner {
            operation,
            effect: Effect::from(error.delivery()).max(attempts.map_or(Effect::NotApplied, Attempts::earlier_effect)),
            attempts: attempts.map_or(1, Attempts::count),
            retry_after: error.retry_after(),
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

    /// Marks the error as one of an operation that only reads and so cannot have taken effect.
    pub(crate) fn without_effect(mut self) -> Self {
        self.0.effect = Effect::NotApplied;
        self
    }

    /// What to do about it.
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
        }
    }

    /// Whether the operation may have been carried out all the same.
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// The operation that failed, such as `CreateBulkInvitations`.
    pub fn operation(&self) -> &str {
        self.0.operation
    }

    /// The HTTP status, if there was a whole response.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.cause {
            Cause::Status(refusal) => Some(refusal.status),
            Cause::Decode { status, .. } | Cause::RepeatedPage { status, .. } => Some(*status),
            Cause::InvalidRequest(_) | Cause::Transport(_) => None,
        }
    }

    /// What Clerk said, first the most important. Empty when there was no answer, or one that is not Clerk's.
    pub fn api_errors(&self) -> &[ApiError] {
        match &self.0.cause {
            Cause::Status(refusal) => &refusal.errors,
            _ => &[],
        }
    }

    /// The first of Clerk's error codes.
    pub fn code(&self) -> Option<&ErrorCode> {
        self.api_errors().first().map(ApiError::code)
    }

    /// The id under which Clerk's support finds the request.
    pub fn trace_id(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Status(Refusal { trace_id, .. })
            | Cause::Decode { trace_id, .. }
            | Cause::RepeatedPage { trace_id, .. } => trace_id.as_deref(),
            Cause::InvalidRequest(_) | Cause::Transport(_) => None,
        }
    }

    /// How long to wait before calling again: the response's `Retry-After` (RFC 9110, 10.2.3), or what the SDK's own
    /// rate limit would have waited.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How many attempts were made; 0 if the request was refused before.
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
        }))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
                write!(f, "{operation} was held back by the rate limit")?;
            }
            Cause::Transport(error) if error.kind() == TransportErrorKind::Timeout => {
                write!(f, "{operation} timed out")?;
            }
            Cause::Transport(_) => write!(f, "{operation} got no response")?,
            Cause::Status(refusal) => {
                write!(f, "{operation} failed with status {}", refusal.status.as_u16())?;
                if let Some(error) = refusal.errors.first() {
                    write!(f, ", {}", error.code())?;
                    if let Some(parameter) = error.param_name() {
                        write!(f, " ({})", SafeToLog(parameter))?;
                    }
                }
            }
            Cause::Decode { status, .. } => write!(
                f,
                "{operation} succeeded with status {}, but its answer could not be read",
                status.as_u16()
            )?,
            Cause::RepeatedPage { .. } => write!(f, "{operation} answered the same page again at another offset")?,
        }
        if let Some(wait) = self.0.retry_after {
            write!(f, ", retry after {} s", wait.as_secs_f64().ceil())?;
        }
        if self.0.effect == Effect::Unknown {
            f.write_str(", may have taken effect")?;
        }
        match self.trace_id() {
            Some(trace_id) => write!(f, " (trace id {trace_id})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            Cause::Transport(error) => Some(error),
            Cause::Decode { source, .. } => Some(source),
            Cause::InvalidRequest(_) | Cause::Status(_) | Cause::RepeatedPage { .. } => None,
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
