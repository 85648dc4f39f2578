//! Simulates one seed, from its first process to its result.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use clerk_core::run::{Evidence, Outcome, Stop};
use fastrand::Rng;

use crate::arguments::Mode;
use crate::breakage::Break;
use crate::check::{self, Story};
use crate::disk::Disk;
use crate::log::Log;
use crate::process::{End, Fate, Life, live, pause};
use crate::scenario::Scenario;
use crate::world::World;

/// How often a run that stopped is started again.
const RESTARTS: u32 = 8;

/// The result of a seed.
#[derive(Debug, Default)]
pub(crate) struct SeedResult {
    pub(crate) violations: Vec<String>,
    pub(crate) tally: Tally,
}

/// Counts of what happened, because a simulation in which nothing happens proves nothing.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) seeds: u64,
    pub(crate) processes: u64,
    pub(crate) deaths: u64,
    pub(crate) stops: u64,
    /// The seeds whose last run had nothing left to do.
    pub(crate) finished: u64,
    pub(crate) calls: u64,
    pub(crate) faults: u64,
    pub(crate) mails: u64,
    pub(crate) outcomes: BTreeMap<(Outcome, Evidence), u64>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.processes += other.processes;
        self.deaths += other.deaths;
        self.stops += other.stops;
        self.finished += other.finished;
        self.calls += other.calls;
        self.faults += other.faults;
        self.mails += other.mails;
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
    }
}

/// Simulates a seed.
pub(crate) fn simulate(seed: u64, mode: Mode, broken: Option<Break>, log: &Log) -> SeedResult {
    let mut random = Rng::with_seed(seed);
    let scenario = Scenario::draw(&mut random, mode);
    let mut world = World::new(&scenario, broken, &mut random, log);
    log.line(|| format!("{scenario:#?}"));
    let disk = Disk::new(broken, log);
    let (lives, begun_at) = live_all(&scenario, &mut world, &disk, &mut random, log);
    let log_of_calls = world.fake.log();
    let story = Story {
        scenario: &scenario,
        calls: &log_of_calls,
        begun_at,
        truth: world.truth().unwrap_or_default(),
        mails: world.fake.mails(),
        lives: &lives,
    };
    let violations = check::check(&story);
    for violation in &violations {
        log.line(|| format!("VIOLATION: {violation}"));
    }
    SeedResult {
        violations,
        tally: tally(&story),
    }
}

/// Starts processes until one has done everything, or too many have stopped. Returns them, and when the journal had its
/// first record.
fn live_all(
    scenario: &Scenario,
    world: &mut World,
    disk: &Disk,
    random: &mut Rng,
    log: &Log,
) -> (Vec<Life>, Option<Duration>) {
    let all = scenario.rows.len();
    // In some seeds, rows are added later.
    let mut rows = if random.u8(..4) == 0 {
        random.usize(0..=all)
    } else {
        all
    };
    let (mut deaths, mut restarts) = (scenario.deaths, RESTARTS);
    let mut begun_at = None;
    let mut lives = Vec::new();
    loop {
        let fate = if deaths > 0 { Fate::draw(random) } else { Fate::Survives };
        log.line(|| format!("process {} starts with {rows} rows: {fate:?}", lives.len() + 1));
        let life = live(world, disk, scenario, rows, fate, log);
        if begun_at.is_none() && disk.is_begun() {
            begun_at = Some(world.clock.elapsed());
        }
        let next = match &life.end {
            End::Died => {
                disk.lose_power();
                deaths -= 1;
                Some(Duration::from_millis(1 << random.u32(0..27)))
            }
            End::Ended(report) => match report.stopped() {
                None if rows == all => None,
                None => {
                    rows = all;
                    Some(Duration::from_secs(random.u64(..4000)))
                }
                Some(stop) => {
                    restarts = restarts.saturating_sub(1);
                    (restarts > 0).then(|| wait_after(stop, random))
                }
            },
            End::Stuck(_) => None,
        };
        lives.push(life);
        let Some(wait) = next else {
            return (lives, begun_at);
        };
        pause(world, wait);
    }
}

fn wait_after(stop: &Stop, random: &mut Rng) -> Duration {
    match stop {
        Stop::RateLimited { wait } => *wait,
        _ => Duration::from_millis(1 << random.u32(0..22)),
    }
}

fn tally(story: &Story<'_>) -> Tally {
    let mut tally = Tally {
        seeds: 1,
        processes: story.lives.len() as u64,
        calls: story.calls.len() as u64,
        faults: story.calls.iter().filter(|call| call.fault.is_some()).count() as u64,
        mails: story.mails.values().sum(),
        ..Tally::default()
    };
    for life in story.lives {
        match &life.end {
            End::Died => tally.deaths += 1,
            End::Ended(report) if report.stopped().is_some() => tally.stops += 1,
            End::Ended(_) | End::Stuck(_) => {}
        }
    }
    let Some(last) = story.lives.last() else {
        return tally;
    };
    tally.finished = u64::from(matches!(&last.end, End::Ended(report) if report.stopped().is_none()));
    for settlement in &last.settled {
        *tally
            .outcomes
            .entry((settlement.outcome, settlement.evidence))
            .or_default() += 1;
    }
    tally
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} seeds, of which {} were finished; {} processes, {} deaths, {} stops; {} calls, {} faults, {} mails",
            self.seeds, self.finished, self.processes, self.deaths, self.stops, self.calls, self.faults, self.mails
        )?;
        for ((outcome, evidence), count) in &self.outcomes {
            write!(f, "\n{count:>9} {outcome} by {evidence}")?;
        }
        Ok(())
    }
}
