//! Several machines on one store, of which one leads at a time. They are stopped, killed and cut from the store.

mod budget;
mod check;
mod leader;
mod machine;
mod plan;
mod process;
mod store;

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_core::{Client, Clock, SecretKey};
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FaultPlan;
use fastrand::Rng;

use crate::arguments::Mode;
use crate::breakage::Break;
use crate::log::Log;
use crate::process::poll_others;
use crate::scenario::Scenario;
use crate::simulation::SeedResult;
use crate::tally::Tally;
use crate::world::World;
use budget::{MachineBudget, Places};
use machine::{Machine, Program};
pub(crate) use plan::Plan;
use process::{Process, StoppedWire};
use store::Store;

/// The longest window of a limit.
const LONGEST_WINDOW: Duration = Duration::from_secs(3600);

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long calls fail. If many do, looking up many people never succeeds meanwhile.
const LONGEST_TROUBLE: Duration = Duration::from_secs(5 * 24 * 3600);

/// More polls than any seed needs.
const TOO_MANY_POLLS: u64 = 3_000_000;

/// Simulates a seed.
pub(crate) fn simulate(seed: u64, broken: Option<Break>, log: &Log) -> SeedResult {
    let mut random = Rng::with_seed(seed);
    let mut scenario = Scenario::draw(&mut random, Mode::Machines);
    let plan = Plan::draw(&mut random, scenario.rows.len());
    // A call may begin this much after another machine took over, and be under way still.
    // The limit of all calls together is not shared.
    let (bulk, single) = (scenario.target.bulk_limit(), scenario.target.single_limit());
    let quotas = [bulk, single].map(|key| (key, scenario.clerk.limits.quota(key)));
    scenario.clerk.limits = quotas
        .into_iter()
        .fold(RateLimits::none(), |limits, (key, quota)| match quota {
            Some(quota) => limits.with(key, quota),
            None => limits,
        });
    let run = &mut scenario.run;
    run.settle_delay += plan.longest_stop + Duration::from_secs(60);
    // Without this many tries, the look-up of several people never succeeds where many calls fail.
    run.max_failures = run.max_failures.max(5);
    // A run that does not wait for as long as this resolves nobody, and does not find the person that makes Clerk reject a
    // batch: a process that stops at each wait begins anew.
    run.max_wait = run
        .max_wait
        .max(run.settle_delay + run.read_lag)
        .max(LONGEST_WINDOW * 2);
    let mut world = World::new(&scenario, broken, &mut random, log);
    log.line(|| format!("{scenario:#?}\n{plan:#?}"));
    let scenario = Arc::new(scenario);
    let random = &mut Rng::with_seed(plan.seed);
    let store = Store::new(
        &world.clock,
        plan.lease,
        plan.unknown_commits,
        broken,
        random.fork(),
        log,
    );
    let places = Places::new(&world.clock, plan.longest_stop, broken);
    let mut machines: Vec<_> = plan
        .machines
        .iter()
        .enumerate()
        .map(|(number, incidents)| {
            let (stops, random) = (plan.stops_at_failpoints, random.fork());
            let process = Process::new(number + 1, stops, plan.longest_stop, random, &world.clock, log);
            let start = starter(&world, &scenario, &store, &places, &process);
            Machine::new(process, incidents.clone(), start)
        })
        .collect();
    let mut violations: Vec<_> = drive(&mut world, &scenario, &plan, &store, &mut machines)
        .into_iter()
        .collect();
    drop(machines);
    let calls = world.fake.log();
    let Some(truth) = world.truth() else {
        return SeedResult::failed("the invitations cannot be read in the end".to_owned());
    };
    let mails = world.fake.mails();
    let (outcomes, contradictions) = store.outcomes();
    violations.extend(contradictions);
    violations.extend(check::check(&check::Story {
        scenario: &scenario,
        calls: &calls,
        truth: &truth,
        mails: &mails,
        outcomes: &outcomes,
        lost: &store.without_outcome(),
    }));
    for violation in &violations {
        log.line(|| format!("VIOLATION: {violation}"));
    }
    SeedResult {
        violations,
        tally: Tally::of_machines(plan.machines.len(), &calls, mails.values().sum(), &outcomes),
    }
}

/// Returns what starts a process of a machine.
fn starter(
    world: &World,
    scenario: &Arc<Scenario>,
    store: &Store,
    places: &Places,
    process: &Process,
) -> impl Fn() -> Option<Program> + 'static {
    let (wire, clock) = (world.wire.clone(), world.clock.clone());
    let (scenario, store, places) = (Arc::clone(scenario), store.clone(), places.clone());
    let process = process.clone();
    move || {
        let wire = StoppedWire {
            wire: wire.clone(),
            process: process.clone(),
        };
        let budget = MachineBudget {
            places: places.clone(),
            process: process.clone(),
        };
        let key = SecretKey::new(FakeClerk::SECRET_KEY).ok()?;
        let client = Client::builder(key, wire)
            .clock(clock.clone())
            .retry_seed(scenario.run.seed)
            .rate_limits(scenario.clerk.limits.clone())
            .shared_budget(budget)
            .build();
        Some(Program {
            client: client.ok()?,
            scenario: Arc::clone(&scenario),
            store: store.clone(),
            process: process.clone(),
            clock: clock.clone(),
        })
    }
}

/// Submits the rows and polls the machines until everyone has an outcome. Describes why that never happens.
fn drive(
    world: &mut World,
    scenario: &Scenario,
    plan: &Plan,
    store: &Store,
    machines: &mut [Machine],
) -> Option<String> {
    let clock = world.clock.clone();
    let mut submissions = plan.submissions.iter().peekable();
    let latest = DAY * u32::try_from(30 + 10 * scenario.rows.len()).unwrap_or(u32::MAX);
    let mut polls = 0;
    let mut has_faults = true;
    // Wakes for what happens next to a machine or in the outbox.
    let mut alarm = None;
    let driven = clock.drive(poll_fn(|context| {
        let now = clock.elapsed();
        poll_others(world, context);
        while let Some((_, row)) = submissions.next_if(|(at, _)| *at <= now) {
            store.submit(*row, &scenario.rows[*row].identity());
        }
        let next = machines
            .iter_mut()
            .filter_map(|machine| machine.poll(now, context))
            .min();
        let next = next.into_iter().chain(submissions.peek().map(|(at, _)| *at)).min();
        polls += 1;
        if has_faults && now > LONGEST_TROUBLE {
            world.fake.set_faults(FaultPlan::new());
            has_faults = false;
        }
        if submissions.peek().is_none() && store.without_outcome().is_empty() {
            return Poll::Ready(None);
        }
        if now > latest || polls > TOO_MANY_POLLS {
            return Poll::Ready(Some(format!("there is no end after {now:?} and {polls} polls")));
        }
        alarm = next.map(|at| clock.sleep(at.saturating_sub(now)));
        if let Some(alarm) = &mut alarm
            && alarm.as_mut().poll(context).is_ready()
        {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }));
    driven.unwrap_or_else(|stalled| Some(stalled.to_string()))
}
