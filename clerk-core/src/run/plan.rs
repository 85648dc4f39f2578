use std::time::Duration;

use super::isolate::Budget;
use super::{Outcome, Stop};

/// What a run would do, had it been run: see [`InvitationRun::plan`](super::InvitationRun::plan).
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct RunPlan {
    skipped: [usize; Outcome::ALL.len()],
    pub(super) to_invite: usize,
    pub(super) unresolved: usize,
    pub(super) estimate: Estimate,
    pub(super) stopped: Option<Stop>,
}

/// What inviting so many people takes, if nothing goes wrong and nobody is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Estimate {
    /// Calls of the bulk endpoint.
    pub bulk_calls: usize,
    /// Calls of the single endpoint.
    pub single_calls: usize,
    /// How long the limits make it last; the calls themselves are not counted.
    pub duration: Duration,
}

impl RunPlan {
    pub(super) fn skip(&mut self, outcome: Outcome, count: usize) {
        self.skipped[outcome as usize] = count;
    }

    /// How many people need no call, because they have this outcome already.
    pub const fn skipped(&self, outcome: Outcome) -> usize {
        self.skipped[outcome as usize]
    }

    /// How many people would be invited.
    pub const fn to_invite(&self) -> usize {
        self.to_invite
    }

    /// How many people an earlier attempt may have invited. They would be looked into first.
    pub const fn unresolved(&self) -> usize {
        self.unresolved
    }

    /// What inviting them would take.
    pub const fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// Why the plan is not whole, if it is not.
    pub const fn stopped(&self) -> Option<&Stop> {
        self.stopped.as_ref()
    }
}

/// One lane of the estimate: so many calls at a time, and how long until the next ones.
struct Bursts {
    budget: Budget,
    people_a_call: usize,
    next: Duration,
    calls: usize,
}

impl Bursts {
    const fn new(budget: Budget, people_a_call: usize) -> Self {
        Self {
            budget,
            people_a_call,
            next: Duration::ZERO,
            calls: 0,
        }
    }

    const fn is_open(&self) -> bool {
        !matches!(self.budget, Budget::Closed)
    }

    /// Makes the calls of one burst for at most `people`, and says how many people are left.
    fn burst(&mut self, people: usize) -> usize {
        let wanted = people.div_ceil(self.people_a_call);
        let calls = match self.budget {
            Budget::Closed => 0,
            Budget::Free => wanted,
            Budget::Limited(quota) => {
                self.next = self.next.saturating_add(quota.per());
                wanted.min(quota.calls() as usize)
            }
        };
        self.calls += calls;
        people.saturating_sub(calls * self.people_a_call)
    }
}

/// Estimates what `people` take on two lanes.
pub(super) fn estimate(mut people: usize, bulk: Budget, single: Budget, batch: usize) -> Estimate {
    let mut bulk = Bursts::new(bulk, batch);
    let mut single = Bursts::new(single, 1);
    let mut duration = Duration::ZERO;
    while people > 0 {
        let bulk_is_next = bulk.is_open() && (!single.is_open() || bulk.next <= single.next);
        let lane = if bulk_is_next { &mut bulk } else { &mut single };
        duration = lane.next;
        people = lane.burst(people);
    }
    Estimate {
        bulk_calls: bulk.calls,
        single_calls: single.calls,
        duration,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::middleware::Quota;

    #[test]
    fn limits_make_it_last() {
        let hourly = |calls| Budget::Limited(Quota::new(calls, Duration::from_secs(3600)));
        let cases = [
            (0, hourly(25), hourly(100), (0, 0, 0)),
            (5, hourly(25), hourly(100), (1, 0, 0)),
            (350, hourly(25), hourly(100), (25, 100, 0)),
            (351, hourly(25), hourly(100), (26, 100, 1)),
            (10_000, hourly(25), hourly(100), (720, 2_800, 28)),
            (1_000, hourly(25), Budget::Closed, (100, 0, 3)),
            (1_000, Budget::Closed, hourly(100), (0, 1_000, 9)),
            (1_000, Budget::Free, hourly(100), (100, 0, 0)),
        ];
        for (people, bulk, single, (bulk_calls, single_calls, hours)) in cases {
            let expected = Estimate {
                bulk_calls,
                single_calls,
                duration: Duration::from_secs(hours * 3600),
            };
            assert_eq!(
                estimate(people, bulk, single, 10),
                expected,
                "{people} {bulk:?} {single:?}"
            );
        }
    }
}
