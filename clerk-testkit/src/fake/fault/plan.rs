use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use http::StatusCode;

use super::{Fault, Moment};
use crate::fake::routes::FakeOperation;

/// A plan of faults: rules by the number of a call or by a seeded chance.
///
/// The first rule that matches a call applies. The same plan and the same calls give the same faults.
///
/// ```
/// use clerk_testkit::FakeClerk;
/// use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
///
/// let plan = FaultPlan::new()
///     .on_call(FakeOperation::CreateBulkInvitations, 2, Fault::Lost(Moment::AfterEffect))
///     .with_chance(None, 5, Fault::Refused)
///     .seed(7);
/// let fake = FakeClerk::builder().faults(plan).build();
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FaultPlan {
    rules: Vec<Rule>,
    seed: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    operation: Option<FakeOperation>,
    when: When,
    /// The candidates, of which one is drawn.
    faults: Vec<Fault>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    Calls(RangeInclusive<u64>),
    Percent(u8),
}

impl FaultPlan {
    /// Creates a plan without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the seed of the chances. The default is 0.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Adds a fault to one call: the call with this number, from 1, of `operation`, or of all operations together for `None`.
    #[must_use]
    pub fn on_call(self, operation: impl Into<Option<FakeOperation>>, number: u64, fault: Fault) -> Self {
        self.on_calls(operation, number..=number, fault)
    }

    /// Adds a fault to a range of calls: the calls with these numbers, from 1, of `operation`, or of all operations together
    /// for `None`.
    #[must_use]
    pub fn on_calls(
        self,
        operation: impl Into<Option<FakeOperation>>,
        numbers: RangeInclusive<u64>,
        fault: Fault,
    ) -> Self {
        self.with_rule(operation.into(), When::Calls(numbers), vec![fault])
    }

    /// Adds a fault with a chance of `percent` in 100 to each call of `operation`, or of any operation for `None`.
    #[must_use]
    pub fn with_chance(self, operation: impl Into<Option<FakeOperation>>, percent: u8, fault: Fault) -> Self {
        self.with_rule(operation.into(), When::Percent(percent), vec![fault])
    }

    /// Adds a random fault with a chance of `percent` in 100 to each call of `operation`, or of any operation for `None`. It
    /// is any kind of [`Fault`] except [`Hang`](Fault::Hang).
    #[must_use]
    pub fn with_chance_of_any(self, operation: impl Into<Option<FakeOperation>>, percent: u8) -> Self {
        self.with_rule(operation.into(), When::Percent(percent), any_fault())
    }

    /// Like [`on_calls`](Self::on_calls), with a random fault.
    pub(super) fn with_any_on_calls(self, operation: Option<FakeOperation>, numbers: RangeInclusive<u64>) -> Self {
        self.with_rule(operation, When::Calls(numbers), any_fault())
    }

    fn with_rule(mut self, operation: Option<FakeOperation>, when: When, faults: Vec<Fault>) -> Self {
        self.rules.push(Rule {
            operation,
            when,
            faults,
        });
        self
    }
}

fn any_fault() -> Vec<Fault> {
    use Moment::{AfterEffect, BeforeEffect};
    vec![
        Fault::Refused,
        Fault::Lost(BeforeEffect),
        Fault::Lost(AfterEffect),
        Fault::ServerError(StatusCode::INTERNAL_SERVER_ERROR, BeforeEffect),
        Fault::ServerError(StatusCode::INTERNAL_SERVER_ERROR, AfterEffect),
        Fault::ServerError(StatusCode::BAD_GATEWAY, BeforeEffect),
        Fault::ServerError(StatusCode::BAD_GATEWAY, AfterEffect),
        Fault::Truncated,
        Fault::Garbage,
        Fault::TooManyRequests(Duration::from_secs(5)),
        Fault::Late(Duration::from_secs(10)),
    ]
}

/// A plan in progress.
#[derive(Debug)]
pub(crate) struct FaultRun {
    plan: FaultPlan,
    random: fastrand::Rng,
    calls: u64,
    calls_by_operation: BTreeMap<FakeOperation, u64>,
}

impl FaultRun {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        Self {
            random: fastrand::Rng::with_seed(plan.seed),
            plan,
            calls: 0,
            calls_by_operation: BTreeMap::new(),
        }
    }

    /// Returns the fault of the next call, which is of `operation`.
    pub(crate) fn next(&mut self, operation: FakeOperation) -> Option<Fault> {
        self.calls += 1;
        let of_operation = self.calls_by_operation.entry(operation).or_default();
        *of_operation += 1;
        let rule = self.plan.rules.iter().find(|rule| {
            if rule.operation.is_some_and(|expected| expected != operation) {
                return false;
            }
            let number = if rule.operation.is_some() {
                *of_operation
            } else {
                self.calls
            };
            match &rule.when {
                When::Calls(numbers) => numbers.contains(&number),
                When::Percent(percent) => self.random.u8(..100) < *percent,
            }
        })?;
        self.random.choice(&rule.faults).copied()
    }
}

#[cfg(test)]
mod tests {
    use FakeOperation::{CreateInvitation, ListInvitations};

    use super::*;

    #[test]
    fn rules_count_the_calls_of_their_operation_or_all_calls() {
        let plan = FaultPlan::new()
            .on_call(CreateInvitation, 2, Fault::Garbage)
            .on_calls(None, 3..=4, Fault::Refused);
        let mut run = FaultRun::new(plan);
        let met: Vec<_> = [
            CreateInvitation,
            ListInvitations,
            CreateInvitation,
            ListInvitations,
            ListInvitations,
        ]
        .map(|operation| run.next(operation))
        .into();
        assert_eq!(met, [None, None, Some(Fault::Garbage), Some(Fault::Refused), None]);
    }

    #[test]
    fn the_seed_determines_the_faults() {
        let faults = |seed| {
            let mut run = FaultRun::new(FaultPlan::new().with_chance_of_any(None, 30).seed(seed));
            (0..300).map(|_| run.next(ListInvitations)).collect::<Vec<_>>()
        };
        assert_eq!(faults(1), faults(1));
        assert_ne!(faults(1), faults(2));
        let met = faults(1).iter().flatten().count();
        assert!((60..=120).contains(&met), "{met} of 300 is not about 30 percent");
    }
}
