//! How fast a run can go.

use std::sync::Arc;
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::api::{invitations, organization_invitations};
use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::run::Lanes;

use crate::people::Destination;

/// How many people each burst of a run takes, and how long it is until the next one.
#[derive(Debug)]
pub(crate) struct Pace {
    bursts: Option<Bursts>,
    clock: Arc<dyn Clock>,
    began: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Bursts {
    people: usize,
    every: Duration,
}

impl Pace {
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
            Lanes::Both => Bursts::of(&[bulk, single]),
            Lanes::Bulk => Bursts::of(&[bulk]),
            Lanes::Single => Bursts::of(&[single]),
        };
        let began = clock.now();
        Self { bursts, clock, began }
    }

    /// How long the others will take about: by the limits if there are any, or else as long as those before. Nothing is
    /// known before the first.
    pub(crate) fn time_left(&self, settled: usize, left: usize, wait: Duration) -> Option<Duration> {
        let further = match self.bursts {
            Some(bursts) => bursts.time_for(left),
            None if settled == 0 => return None,
            None => {
                let elapsed = self.clock.now().saturating_sub(self.began);
                elapsed.mul_f64(left as f64 / settled as f64)
            }
        };
        (left > 0).then_some(further + wait).filter(|time| !time.is_zero())
    }
}

impl Bursts {
    /// The bursts of lanes with these limits together; `None` if one has none.
    fn of(lanes: &[(Option<Quota>, usize)]) -> Option<Self> {
        let every = lanes.iter().filter_map(|(quota, _)| *quota).map(Quota::per).max()?;
        let mut people = 0.0;
        for (quota, batch) in lanes {
            let quota = (*quota)?;
            let times = every.as_secs_f64() / quota.per().as_secs_f64();
            people += f64::from(quota.calls()) * *batch as f64 * times;
        }
        Some(Self {
            people: (people as usize).max(1),
            every,
        })
    }

    /// How long it is until the burst that takes the last of so many people.
    fn time_for(self, people: usize) -> Duration {
        let further = people.saturating_sub(1) / self.people;
        self.every.saturating_mul(u32::try_from(further).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_time_left_is_what_the_limits_of_all_lanes_make_it() {
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
            let told = Bursts::of(lanes).map(|bursts| bursts.time_for(people));
            assert_eq!(told, expected, "{people} {lanes:?}");
        }
    }
}
