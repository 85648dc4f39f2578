//! How a test learns that a transport was not used as it was told.

use std::error::Error as StdError;
use std::fmt;

/// What a [`Mock`](crate::Mock) or a [`Replay`](crate::Replay) was not told to expect, or still waits for.
///
/// `Debug` is as readable as `Display`, so that `unwrap()` and a test that returns it show the same text.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyError {
    text: String,
}

impl VerifyError {
    pub(crate) const fn new(text: String) -> Self {
        Self { text }
    }

    /// Lists the problems by number; no problem is no error.
    pub(crate) fn of_problems(headline: &str, problems: &[String]) -> Result<(), Self> {
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

/// Ends the test, unless it is ending already: a second panic would abort the process and hide the first.
#[expect(
    clippy::panic,
    reason = "a test that was not verified must fail when its transport is dropped"
)]
pub(crate) fn panic_unless_panicking(result: Result<(), VerifyError>) {
    if let Err(error) = result
        && !std::thread::panicking()
    {
        panic!("{error}");
    }
}
