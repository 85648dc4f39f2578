//! Simulates one seed, from its first process to its result.

use std::time::Duration;

use clerk_core::run::Stop;
use fastrand::Rng;

use crate::arguments::Mode;
use crate::breakage::Break;
use crate::check::{self, Story};
use crate::disk::{Damage, Disk, Remedy};
use crate::log::Log;
use crate::machines;
use crate::process::{End, Fate, Life, Start, live, pause};
use crate::scenario::{Action, Scenario, Step};
use crate::tally::Tally;
use crate::world::World;

/// How often a step that stopped is tried again.
const RESTARTS: u32 = 8;

/// The shortest time between two processes, so that no time belongs to both.
const MOMENT: Duration = Duration::from_millis(1);

/// The result of a seed.
#[derive(Debug, Default)]
pub(crate) struct SeedResult {
    pub(crate) violations: Vec<String>,
    pub(crate) tally: Tally,
}

/// Simulates a seed.
pub(crate) fn simulate(seed: u64, mode: Mode, broken: Option<Break>, log: &Log) -> SeedResult {
    if mode == Mode::Machines {
        return machines::simulate(seed, broken, log);
    }
    let mut random = Rng::with_seed(seed);
    let scenario = Scenario::draw(&mut random, mode);
    let mut world = World::new(&scenario, broken, &mut random, log);
    log.line(|| format!("{scenario:#?}"));
    let disk = match Disk::new(scenario.medium, broken, log) {
        Ok(disk) => disk,
        Err(error) => return SeedResult::failed(format!("no disk can be simulated: {error}")),
    };
    let mut course = Course {
        scenario: &scenario,
        world: &mut world,
        disk: &disk,
        random: &mut random,
        log,
        deaths: scenario.deaths,
        versions: vec![vec![0]; scenario.rows.len()],
        damaged_line: None,
        has_copy: false,
        begun_at: None,
        lives: Vec::new(),
    };
    scenario
        .steps
        .iter()
        .enumerate()
        .for_each(|(number, step)| course.take(number, step));
    let Course { lives, begun_at, .. } = course;
    let log_of_calls = world.fake.log();
    let Some(truth) = world.truth() else {
        return SeedResult::failed("the invitations cannot be read in the end".to_owned());
    };
    let sent = world.wire.sent();
    let story = Story {
        scenario: &scenario,
        calls: &log_of_calls,
        sent: &sent,
        begun_at,
        truth,
        mails: world.fake.mails(),
        lives: &lives,
    };
    let violations = check::check(&story);
    for violation in &violations {
        log.line(|| format!("VIOLATION: {violation}"));
    }
    SeedResult {
        violations,
        tally: Tally::new(&story),
    }
}

impl SeedResult {
    pub(crate) fn failed(problem: String) -> Self {
        Self {
            violations: vec![problem],
            tally: Tally::default(),
        }
    }
}

/// The steps of the user so far.
struct Course<'a> {
    scenario: &'a Scenario,
    world: &'a mut World,
    disk: &'a Disk,
    random: &'a mut Rng,
    log: &'a Log,
    /// How often processes still die.
    deaths: u32,
    /// The versions of each row, of which the last one is in the file.
    versions: Vec<Vec<usize>>,
    /// The line that was damaged since the last process.
    damaged_line: Option<u64>,
    /// Whether there is a copy of the journal from before the damage.
    has_copy: bool,
    /// When the journal had its first record.
    begun_at: Option<Duration>,
    lives: Vec<Life>,
}

impl Course<'_> {
    /// Starts processes until one has done the step, or too many have stopped.
    fn take(&mut self, number: usize, step: &Step) {
        if !self.lives.is_empty() {
            pause(self.world, step.pause + MOMENT);
        }
        for row in &step.changes {
            let next = self.versions[*row].len();
            self.versions[*row].push(next);
        }
        let mut restarts = RESTARTS;
        let mut remedy = None;
        loop {
            let life = self.live(number, step.action, remedy.take());
            let wait = match (&life.end, life.stop()) {
                (End::Died, _) => {
                    self.disk.lose_power();
                    self.deaths -= 1;
                    Some(Duration::from_millis(1 << self.random.u32(0..27)))
                }
                (End::Refused(_), _) => Some(MOMENT),
                (_, Some(Stop::ChangedRow { position })) => {
                    let versions = &mut self.versions[*position];
                    if versions.len() > 1 {
                        versions.pop();
                    }
                    Some(MOMENT)
                }
                (_, Some(stop)) => Some(wait_after(stop, self.random)),
                (End::Stuck(_) | End::Invited(_) | End::Revoked(_), None) => None,
            };
            if !matches!(life.end, End::Died) {
                restarts -= 1;
            }
            let is_refused = matches!(life.end, End::Refused(_));
            self.lives.push(life);
            if is_refused {
                remedy = Some(self.remedy());
            } else {
                self.has_copy = false;
                self.damaged_line = None;
                self.damage();
            }
            let Some(wait) = wait.filter(|_| restarts > 0) else {
                return;
            };
            pause(self.world, wait);
        }
    }

    fn live(&mut self, step: usize, action: Action, remedy: Option<Remedy>) -> Life {
        let fate = match self.deaths {
            0 => Fate::Survives,
            _ => Fate::draw(self.random, self.scenario.medium),
        };
        let versions = self.versions.iter().filter_map(|versions| versions.last().copied());
        let start = Start {
            step,
            action,
            versions: versions.collect(),
            fate,
            damaged_line: self.damaged_line,
            remedy,
        };
        self.log.line(|| {
            let number = self.lives.len() + 1;
            format!("process {number} starts: {action:?}, {fate:?}, {remedy:?}")
        });
        let life = live(self.world, self.disk, self.scenario, start, self.log);
        if remedy == Some(Remedy::Restore) {
            self.damaged_line = None;
            self.has_copy = false;
        }
        if self.begun_at.is_none() && self.disk.is_begun() {
            self.begun_at = Some(self.world.clock.elapsed());
        }
        life
    }

    /// Damages the journal in some of the seeds that damage it.
    fn damage(&mut self) {
        if self.scenario.mode == Mode::Damage && self.damaged_line.is_none() && self.random.u8(..4) == 0 {
            self.damaged_line = self.disk.damage(Damage::draw(self.random));
            self.has_copy = self.damaged_line.is_some();
        }
    }

    /// Decides what the user does about a journal that the last process has refused.
    fn remedy(&mut self) -> Remedy {
        let before = self.lives.last().and_then(|life| life.start.remedy);
        match (self.has_copy, before) {
            // The first line is damaged.
            (true, Some(Remedy::Recover)) => Remedy::Restore,
            (false, Some(Remedy::Recover)) => Remedy::Delete,
            (true, _) if self.random.bool() => Remedy::Restore,
            _ => Remedy::Recover,
        }
    }
}

fn wait_after(stop: &Stop, random: &mut Rng) -> Duration {
    match stop {
        Stop::RateLimited { wait } => *wait,
        _ => Duration::from_millis(1 << random.u32(0..22)),
    }
}
