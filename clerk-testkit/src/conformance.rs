//! Conformance suites: tests that an implementation of a trait keeps the trait's promises.
//!
//! - [`TransportConformance`](crate::TransportConformance) tests an [`HttpTransport`](clerk_core::HttpTransport) against real loopback sockets.
//! - [`JournalConformance`](crate::JournalConformance) tests a [`Journal`](clerk_core::run::journal::Journal).
//!
//! A suite returns a [`Report`], in which each check has a [`CheckOutcome`]. A failed check says what it saw, what the trait
//! requires, and what to change.
//!
//! The feature `conformance` enables this module. The suites depend on no async runtime: run them under the executor that
//! the implementation needs.

pub(crate) mod journal;
mod report;
pub(crate) mod transport;

use std::error::Error;
use std::time::Duration;

use clerk_core::middleware::race;
use clerk_core::{Clock, SystemClock};

pub use report::{CheckOutcome, Report};

/// The result of a check's code. An `Err` fails the check with that text.
type Finding = Result<CheckOutcome, String>;

/// Fails a check with the text of `problem` unless `holds`.
fn ensure(holds: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(problem()) }
}

/// Returns the error's message and those of its sources.
fn with_sources(error: &dyn Error) -> String {
    let sources = std::iter::successors(error.source(), |&source| source.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}

/// Waits for `future`, for at most `limit` of real time.
async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    race(future, SystemClock::new().sleep(limit)).await
}
