use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use http::StatusCode;

use super::{Fault, Moment};
use crate::fake::routes::FakeOperation;

/// Which calls meet which faults: some by their number, some by a seeded chance.
///
/// The first rule that fits a call decides. The same plan and the same calls give the same faults.
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
    /// One of these.
    faults: Vec<Fault>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum When {
    Calls(RangeInclusive<u64>),
    Percent(u8),
}

impl FaultPlan {
    /// Nothing goes wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// Chances turn out as this seed says; 0 unless told otherwise.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Call `number` of `operation`, from 1, or of all operations together if that is `None`, meets `fault`.
    #[must_use]
    pub fn on_call(self, operation: impl Into<Option<FakeOperation>>, number: u64, fault: Fault) -> Self {
        self.on_calls(operation, number..=number, fault)
    }

    /// These calls of `operation`, from 1, or of all operations together if that is `None`, meet `fault`.
    #[must_use]
    pub fn on_calls(
        self,
        operation: impl Into<Option<FakeOperation>>,
        numbers: RangeInclusive<u64>,
        fault: Fault,
    ) -> Self {
        self.with_rule(operation.into(), When::Calls(numbers), vec![fault])
    }

    /// Each call of `operation`, or of any if that is `None`, meets `fault` with a chance of `percent` in 100.
    #[must_use]
    pub fn with_chance(self, operation: impl Into<Option<FakeOperation>>, percent: u8, fault: Fault) -> Self {
        self.with_rule(operation.into(), When::Percent(percent), vec![fault])
    }

    /// Each call of `operation`, or of any if that is `None`, goes wrong with a chance of `percent` in 100, each time
    /// in one of the ways that [`Fault`] has, but for one: nothing hangs.
    #[must_use]
    pub fn with_chance_of_any(self, operation: impl Into<Option<FakeOperation>>, percent: u8) -> Self {
        self.with_rule(operation.into(), When::Percent(percent), any())
    }

    /// As [`on_calls`](Self::on_calls), with any fault.
    pub(super) fn with_any_on_calls(self, operation: Option<FakeOperation>, numbers: RangeInclusive<u64>) -> Self {
        self.with_rule(operation, When::Calls(numbers), any())
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

fn any() -> Vec<Fault> {
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

/// A plan under way.
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

    /// What the next call, of `operation`, meets.
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
    fn calls_are_counted_for_each_operation_and_for_all() {
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
    fn a_seed_repeats_itself_and_another_does_not() {
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
