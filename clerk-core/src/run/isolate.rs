//! How to find the one who spoils a batch, as a function of the budgets.

use std::time::Duration;

use crate::middleware::Quota;

/// What a lane's budget makes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Budget {
    /// The lane is not used.
    Closed,
    /// Calls cost nothing.
    Free,
    /// So many calls in so long.
    Limited(Quota),
}

/// How to go on with a batch that Clerk refused without saying because of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Isolation {
    /// Send each of them alone.
    OneByOne,
    /// Send the batch in two halves.
    Halves,
}

/// Chooses the way that takes the smaller share of its endpoint's budget.
pub(super) fn isolation(people: usize, bulk: Budget, single: Budget) -> Isolation {
    let one_by_one = cost(single, people);
    // Each halving sends both halves, and all but one of them are accepted.
    let halvings = people.next_power_of_two().trailing_zeros() as usize;
    let halves = cost(bulk, 2 * halvings);
    match (one_by_one, halves) {
        (Some(one_by_one), Some(halves)) if halves < one_by_one => Isolation::Halves,
        (Some(_), _) => Isolation::OneByOne,
        (None, _) => Isolation::Halves,
    }
}

/// How long the budget takes to allow so many calls.
fn cost(budget: Budget, calls: usize) -> Option<Duration> {
    let calls = u32::try_from(calls).unwrap_or(u32::MAX);
    match budget {
        Budget::Closed => None,
        Budget::Free => Some(Duration::ZERO),
        Budget::Limited(quota) => Some(quota.per().saturating_mul(calls) / quota.calls()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scarcer_budget_is_spared() {
        let hourly = |calls| Budget::Limited(Quota::new(calls, Duration::from_secs(3600)));
        let cases = [
            (10, hourly(25), hourly(100), Isolation::OneByOne),
            (2, hourly(25), hourly(100), Isolation::OneByOne),
            (10, hourly(100), hourly(10), Isolation::Halves),
            (10, hourly(25), Budget::Closed, Isolation::Halves),
            (10, Budget::Closed, hourly(1), Isolation::OneByOne),
            (10, Budget::Free, Budget::Free, Isolation::OneByOne),
            (10, Budget::Free, hourly(100), Isolation::Halves),
            (10, hourly(25), Budget::Free, Isolation::OneByOne),
        ];
        for (people, bulk, single, expected) in cases {
            assert_eq!(
                isolation(people, bulk, single),
                expected,
                "{people} {bulk:?} {single:?}"
            );
        }
    }
}
