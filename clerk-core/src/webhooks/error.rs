use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::error::DecodeError;

/// Why a webhook was refused.
///
/// All but [`Decode`](Self::Decode) mean that the request is not proven to be Clerk's. Answer with 400 and do not read the body.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookError {
    /// The header of this name is missing.
    MissingHeader(&'static str),
    /// The header of this name is not readable text, or the timestamp is not a number.
    MalformedHeader(&'static str),
    /// The webhook was sent longer ago than the verifier tolerates. It can be a replayed request.
    TooOld {
        /// The time since the webhook was sent.
        age: Duration,
    },
    /// The webhook's timestamp is further in the future than the verifier tolerates.
    TooNew {
        /// The time until the webhook's timestamp.
        ahead: Duration,
    },
    /// None of the webhook's signatures was made with one of the verifier's secrets for this body.
    SignatureMismatch,
    /// The signature is right, but the payload does not have the documented shape.
    Decode(DecodeError),
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHeader(name) => write!(
                f,
                "the webhook has no header {name}: pass all headers of the request to the verifier"
            ),
            Self::MalformedHeader(name) => write!(f, "the webhook's header {name} is malformed"),
            Self::TooOld { age } => write!(
                f,
                "the webhook was sent {} seconds ago, which is longer than tolerated: check the clock of this machine",
                age.as_secs()
            ),
            Self::TooNew { ahead } => write!(
                f,
                "the webhook's timestamp is {} seconds in the future: check the clock of this machine",
                ahead.as_secs()
            ),
            Self::SignatureMismatch => f.write_str(
                "no signature of the webhook matches: use the signing secret of this endpoint, and pass the body exactly as \
                 it arrived",
            ),
            Self::Decode(_) => f.write_str("the payload of the webhook cannot be decoded"),
        }
    }
}

crate::debug_as_display!(WebhookError);

impl StdError for WebhookError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Decode(error) => Some(error),
            _ => None,
        }
    }
}
