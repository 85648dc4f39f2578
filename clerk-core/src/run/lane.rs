//! One endpoint's budget, and when it allows the next call.

use std::sync::Arc;
use std::time::Duration;

use super::isolate::Budget;
use crate::clock::Clock;
use crate::middleware::Quota;
use crate::middleware::budget::{self, Permit};

/// How long after its window a place counts as free: clocks and networks are not exact.
const MARGIN: Duration = Duration::from_secs(1);

/// What the run knows of an endpoint's budget.
#[derive(Debug)]
pub(super) struct LaneBudget {
    budget: Budget,
    calls: budget::Budget,
}

impl LaneBudget {
    pub(super) fn new(is_open: bool, quota: Option<Quota>, clock: Arc<dyn Clock>) -> Self {
        let budget = match quota {
            _ if !is_open => Budget::Closed,
            None => Budget::Free,
            Some(quota) => Budget::Limited(quota),
        };
        let with_margin = |quota: Quota| Quota::new(quota.calls(), quota.per().saturating_add(MARGIN));
        Self {
            budget,
            calls: budget::Budget::new(quota.map(with_margin), clock),
        }
    }

    pub(super) const fn budget(&self) -> Budget {
        self.budget
    }

    /// When the next call may begin; never, if the lane is closed.
    pub(super) fn free_at(&self, now: Duration) -> Option<Duration> {
        (self.budget != Budget::Closed).then(|| self.calls.free_at(now))
    }

    pub(super) fn try_acquire(&self, now: Duration) -> Result<Permit, Duration> {
        self.calls.try_acquire(now)
    }

    /// Counts a call of an earlier process.
    pub(super) fn remember(&self, age: Duration, now: Duration) {
        self.calls.remember(age, now);
    }

    pub(super) fn block_until(&self, until: Duration) {
        self.calls.block_until(until);
    }
}
