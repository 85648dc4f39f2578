use std::error::Error as StdError;
use std::fmt;

/// The error for a text that is no [`Seed`](super::Seed). It names the path at fault, and the line where the text has it.
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidSeed {
    reason: String,
}

impl InvalidSeed {
    pub(crate) fn new(reason: &impl fmt::Display) -> Self {
        Self {
            reason: reason.to_string(),
        }
    }

    /// Names the whole path. The reason of a YAML error begins with a part of it.
    #[cfg(feature = "server")]
    pub(super) fn at_path(path: &str, reason: &str) -> Self {
        match reason.split_once(": ") {
            Some((part, reason)) if path.starts_with(part) => Self::at(path, reason),
            _ if path == "." => Self::new(&reason),
            _ => Self::at(path, reason),
        }
    }

    pub(super) fn at(path: &str, reason: &str) -> Self {
        Self::new(&format_args!("{path}: {reason}"))
    }
}

impl fmt::Display for InvalidSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid seed: {}", self.reason)
    }
}

clerk_core::debug_as_display!(InvalidSeed);

impl StdError for InvalidSeed {}
