use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::operation::RateLimitKey;

/// The most calls in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    calls: u32,
    per: Duration,
}

impl Quota {
    /// Allows `calls` in any window of the length `per`. 0 calls count as 1.
    pub const fn new(calls: u32, per: Duration) -> Self {
        let calls = if calls == 0 { 1 } else { calls };
        Self { calls, per }
    }

    /// Returns the number of calls.
    pub const fn calls(self) -> u32 {
        self.calls
    }

    /// Returns the length of the window.
    pub const fn per(self) -> Duration {
        self.per
    }

    /// Reads a quota such as `25/3600s`; the `s` may be left out. Returns `None` for anything else, and for zeros.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (calls, per) = text.split_once('/')?;
        let calls = calls.parse().ok().filter(|calls| *calls > 0)?;
        let seconds = per
            .strip_suffix('s')
            .unwrap_or(per)
            .parse()
            .ok()
            .filter(|seconds| *seconds > 0)?;
        Some(Self::new(calls, Duration::from_secs(seconds)))
    }
}

/// Rate limits of a Clerk instance: one for all calls together, and one for each key that has its own.
///
/// ```
/// use std::time::Duration;
/// use clerk_core::Environment;
/// use clerk_core::middleware::{Quota, RateLimits};
///
/// let documented = RateLimits::documented(Environment::Production);
/// assert_eq!(documented.all(), Some(Quota::new(1_000, Duration::from_secs(10))));
///
/// let agreed = RateLimits::parse("bulk=50/3600s,all=100/10s", Environment::Production)?;
/// assert_eq!(agreed.all(), Some(Quota::new(100, Duration::from_secs(10))));
/// # Ok::<(), clerk_core::middleware::InvalidRateLimits>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RateLimits {
    all: Option<Quota>,
    by_key: BTreeMap<RateLimitKey, Quota>,
}

impl RateLimits {
    /// Sets no limits. The client still waits as long as a 429 asks it to.
    pub const fn none() -> Self {
        Self {
            all: None,
            by_key: BTreeMap::new(),
        }
    }

    /// Limits all calls together.
    #[must_use]
    pub const fn with_all(mut self, quota: Quota) -> Self {
        self.all = Some(quota);
        self
    }

    /// Limits the calls with this key.
    #[must_use]
    pub fn with(mut self, key: RateLimitKey, quota: Quota) -> Self {
        self.by_key.insert(key, quota);
        self
    }

    /// Returns the limit for all calls together.
    pub const fn all(&self) -> Option<Quota> {
        self.all
    }

    /// Returns the limit for the calls with this key.
    pub fn quota(&self, key: RateLimitKey) -> Option<Quota> {
        self.by_key.get(&key).copied()
    }
}

/// The error of [`RateLimits::parse`], which quotes the part that it cannot read.
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidRateLimits {
    part: String,
}

impl InvalidRateLimits {
    pub(crate) fn new(part: &str) -> Self {
        Self { part: part.to_owned() }
    }
}

impl fmt::Display for InvalidRateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a rate limit: use documented, none, or a list such as bulk=25/3600s,single=100/3600s,all=100/10s",
            self.part
        )
    }
}

crate::debug_as_display!(InvalidRateLimits);

impl StdError for InvalidRateLimits {}
