//! What can go wrong on the way, and when it does.

mod parse;
mod plan;

use std::fmt;
use std::time::Duration;

use http::StatusCode;

pub use parse::InvalidFaultPlan;
pub use plan::FaultPlan;
pub(super) use plan::FaultRun;

/// Something that goes wrong with one call.
///
/// `Display` writes a fault as a [plan's text](FaultPlan::parse) does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// There is no connection: the request is not sent (`refused`). A server that has accepted the connection closes
    /// it without reading the body, so its client cannot know that nothing happened.
    Refused,
    /// The connection closes without an answer (`lost-before-effect`, `lost-after-effect`).
    Lost(Moment),
    /// Nothing is ever answered (`hang-before-effect`, `hang-after-effect`): only the caller's timeout ends it.
    Hang(Moment),
    /// This status, a 5xx, is answered (`500-before-effect`, `503-after-effect`): a 502 in HTML as a proxy does,
    /// others with Clerk's error envelope.
    ServerError(StatusCode, Moment),
    /// The call takes effect, and the answer breaks off in the middle (`truncated`).
    Truncated,
    /// The call takes effect, and what comes with its status is not JSON (`garbage`).
    Garbage,
    /// 429 as if others had used the endpoint's limit up: it takes no call for this long (`429/30s`).
    TooManyRequests(Duration),
    /// The connection closes without an answer, and the call takes effect this long after (`late/60s`).
    Late(Duration),
}

/// When something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Before the call takes effect, so that it never does.
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
        }
    }
}
