//! Estimates how long the rest of a run takes.

use std::sync::Arc;
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::api::waitlist_entries::InviteWaitlistEntry;
use clerk_core::api::{invitations, organization_invitations};
use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::run::journal::Lane;
use clerk_core::run::{Estimate, Lanes};

use crate::people::Destination;

/// Estimates the time left from the rate limits, or without limits from the speed so far.
#[derive(Debug)]
pub(crate) struct TimeLeft {
    lanes: Lanes,
    bulk: Option<Quota>,
    single: Option<Quota>,
    clock: Arc<dyn Clock>,
    started: Duration,
}

impl TimeLeft {
    pub(crate) fn new(destination: Destination, lanes: Lanes, limits: &RateLimits, clock: Arc<dyn Clock>) -> Self {
        let (bulk, single) = quotas(destination, limits);
        let started = clock.now();
        Self {
            lanes,
            bulk,
            single,
            clock,
            started,
        }
    }

    /// Estimates the time for `left` recipients after `processed` ones, when the run now waits for `wait`. `None` before the
    /// first recipient in a run without limits, and if the time is too short to matter.
    pub(crate) fn estimate(&self, processed: usize, left: usize, wait: Duration) -> Option<Duration> {
        let time = if self.is_limited() {
            Estimate::new(left, self.lanes, self.bulk, self.single).duration
        } else if processed == 0 {
            return None;
        } else {
            let elapsed = self.clock.now().saturating_sub(self.started);
            elapsed.mul_f64(left as f64 / processed as f64)
        };
        (left > 0).then_some(time + wait).filter(|time| !time.is_zero())
    }

    /// Whether all endpoints that the run uses have a limit.
    const fn is_limited(&self) -> bool {
        (self.bulk.is_some() || !self.lanes.has(Lane::Bulk)) && (self.single.is_some() || !self.lanes.has(Lane::Single))
    }
}

/// Returns the quotas of the bulk and the single endpoint.
fn quotas(destination: Destination, limits: &RateLimits) -> (Option<Quota>, Option<Quota>) {
    let (bulk, single) = match destination {
        Destination::Waitlist => {
            let single = InviteWaitlistEntry::OPERATION.rate_limit_key();
            return (None, limits.quota(single));
        }
        Destination::Application => (invitations::RATE_LIMIT_BULK, invitations::RATE_LIMIT_SINGLE),
        Destination::Organization => (
            organization_invitations::RATE_LIMIT_BULK,
            organization_invitations::RATE_LIMIT_SINGLE,
        ),
    };
    (limits.quota(bulk), limits.quota(single))
}

#[cfg(test)]
mod tests {
    use clerk_testkit::ManualClock;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_estimate_follows_from_the_limits_or_else_from_the_speed() {
        let quota = |calls| Some(Quota::new(calls, HOUR));
        let minute = Duration::from_secs(60);
        let cases = [
            (Lanes::Both, quota(25), quota(100), 350, minute, Some(minute)),
            (Lanes::Both, quota(25), quota(100), 350, Duration::ZERO, None),
            (Lanes::Both, quota(25), quota(100), 351, minute, Some(HOUR + minute)),
            (Lanes::Bulk, quota(25), None, 251, Duration::ZERO, Some(HOUR)),
            (Lanes::Single, None, quota(100), 1_000, Duration::ZERO, Some(HOUR * 9)),
            // 100 recipients took ten minutes.
            (Lanes::Both, quota(25), None, 1_000, Duration::ZERO, Some(minute * 100)),
            (Lanes::Both, quota(25), None, 0, minute, None),
        ];
        for (lanes, bulk, single, left, wait, expected) in cases {
            let clock = ManualClock::new();
            let time_left = TimeLeft {
                lanes,
                bulk,
                single,
                clock: Arc::new(clock.clone()),
                started: clock.now(),
            };
            clock.advance(minute * 10);
            assert_eq!(time_left.estimate(100, left, wait), expected, "{left} {lanes:?}");
            let unknown = !time_left.is_limited();
            assert_eq!(time_left.estimate(0, 1_000, wait).is_none(), unknown, "{lanes:?}");
        }
    }
}
