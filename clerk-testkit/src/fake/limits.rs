//! The rate limits of an instance. They are independent of the client's, so that a test can find errors in those.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use clerk_core::RateLimitKey;
use clerk_core::middleware::{Quota, RateLimits};

use super::named::named;

/// The kind of a limit's window. Clerk does not document its kind, so code has to work with either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WindowKind {
    /// A window starts with the first call after the last window, and its whole budget is free again when it ends.
    #[default]
    Fixed,
    /// Each call is given back to the budget one window after it was made.
    Sliding,
}

named!(WindowKind {
    "fixed" => Fixed,
    "sliding" => Sliding,
});

/// The limits of an instance, and the calls that count against them.
#[derive(Debug)]
pub(super) struct Limits {
    limits: RateLimits,
    kind: WindowKind,
    all: Option<Window>,
    by_key: BTreeMap<RateLimitKey, Endpoint>,
}

#[derive(Debug, Default)]
struct Endpoint {
    window: Option<Window>,
    blocked_until: Duration,
}

impl Limits {
    pub(super) fn new(limits: RateLimits, kind: WindowKind) -> Self {
        Self {
            all: limits.all().map(|quota| Window::new(quota, kind)),
            limits,
            kind,
            by_key: BTreeMap::new(),
        }
    }

    /// Counts a call.
    ///
    /// # Errors
    ///
    /// The time until the budget allows a call. A call that exceeds the budget of its endpoint still counts against the
    /// budget of all calls.
    pub(super) fn take(&mut self, key: RateLimitKey, now: Duration) -> Result<(), Duration> {
        if let Some(all) = &mut self.all {
            all.take(now)?;
        }
        let endpoint = self.endpoint(key);
        if endpoint.blocked_until > now {
            return Err(endpoint.blocked_until - now);
        }
        endpoint.window.as_mut().map_or(Ok(()), |window| window.take(now))
    }

    /// Blocks an endpoint for this time, as if other clients had used up its budget.
    pub(super) fn block(&mut self, key: RateLimitKey, wait: Duration, now: Duration) {
        let until = now.saturating_add(wait);
        let endpoint = self.endpoint(key);
        endpoint.blocked_until = endpoint.blocked_until.max(until);
    }

    /// Returns the number of calls that the budget of an endpoint still allows, or `None` if it has no limit. The limit of all
    /// calls is not considered.
    pub(super) fn left(&mut self, key: RateLimitKey, now: Duration) -> Option<u32> {
        let endpoint = self.endpoint(key);
        if endpoint.blocked_until > now {
            return Some(0);
        }
        endpoint.window.as_mut().map(|window| window.left(now))
    }

    fn endpoint(&mut self, key: RateLimitKey) -> &mut Endpoint {
        let quota = self.limits.quota(key);
        let kind = self.kind;
        self.by_key.entry(key).or_insert_with(|| Endpoint {
            window: quota.map(|quota| Window::new(quota, kind)),
            blocked_until: Duration::ZERO,
        })
    }
}

#[derive(Debug)]
struct Window {
    quota: Quota,
    kind: WindowKind,
    taken: VecDeque<Duration>,
}

impl Window {
    const fn new(quota: Quota, kind: WindowKind) -> Self {
        Self {
            quota,
            kind,
            taken: VecDeque::new(),
        }
    }

    fn take(&mut self, now: Duration) -> Result<(), Duration> {
        if self.left(now) > 0 {
            self.taken.push_back(now);
            return Ok(());
        }
        let first = self.taken.front().copied().unwrap_or(now);
        Err((first + self.quota.per()).saturating_sub(now))
    }

    fn left(&mut self, now: Duration) -> u32 {
        let per = self.quota.per();
        let is_over = |taken: Option<&Duration>| taken.is_some_and(|taken| *taken + per <= now);
        match self.kind {
            WindowKind::Fixed if is_over(self.taken.front()) => self.taken.clear(),
            WindowKind::Fixed => {}
            WindowKind::Sliding => {
                while is_over(self.taken.front()) {
                    self.taken.pop_front();
                }
            }
        }
        let taken = u32::try_from(self.taken.len()).unwrap_or(u32::MAX);
        self.quota.calls().saturating_sub(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_fixed_window_frees_its_whole_budget_at_once_and_a_sliding_one_call_by_call() {
        for (kind, free_after_first) in [(WindowKind::Fixed, 2), (WindowKind::Sliding, 1)] {
            let mut window = Window::new(Quota::new(2, s(10)), kind);
            assert_eq!(window.take(s(5)), Ok(()));
            assert_eq!(window.take(s(9)), Ok(()));
            assert_eq!(window.take(s(14)), Err(s(1)), "{kind:?}");
            assert_eq!(window.left(s(15)), free_after_first, "{kind:?}");
            assert_eq!(window.left(s(19)), 2, "{kind:?}");
        }
    }

    #[test]
    fn an_exhausted_endpoint_does_not_block_others_and_still_uses_the_limit_of_all() {
        let (bulk, single) = (RateLimitKey::new("bulk"), RateLimitKey::new("single"));
        let limits = RateLimits::none()
            .with_all(Quota::new(3, s(1)))
            .with(bulk, Quota::new(1, s(60)));
        let mut limits = Limits::new(limits, WindowKind::Fixed);
        assert_eq!(limits.take(bulk, s(0)), Ok(()));
        assert_eq!(limits.take(bulk, s(0)), Err(s(60)));
        assert_eq!(limits.take(single, s(0)), Ok(()));
        assert_eq!(limits.take(single, s(0)), Err(s(1)), "of all");
        assert_eq!(limits.left(bulk, s(59)), Some(0));
        assert_eq!(limits.left(single, s(0)), None);
    }
}
