//! The error of a mock or a replay whose requests were not the expected ones.

use std::error::Error as StdError;
use std::fmt;

/// Requests that a [`Mock`](crate::Mock) or a [`Replay`](crate::Replay) did not expect, and expected ones that did not come.
///
/// `Debug` writes the same text as `Display`, so that it is readable when a test unwraps or returns the error.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyError {
    text: String,
}

impl VerifyError {
    pub(crate) const fn new(text: String) -> Self {
        Self { text }
    }

    /// Lists the problems by number. Returns `Ok` if there are none.
    pub(crate) fn from_problems(headline: &str, problems: &[String]) -> Result<(), Self> {
        if problems.is_empty() {
            return Ok(());
        }
        let mut text = format!("{headline}:");
        for (index, problem) in problems.iter().enumerate() {
            text.push_str(&format!("\n {}. {problem}", index + 1));
        }
        Err(Self::new(text))
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for VerifyError {}

/// Panics on an error, unless the thread is panicking already: a second panic would abort the process and hide the first.
#[expect(clippy::panic, reason = "an unverified test fails when its transport is dropped")]
pub(crate) fn panic_unless_panicking(result: Result<(), VerifyError>) {
    if let Err(error) = result
        && !std::thread::panicking()
    {
        panic!("{error}");
    }
}
