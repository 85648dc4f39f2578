//! Prints an error with everything that caused it.

use std::error::Error as StdError;
use std::fmt;
use std::iter;

/// Displays an error and its sources in one line, outermost first. A source whose text was already written is left out.
///
/// ```
/// use clerk_core::{Delivery, ErrorChain, TransportError, TransportErrorKind};
///
/// let refused = std::io::Error::other("connection refused");
/// let error = TransportError::new(TransportErrorKind::Connect, Delivery::NotSent).with_source(refused);
/// assert_eq!(ErrorChain::new(&error).to_string(), "could not connect: connection refused (not sent)");
/// ```
#[derive(Clone, Copy)]
pub struct ErrorChain<'a>(&'a (dyn StdError + 'static));

impl<'a> ErrorChain<'a> {
    /// The most sources that are written.
    const MAX_SOURCES: usize = 16;

    /// Creates a value that displays `error` and its sources.
    pub const fn new(error: &'a (dyn StdError + 'static)) -> Self {
        Self(error)
    }
}

impl fmt::Display for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.0.to_string();
        for source in iter::successors(self.0.source(), |&error| error.source()).take(Self::MAX_SOURCES) {
            let source = source.to_string();
            if !text.contains(&source) {
                text = format!("{text}: {source}");
            }
        }
        f.write_str(&text)
    }
}

impl fmt::Debug for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Implements `Debug` for errors as an [`ErrorChain`], because `unwrap` and `main` print `Debug`.
#[doc(hidden)]
#[macro_export]
macro_rules! debug_as_display {
    ($($Error:ty),*) => {$(
        impl ::std::fmt::Debug for $Error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&$crate::ErrorChain::new(self), f)
            }
        }
    )*};
}
