use std::collections::VecDeque;
use std::time::Duration;

use super::Quota;

/// A sliding window: the calls under way, and when the ended ones ended.
#[derive(Debug)]
pub(super) struct Window {
    quota: Quota,
    under_way: usize,
    ended: VecDeque<Duration>,
}

impl Window {
    pub(super) const fn new(quota: Quota) -> Self {
        Self {
            quota,
            under_way: 0,
            ended: VecDeque::new(),
        }
    }

    /// When a place is free: `now`, or the earliest time at which it makes sense to ask again.
    pub(super) fn free_at(&mut self, now: Duration) -> Duration {
        let per = self.quota.per();
        while self.ended.front().is_some_and(|end| *end + per <= now) {
            self.ended.pop_front();
        }
        if self.under_way + self.ended.len() < self.quota.calls() as usize {
            return now;
        }
        // A call still under way frees its place no sooner than one window from now.
        self.ended.front().map_or(now, |end| *end) + per
    }

    pub(super) const fn take(&mut self) {
        self.under_way += 1;
    }

    pub(super) fn end(&mut self, now: Duration) {
        self.under_way = self.under_way.saturating_sub(1);
        self.ended.push_back(now);
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
