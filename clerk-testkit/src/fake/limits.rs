//! How many calls an instance takes in a window of time.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use clerk_core::RateLimitKey;
use clerk_core::middleware::{Quota, RateLimits};

/// What a limit's window is. Clerk does not say which kind it has, so code has to work with either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WindowKind {
    /// A window begins with the first call after the last window, and all of its places are free again when it ends.
    #[default]
    Fixed,
    /// Each place is free again one window after it was taken.
    Sliding,
}

/// The limits of an instance, with what has been used of them.
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

    /// Counts a call, or tells how long there is no place for one. A call that one endpoint has no place for still
    /// counts among all calls.
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

    /// Gives this endpoint no place until `wait` is over, as if others had used them all.
    pub(super) fn block(&mut self, key: RateLimitKey, wait: Duration, now: Duration) {
        let until = now.saturating_add(wait);
        let endpoint = self.endpoint(key);
        endpoint.blocked_until = endpoint.blocked_until.max(until);
    }

    /// How many calls this endpoint has a place for, the limit of all calls left aside; `None` without a limit.
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
    fn a_fixed_window_frees_all_places_at_once_and_a_sliding_one_each_in_its_turn() {
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
    fn an_endpoint_without_a_place_leaves_the_others_alone_and_uses_the_limit_of_all() {
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
