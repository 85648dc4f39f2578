//! The settings of the fake: its limits, its faults, and how it decides what is not documented.

use std::time::Duration;

use clerk_core::Environment;
use clerk_core::middleware::{Quota, RateLimits};
use clerk_testkit::fake::{
    BulkOn5xx, FakeOperation, Fault, FaultPlan, IgnoreExisting, Moment, OrganizationDuplicate, WindowKind,
};
use fastrand::Rng;
use http::StatusCode;

use super::{Assumption, Knowledge, RunSettings};
use crate::target::Target;

const SECOND: Duration = Duration::from_secs(1);

/// The settings of the fake.
#[derive(Debug)]
pub(crate) struct Clerk {
    pub(crate) limits: RateLimits,
    pub(crate) window: WindowKind,
    pub(crate) ignore_existing: IgnoreExisting,
    pub(crate) organization_duplicate: OrganizationDuplicate,
    pub(crate) bulk_on_5xx: BulkOn5xx,
    pub(crate) read_lag: Duration,
    pub(crate) latency: Duration,
    pub(crate) faults: FaultPlan,
    pub(crate) shuffles_answers: bool,
}

impl Clerk {
    pub(super) fn draw(random: &mut Rng, target: Target, run: &RunSettings, broken: Option<Assumption>) -> Self {
        let beyond = |limit: Duration, random: &mut Rng| {
            let excess = [SECOND, 31 * SECOND, 200 * SECOND, 4000 * SECOND];
            limit + random.choice(excess).unwrap_or(SECOND)
        };
        let read_lag = match broken {
            Some(Assumption::ReadLag) => beyond(run.read_lag, random),
            _ => run.read_lag.mul_f64(random.choice([0.0, 0.5, 1.0]).unwrap_or_default()),
        };
        let late = match broken {
            Some(Assumption::SettleDelay) => beyond(run.settle_delay, random),
            _ => run
                .settle_delay
                .mul_f64(random.choice([0.1, 0.5, 1.0]).unwrap_or_default()),
        };
        let mut latencies = vec![Duration::ZERO, SECOND / 20, SECOND / 3, 2 * SECOND];
        latencies.push(Duration::from_millis(random.u64(..29_000)));
        let faults = Faults {
            target,
            late,
            is_late: broken == Some(Assumption::SettleDelay),
            // These would turn other callers away, or use up their limits later.
            spares_others: matches!(run.knowledge, Knowledge::Share { .. }),
        };
        Self {
            limits: draw_limits(random, target, run.knowledge),
            window: random
                .choice([WindowKind::Fixed, WindowKind::Sliding])
                .unwrap_or_default(),
            ignore_existing: random
                .choice([IgnoreExisting::RefusesUsers, IgnoreExisting::BypassesUsers])
                .unwrap_or_default(),
            organization_duplicate: random
                .choice([OrganizationDuplicate::NotUnique, OrganizationDuplicate::DuplicateRecord])
                .unwrap_or_default(),
            bulk_on_5xx: random
                .choice([BulkOn5xx::Atomic, BulkOn5xx::Partial])
                .unwrap_or_default(),
            read_lag,
            latency: random.choice(latencies).unwrap_or_default(),
            faults: faults.draw(random),
            shuffles_answers: random.bool(),
        }
    }
}

fn draw_limits(random: &mut Rng, target: Target, knowledge: Knowledge) -> RateLimits {
    let mut quota = |calls: u32, per: u64| Quota::new(random.u32(1..=calls), Duration::from_secs(random.u64(1..=per)));
    let small = RateLimits::none()
        .with(target.bulk_limit(), quota(10, 600))
        .with(target.single_limit(), quota(20, 600));
    let tight = quota(20, 20);
    match random.u8(..8) {
        // A share of nothing, or of so few calls in all that reads use it up, leaves nothing to check.
        0 | 4 if matches!(knowledge, Knowledge::Share { .. }) => small,
        0 => RateLimits::none(),
        1..=3 => small,
        4 => small.with_all(tight),
        _ => RateLimits::documented(Environment::Development),
    }
}

struct Faults {
    target: Target,
    /// How late a call may be carried out.
    late: Duration,
    /// Whether some calls are carried out later than the run assumes.
    is_late: bool,
    spares_others: bool,
}

impl Faults {
    /// Draws some of the possible faults, at some of the calls.
    fn draw(&self, random: &mut Rng) -> FaultPlan {
        let plan = FaultPlan::new().seed(random.u64(..));
        if random.u8(..4) == 0 && !self.is_late {
            return plan;
        }
        let mut faults = self.possible(random);
        random.shuffle(&mut faults);
        faults.truncate(random.usize(1..=faults.len()));
        if self.is_late && !faults.contains(&Fault::Late(self.late)) {
            faults.push(Fault::Late(self.late));
        }
        let (bulk, single, list) = (self.target.bulk(), self.target.single(), self.target.list());
        let operations = match random.u8(..4) {
            0 | 1 => vec![None],
            2 => vec![Some(bulk), Some(single)],
            _ => vec![Some(bulk), Some(list), Some(FakeOperation::GetUserList)],
        };
        let in_all = random.u8(1..=30);
        let each = in_all.div_ceil(u8::try_from(faults.len()).unwrap_or(u8::MAX));
        let rules = operations
            .into_iter()
            .flat_map(|operation| faults.iter().map(move |fault| (operation, *fault)));
        rules.fold(plan, |plan, (operation, fault)| {
            plan.with_chance(operation, each, fault)
        })
    }

    fn possible(&self, random: &mut Rng) -> Vec<Fault> {
        use Moment::{AfterEffect, BeforeEffect};

        let statuses = [500, 502, 503, 504].map(|status| StatusCode::from_u16(status).unwrap_or_default());
        let status = random.choice(statuses).unwrap_or_default();
        let mut faults = vec![
            Fault::Refused,
            Fault::Lost(BeforeEffect),
            Fault::Lost(AfterEffect),
            Fault::Hang(BeforeEffect),
            Fault::Hang(AfterEffect),
            Fault::ServerError(status, BeforeEffect),
            Fault::ServerError(status, AfterEffect),
            Fault::Truncated,
            Fault::Garbage,
        ];
        if !self.spares_others {
            faults.extend([
                Fault::TooManyRequests(Duration::from_secs(random.u64(1..4000))),
                Fault::Late(self.late),
                Fault::Late(self.late.mul_f64(random.f64())),
            ]);
        }
        faults
    }
}
