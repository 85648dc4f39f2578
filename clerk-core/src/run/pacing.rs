//! How long to wait after a failure: one backoff for the attempts of a run, its reads, and revocations.

use std::time::Duration;

use crate::error::Error;
use crate::middleware::RetryPolicy;

/// How long to wait after a 429 without a `Retry-After`.
const WAIT_AFTER_BARE_429: Duration = Duration::from_secs(60);

/// Returns how long to wait after a 429.
pub(super) fn wait_after_429(error: &Error) -> Duration {
    error.retry_after().unwrap_or(WAIT_AFTER_BARE_429)
}

/// Counts failures in a row, and says how long to wait after each.
#[derive(Debug)]
pub(super) struct Backoff {
    failures: u32,
    max_failures: u32,
    jitter: Option<fastrand::Rng>,
}

impl Backoff {
    /// A backoff that gives up after more than `max_failures` failures in a row.
    pub(super) const fn new(max_failures: u32) -> Self {
        Self {
            failures: 0,
            max_failures,
            jitter: None,
        }
    }

    pub(super) fn with_jitter(mut self, seed: u64) -> Self {
        self.jitter = Some(fastrand::Rng::with_seed(seed));
        self
    }

    pub(super) const fn reset(&mut self) {
        self.failures = 0;
    }

    /// Counts a failure and returns how long to wait. `None` after too many in a row.
    pub(super) fn fail(&mut self) -> Option<Duration> {
        self.failures += 1;
        if self.failures > self.max_failures {
            return None;
        }
        let jitter = self.jitter.as_mut().map_or(1.0, fastrand::Rng::f64);
        Some(RetryPolicy::default().backoff(self.failures, jitter))
    }
}

/// When the run may send again after a failure.
#[derive(Debug)]
pub(super) struct Pacing {
    backoff: Backoff,
    hold_until: Duration,
}

impl Pacing {
    pub(super) fn new(max_failures: u32, seed: u64) -> Self {
        Self {
            backoff: Backoff::new(max_failures).with_jitter(seed),
            hold_until: Duration::ZERO,
        }
    }

    /// The run sends nothing before this time.
    pub(super) const fn hold_until(&self) -> Duration {
        self.hold_until
    }

    pub(super) const fn succeed(&mut self) {
        self.backoff.reset();
    }

    /// Holds the run back after a failure. Returns the error if there were too many in a row.
    pub(super) fn fail(&mut self, error: Error, now: Duration) -> Result<(), Error> {
        let Some(wait) = self.backoff.fail() else {
            return Err(error);
        };
        self.hold_until = now.saturating_add(wait);
        Ok(())
    }
}
