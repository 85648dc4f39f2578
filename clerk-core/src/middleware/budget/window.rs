use std::collections::VecDeque;
use std::time::Duration;

use crate::middleware::Quota;

/// A sliding window: how many calls are under way, and when the places of the ended ones are free again.
#[derive(Debug)]
pub(super) struct Window {
    quota: Quota,
    under_way: usize,
    free_again: VecDeque<Duration>,
}

impl Window {
    pub(super) const fn new(quota: Quota) -> Self {
        Self {
            quota,
            under_way: 0,
            free_again: VecDeque::new(),
        }
    }

    /// Returns when a place is free: `now`, or the earliest time at which it makes sense to ask again.
    pub(super) fn free_at(&mut self, now: Duration) -> Duration {
        while self.free_again.front().is_some_and(|at| *at <= now) {
            self.free_again.pop_front();
        }
        if self.under_way + self.free_again.len() < self.quota.calls() as usize {
            return now;
        }
        // A call still under way frees its place no sooner than one window from now.
        self.free_again
            .front()
            .map_or(now.saturating_add(self.quota.per()), |at| *at)
    }

    /// Counts a call that ended this long ago, before the window was made. Such calls are added oldest first.
    pub(super) fn remember(&mut self, age: Duration, now: Duration) {
        if let Some(left) = self.quota.per().checked_sub(age) {
            self.free_again.push_back(now.saturating_add(left));
        }
    }

    pub(super) const fn take(&mut self) {
        self.under_way += 1;
    }

    pub(super) fn end(&mut self, now: Duration) {
        self.under_way = self.under_way.saturating_sub(1);
        self.free_again.push_back(now.saturating_add(self.quota.per()));
    }

    pub(super) fn give_back(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_place_is_free_again_one_window_after_its_call_ended() {
        let mut window = Window::new(Quota::new(2, s(10)));
        window.take();
        window.take();
        assert_eq!(window.free_at(s(1)), s(11), "both are under way");
        window.end(s(3));
        window.end(s(4));
        assert_eq!(window.free_at(s(5)), s(13));
        assert_eq!(window.free_at(s(13)), s(13));
        window.take();
        assert_eq!(window.free_at(s(13)), s(14));
    }

    #[test]
    fn a_place_given_back_is_free() {
        let mut window = Window::new(Quota::new(1, s(10)));
        window.take();
        window.give_back();
        assert_eq!(window.free_at(s(0)), s(0));
    }
}
