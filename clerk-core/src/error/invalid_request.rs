use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// A request that the SDK refuses to send, because the API would refuse it for certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRequest {
    operation: &'static str,
    reason: Cow<'static, str>,
}

impl InvalidRequest {
    /// A request for `operation`, refused for this `reason`, which must show no address.
    pub fn new(operation: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            operation,
            reason: reason.into(),
        }
    }

    /// The operation that was not called.
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// What is wrong, and what to do about it.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was not sent: {}", self.operation, self.reason)
    }
}

impl StdError for InvalidRequest {}
