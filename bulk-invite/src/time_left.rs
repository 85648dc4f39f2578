//! Estimates how long the rest of a run takes.

use std::sync::Arc;
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::api::{invitations, organization_invitations};
use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::run::Lanes;

use crate::people::Destination;

/// Estimates the time left from the rate limits, or without limits from the speed so far.
#[derive(Debug)]
pub(crate) struct TimeLeft {
    bursts: Option<Bursts>,
    clock: Arc<dyn Clock>,
    began: Duration,
}

/// Rate limits seen as bursts: `people` at once, and again after each `interval`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bursts {
    people: usize,
    interval: Duration,
}

impl TimeLeft {
    pub(crate) fn new(destination: Destination, lanes: Lanes, limits: &RateLimits, clock: Arc<dyn Clock>) -> Self {
        let (bulk, single) = match destination {
            Destination::Application => (invitations::RATE_LIMIT_BULK, invitations::RATE_LIMIT_SINGLE),
            Destination::Organization => (
                organization_invitations::RATE_LIMIT_BULK,
                organization_invitations::RATE_LIMIT_SINGLE,
            ),
        };
        let batch = invitations::CreateInvitationBulk::MAX;
        let (bulk, single) = ((limits.quota(bulk), batch), (limits.quota(single), 1));
        let bursts = match lanes {
            Lanes::Both => Bursts::new(&[bulk, single]),
            Lanes::Bulk => Bursts::new(&[bulk]),
            Lanes::Single => Bursts::new(&[single]),
        };
        let began = clock.now();
        Self { bursts, clock, began }
    }

    /// Estimates the time for `left` recipients after `processed` ones, when the run now waits for `wait`. `None` before the
    /// first recipient in a run without limits.
    pub(crate) fn estimate(&self, processed: usize, left: usize, wait: Duration) -> Option<Duration> {
        let further = match self.bursts {
            Some(bursts) => bursts.time_for(left),
            None if processed == 0 => return None,
            None => {
                let elapsed = self.clock.now().saturating_sub(self.began);
                elapsed.mul_f64(left as f64 / processed as f64)
            }
        };
        (left > 0).then_some(further + wait).filter(|time| !time.is_zero())
    }
}

impl Bursts {
    /// Combines the limits of lanes, each with its number of people per call. `None` if a lane has no limit.
    fn new(lanes: &[(Option<Quota>, usize)]) -> Option<Self> {
        let interval = lanes.iter().filter_map(|(quota, _)| *quota).map(Quota::per).max()?;
        let mut people = 0.0;
        for (quota, batch) in lanes {
            let quota = (*quota)?;
            let times = interval.as_secs_f64() / quota.per().as_secs_f64();
            people += f64::from(quota.calls()) * *batch as f64 * times;
        }
        Some(Self {
            people: (people as usize).max(1),
            interval,
        })
    }

    /// Returns the time until the burst that contains the last of so many people.
    fn time_for(self, people: usize) -> Duration {
        let further = people.saturating_sub(1) / self.people;
        self.interval.saturating_mul(u32::try_from(further).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_time_left_follows_from_the_limits_of_all_lanes() {
        let bulk = (Some(Quota::new(25, HOUR)), 10);
        let single = (Some(Quota::new(100, HOUR)), 1);
        let faster = (Some(Quota::new(50, HOUR / 2)), 1);
        let cases: [(&[_], usize, Option<Duration>); 6] = [
            (&[bulk, single], 350, Some(Duration::ZERO)),
            (&[bulk, single], 351, Some(HOUR)),
            (&[bulk, faster], 701, Some(HOUR * 2)),
            (&[bulk], 251, Some(HOUR)),
            (&[single], 1000, Some(HOUR * 9)),
            (&[bulk, (None, 1)], 1000, None),
        ];
        for (lanes, people, expected) in cases {
            let time = Bursts::new(lanes).map(|bursts| bursts.time_for(people));
            assert_eq!(time, expected, "{people} {lanes:?}");
        }
    }
}
