//! Faults: what can go wrong with a call, and when it does.

mod clerk_error;
mod parse;
mod plan;

use std::fmt;
use std::time::Duration;

use http::StatusCode;

pub(super) use clerk_error::refuse;
pub use clerk_error::{ClerkError, UnknownClerkError};
pub use parse::InvalidFaultPlan;
pub use plan::FaultPlan;
pub(super) use plan::FaultRun;

/// Something that goes wrong with one call.
///
/// `Display` writes a fault as the [text of a plan](FaultPlan::parse) contains it, which is given in parentheses below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is refused, so the request is not sent (`refused`). The [server](crate::server) has already accepted
    /// the connection and closes it without reading the body, so its client cannot know that nothing happened.
    Refused,
    /// The connection closes without a response (`lost-before-effect`, `lost-after-effect`).
    Lost(Moment),
    /// No response ever arrives (`hang-before-effect`, `hang-after-effect`), so only the caller's timeout ends the call.
    Hang(Moment),
    /// The response has this status, a 5xx (`500-before-effect`, `503-after-effect`). A 502 is in HTML, as from a proxy;
    /// others have Clerk's error envelope.
    ServerError(StatusCode, Moment),
    /// The call takes effect, and its response breaks off in the middle (`truncated`).
    Truncated,
    /// The call takes effect, and the body of its response is not JSON (`garbage`).
    Garbage,
    /// A 429, as if other clients had used up the limit: the endpoint is blocked for this time (`429/30s`).
    TooManyRequests(Duration),
    /// The connection closes without a response, and the call takes effect this much later (`late/60s`).
    Late(Duration),
    /// The call is refused with one of Clerk's errors, as for a wrong setting of the instance (its code, such as
    /// `quota_exceeded`, or its status, such as `402`).
    ClerkError(ClerkError),
}

/// When a fault occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Before the call takes effect, so it never does.
    BeforeEffect,
    /// After the call took effect.
    AfterEffect,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeEffect => "before-effect",
            Self::AfterEffect => "after-effect",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("refused"),
            Self::Lost(moment) => write!(f, "lost-{moment}"),
            Self::Hang(moment) => write!(f, "hang-{moment}"),
            Self::ServerError(status, moment) => write!(f, "{}-{moment}", status.as_str()),
            Self::Truncated => f.write_str("truncated"),
            Self::Garbage => f.write_str("garbage"),
            Self::TooManyRequests(wait) => write!(f, "429/{}s", wait.as_secs_f64()),
            Self::Late(after) => write!(f, "late/{}s", after.as_secs_f64()),
            Self::ClerkError(error) => write!(f, "{error}"),
        }
    }
}
