//! One endpoint's budget, and when it allows the next call.

use std::time::Duration;

use super::isolate::Budget;
use crate::middleware::{Quota, Window};

/// How long after its window a place counts as free: clocks and networks are not exact.
const MARGIN: Duration = Duration::from_secs(1);

/// What the run knows of an endpoint's budget.
#[derive(Debug)]
pub(super) struct LaneBudget {
    budget: Budget,
    window: Option<Window>,
    blocked_until: Duration,
}

impl LaneBudget {
    pub(super) fn new(is_open: bool, quota: Option<Quota>) -> Self {
        let budget = match quota {
            _ if !is_open => Budget::Closed,
            None => Budget::Free,
            Some(quota) => Budget::Limited(quota),
        };
        let with_margin = |quota: Quota| Window::new(Quota::new(quota.calls(), quota.per().saturating_add(MARGIN)));
        Self {
            budget,
            window: quota.map(with_margin),
            blocked_until: Duration::ZERO,
        }
    }

    pub(super) const fn budget(&self) -> Budget {
        self.budget
    }

    /// When the next call may begin; never, if the lane is closed.
    pub(super) fn free_at(&mut self, now: Duration) -> Option<Duration> {
        if self.budget == Budget::Closed {
            return None;
        }
        let by_window = self.window.as_mut().map_or(now, |window| window.free_at(now));
        Some(by_window.max(self.blocked_until))
    }

    pub(super) fn begin(&mut self) {
        self.window.iter_mut().for_each(Window::take);
    }

    pub(super) fn end(&mut self, now: Duration) {
        self.window.iter_mut().for_each(|window| window.end(now));
    }

    /// Counts a call of an earlier process.
    pub(super) fn remember(&mut self, age: Duration, now: Duration) {
        self.window.iter_mut().for_each(|window| window.remember(age, now));
    }

    pub(super) fn block_until(&mut self, until: Duration) {
        self.blocked_until = self.blocked_until.max(until);
    }
}
