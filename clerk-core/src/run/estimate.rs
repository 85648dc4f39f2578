//! How many calls a number of recipients takes on the two lanes, and how long the limits make that last.

use std::time::Duration;

use super::journal::Lane;
use super::settings::Lanes;
use crate::api::invitations::CreateInvitationBulk;
use crate::middleware::Quota;

/// The calls that a lane allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capacity {
    /// The lane is not used.
    Closed,
    Unlimited,
    Limited(Quota),
}

impl Capacity {
    pub(super) const fn new(is_open: bool, quota: Option<Quota>) -> Self {
        match quota {
            _ if !is_open => Self::Closed,
            None => Self::Unlimited,
            Some(quota) => Self::Limited(quota),
        }
    }
}

/// What inviting a number of people takes, if every call succeeds and nobody is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Estimate {
    /// The number of calls to the bulk endpoint.
    pub bulk_calls: usize,
    /// The number of calls to the single endpoint.
    pub single_calls: usize,
    /// How long the limits make it last. The duration of the calls themselves is not counted.
    pub duration: Duration,
}

impl Estimate {
    /// Estimates a run that invites this many people on these lanes, under the quotas of the bulk and the single endpoint.
    /// An endpoint without a quota is unlimited.
    ///
    /// ```
    /// use std::time::Duration;
    /// use clerk_core::api::invitations::{RATE_LIMIT_BULK, RATE_LIMIT_SINGLE};
    /// use clerk_core::middleware::RateLimits;
    /// use clerk_core::run::{Estimate, Lanes};
    /// use clerk_core::Environment;
    ///
    /// let limits = RateLimits::documented(Environment::Production);
    /// let (bulk, single) = (limits.quota(RATE_LIMIT_BULK), limits.quota(RATE_LIMIT_SINGLE));
    /// let estimate = Estimate::new(1_000, Lanes::Both, bulk, single);
    /// assert_eq!(estimate.duration, Duration::from_secs(2 * 3600));
    /// ```
    pub fn new(people: usize, lanes: Lanes, bulk: Option<Quota>, single: Option<Quota>) -> Self {
        let mut bulk = Bursts::new(Capacity::new(lanes.has(Lane::Bulk), bulk), CreateInvitationBulk::MAX);
        let mut single = Bursts::new(Capacity::new(lanes.has(Lane::Single), single), 1);
        let mut duration = Duration::ZERO;
        let mut left = people;
        while left > 0 {
            let bulk_is_next = bulk.is_open() && (!single.is_open() || bulk.next <= single.next);
            let lane = if bulk_is_next { &mut bulk } else { &mut single };
            duration = lane.next;
            left = lane.burst(left);
        }
        Self {
            bulk_calls: bulk.calls,
            single_calls: single.calls,
            duration,
        }
    }
}

/// The bursts of one lane: as many calls as its quota allows, and the next ones when the quota is free again.
struct Bursts {
    capacity: Capacity,
    people_per_call: usize,
    next: Duration,
    calls: usize,
}

impl Bursts {
    const fn new(capacity: Capacity, people_per_call: usize) -> Self {
        Self {
            capacity,
            people_per_call,
            next: Duration::ZERO,
            calls: 0,
        }
    }

    const fn is_open(&self) -> bool {
        !matches!(self.capacity, Capacity::Closed)
    }

    /// Makes the calls of one burst for at most `people`, and returns how many people are left.
    fn burst(&mut self, people: usize) -> usize {
        let wanted = people.div_ceil(self.people_per_call);
        let calls = match self.capacity {
            Capacity::Closed => 0,
            Capacity::Unlimited => wanted,
            Capacity::Limited(quota) => {
                self.next = self.next.saturating_add(quota.per());
                wanted.min(quota.calls() as usize)
            }
        };
        self.calls += calls;
        people.saturating_sub(calls * self.people_per_call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_follows_from_the_quotas_of_the_open_lanes() {
        use Lanes::{Both, Bulk, Single};

        let hourly = |calls| Some(Quota::new(calls, Duration::from_secs(3600)));
        let cases = [
            (0, Both, hourly(25), (0, 0, 0)),
            (5, Both, hourly(25), (1, 0, 0)),
            (350, Both, hourly(25), (25, 100, 0)),
            (351, Both, hourly(25), (26, 100, 1)),
            (10_000, Both, hourly(25), (720, 2_800, 28)),
            (1_000, Bulk, hourly(25), (100, 0, 3)),
            (1_000, Single, hourly(25), (0, 1_000, 9)),
            (1_000, Both, None, (100, 0, 0)),
        ];
        for (people, lanes, bulk, (bulk_calls, single_calls, hours)) in cases {
            let expected = Estimate {
                bulk_calls,
                single_calls,
                duration: Duration::from_secs(hours * 3600),
            };
            let estimate = Estimate::new(people, lanes, bulk, hourly(100));
            assert_eq!(estimate, expected, "{people} {lanes:?} {bulk:?}");
        }
    }

    #[test]
    fn lanes_with_different_windows_add_up() {
        let bulk = Some(Quota::new(25, Duration::from_secs(3600)));
        let single = Some(Quota::new(50, Duration::from_secs(1800)));
        let estimate = Estimate::new(701, Lanes::Both, bulk, single);
        assert_eq!(estimate.duration, Duration::from_secs(2 * 3600));
    }
}
