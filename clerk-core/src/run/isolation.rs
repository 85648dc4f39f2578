//! How to find the recipient that makes Clerk reject a batch, as a function of what the lanes allow.

use std::time::Duration;

use super::estimate::Capacity;

/// How to go on with a batch that Clerk rejected without naming a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Isolation {
    /// Send each of its recipients alone.
    OneByOne,
    /// Send the batch in two halves.
    Halves,
}

impl Isolation {
    /// Chooses the way that takes the smaller share of its endpoint's quota.
    pub(super) fn new(recipients: usize, bulk: Capacity, single: Capacity) -> Self {
        let one_by_one = cost(single, recipients);
        // Each halving sends both halves, and all but one of them are accepted.
        let halvings = recipients.next_power_of_two().trailing_zeros() as usize;
        let halves = cost(bulk, 2 * halvings);
        match (one_by_one, halves) {
            (Some(one_by_one), Some(halves)) if halves < one_by_one => Self::Halves,
            (Some(_), _) => Self::OneByOne,
            (None, _) => Self::Halves,
        }
    }
}

/// Returns how long a lane takes for this many calls; `None` if it is closed.
fn cost(capacity: Capacity, calls: usize) -> Option<Duration> {
    let calls = u32::try_from(calls).unwrap_or(u32::MAX);
    match capacity {
        Capacity::Closed => None,
        Capacity::Unlimited => Some(Duration::ZERO),
        Capacity::Limited(quota) => Some(quota.per().saturating_mul(calls) / quota.calls()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::middleware::Quota;

    #[test]
    fn spends_the_larger_quota() {
        let hourly = |calls| Capacity::Limited(Quota::new(calls, Duration::from_secs(3600)));
        let cases = [
            (10, hourly(25), hourly(100), Isolation::OneByOne),
            (2, hourly(25), hourly(100), Isolation::OneByOne),
            (10, hourly(100), hourly(10), Isolation::Halves),
            (10, hourly(25), Capacity::Closed, Isolation::Halves),
            (10, Capacity::Closed, hourly(1), Isolation::OneByOne),
            (10, Capacity::Unlimited, Capacity::Unlimited, Isolation::OneByOne),
            (10, Capacity::Unlimited, hourly(100), Isolation::Halves),
            (10, hourly(25), Capacity::Unlimited, Isolation::OneByOne),
        ];
        for (recipients, bulk, single, expected) in cases {
            let isolation = Isolation::new(recipients, bulk, single);
            assert_eq!(isolation, expected, "{recipients} {bulk:?} {single:?}");
        }
    }
}
