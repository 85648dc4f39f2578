//! How long to wait after a failure: one backoff for the attempts of a run, its reads, and revocations.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::middleware::RetryPolicy;

/// How long to wait after a 429 without a `Retry-After`.
const WAIT_AFTER_BARE_429: Duration = Duration::from_secs(60);

/// The shortest wait after a 429. It doubles with each further one in a row, up to [`LONGEST_FLOOR`].
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_FLOOR: Duration = Duration::from_secs(60);

/// How many 429s in a row are waited for.
const MAX_RATE_LIMITED: u32 = 20;

/// Counts failures in a row, and says how long to wait after each.
#[derive(Debug)]
pub(super) struct Backoff {
    failures: u32,
    rate_limited: u32,
    max_failures: u32,
    jitter: Option<fastrand::Rng>,
}

impl Backoff {
    /// A backoff that gives up after more than `max_failures` failures in a row.
    pub(super) const fn new(max_failures: u32) -> Self {
        Self {
            failures: 0,
            rate_limited: 0,
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
        self.rate_limited = 0;
    }

    /// Counts a failed call and returns how long to wait before it is made again. `None` if it cannot succeed then, and after
    /// too many failures in a row.
    pub(super) fn wait_after(&mut self, error: &Error) -> Option<Duration> {
        match error.kind() {
            ErrorKind::RateLimited => self.wait_after_429(error),
            ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Server if !error.is_permanent() => self.fail(),
            _ => None,
        }
    }

    /// Counts a 429 and returns how long to wait. `None` after too many in a row.
    fn wait_after_429(&mut self, error: &Error) -> Option<Duration> {
        self.rate_limited += 1;
        if self.rate_limited > MAX_RATE_LIMITED {
            return None;
        }
        let floor = SHORTEST_WAIT
            .saturating_mul(1 << (self.rate_limited - 1))
            .min(LONGEST_FLOOR);
        Some(error.retry_after().unwrap_or(WAIT_AFTER_BARE_429).max(floor))
    }

    /// Counts a failure and returns how long to wait. `None` after too many in a row.
    fn fail(&mut self) -> Option<Duration> {
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

    /// Returns how long the endpoint of a call that failed with a 429 is to be left alone, or the error if there were too
    /// many in a row.
    pub(super) fn wait_after_429(&mut self, error: Error) -> Result<Duration, Error> {
        self.backoff.wait_after_429(&error).ok_or(error)
    }
}
