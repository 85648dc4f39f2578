use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// A request that the SDK refuses to send because Clerk would certainly refuse it.
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidRequest {
    operation: &'static str,
    reason: Cow<'static, str>,
}

impl InvalidRequest {
    /// Creates the error for a request of `operation`. `reason` says what is wrong and what to do about it; it must not
    /// contain an email address.
    pub fn new(operation: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            operation,
            reason: reason.into(),
        }
    }

    /// Returns the name of the operation.
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns what is wrong, and what to do about it.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was not sent: {}", self.operation, self.reason)
    }
}

crate::debug_as_display!(InvalidRequest);

impl StdError for InvalidRequest {}
