//! One process: it creates a client, runs on the journal, and ends or dies.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::middleware::RateLimits;
use clerk_core::run::{InvitationRun, RunEvent, RunObserver, RunReport, Settlement};
use fastrand::Rng;

use crate::disk::{Accident, Disk};
use crate::log::Log;
use crate::scenario::Scenario;
use crate::world::World;

/// More polls than any run needs.
const TOO_MANY_POLLS: u64 = 3_000_000;

/// How a process ends early, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Survives,
    DiesAtPoll(u64),
    DiskAccident(Accident),
}

/// What a process did.
#[derive(Debug)]
pub(crate) struct Life {
    /// The number of rows that it was given, from the first one on.
    pub(crate) rows: usize,
    /// The outcomes that it announced, in order.
    pub(crate) settled: Vec<Settlement>,
    pub(crate) end: End,
}

#[derive(Debug)]
pub(crate) enum End {
    Ended(RunReport),
    Died,
    /// It waits for something that never happens, or does not end.
    Stuck(String),
}

impl Fate {
    /// Draws any accident at any time. Early ones are more likely.
    pub(crate) fn draw(random: &mut Rng) -> Self {
        // Each number of binary digits has the same probability.
        let number = |digits: u32, random: &mut Rng| {
            let digits = random.u32(0..=digits);
            random.u64(1..=1 << digits)
        };
        let kept = |random: &mut Rng| match random.u8(..3) {
            0 => 0,
            1 => u8::MAX,
            _ => random.u8(..),
        };
        match random.u8(..10) {
            0..=4 => Self::DiesAtPoll(number(11, random)),
            5..=8 => Self::DiskAccident(Accident::Dies {
                write: number(6, random),
                kept: kept(random),
            }),
            _ => Self::DiskAccident(Accident::Fails {
                write: number(6, random),
                kept: kept(random),
            }),
        }
    }
}

/// Runs a process with the first `rows` rows.
pub(crate) fn live(world: &mut World, disk: &Disk, scenario: &Scenario, rows: usize, fate: Fate, log: &Log) -> Life {
    let recorder = Arc::new(Recorder {
        settled: Mutex::default(),
        log: log.clone(),
    });
    let (accident, last_poll) = match fate {
        Fate::Survives => (None, None),
        Fate::DiesAtPoll(poll) => (None, Some(poll)),
        Fate::DiskAccident(accident) => (Some(accident), None),
    };
    disk.attach(accident);
    let end = match world.client(scenario.run.seed) {
        Some(client) => {
            let people = scenario.rows[..rows].iter().enumerate();
            let people = people.map(|(position, row)| row.invitation(position));
            let run = configured(client.invitations().invite_all(people), scenario);
            let run = run.journal(disk.clone()).observer(Arc::clone(&recorder)).run();
            drive(world, disk, run, last_poll)
        }
        None => End::Stuck("the client cannot be created".to_owned()),
    };
    log.line(|| match &end {
        End::Ended(report) => format!("process ended: {report:?}"),
        End::Died => "process died".to_owned(),
        End::Stuck(problem) => format!("process is stuck: {problem}"),
    });
    let settled = std::mem::take(&mut *recorder.settled.lock().unwrap_or_else(PoisonError::into_inner));
    Life { rows, settled, end }
}

fn configured<'p>(run: InvitationRun<'p>, scenario: &Scenario) -> InvitationRun<'p> {
    let settings = &scenario.run;
    let limits = if settings.knows_limits {
        scenario.clerk.limits.clone()
    } else {
        RateLimits::none()
    };
    run.limits(limits)
        .lanes(settings.lanes)
        .preflight(settings.preflight)
        .settle_delay(settings.settle_delay)
        .read_lag(settings.read_lag)
        .max_wait(settings.max_wait)
        .max_failures(settings.max_failures)
        .seed(settings.seed)
}

/// Polls the run and the others until the run ends or its process dies.
fn drive(world: &mut World, disk: &Disk, run: impl Future<Output = RunReport>, last_poll: Option<u64>) -> End {
    let mut run = pin!(run);
    let mut polls = 0;
    let clock = world.clock.clone();
    let driven = clock.drive(poll_fn(|context| {
        poll_others(world, context);
        polls += 1;
        if last_poll == Some(polls) {
            return Poll::Ready(End::Died);
        }
        if polls > TOO_MANY_POLLS {
            return Poll::Ready(End::Stuck(format!("the run has not ended after {polls} polls")));
        }
        let polled = run.as_mut().poll(context);
        if disk.process_is_dead() {
            return Poll::Ready(End::Died);
        }
        polled.map(End::Ended)
    }));
    driven.unwrap_or_else(|stalled| End::Stuck(stalled.to_string()))
}

/// Lets time pass while no process runs.
pub(crate) fn pause(world: &mut World, duration: Duration) {
    let clock = world.clock.clone();
    let mut sleep = clock.sleep(duration);
    let slept = clock.drive(poll_fn(|context| {
        poll_others(world, context);
        sleep.as_mut().poll(context)
    }));
    debug_assert!(slept.is_ok(), "a sleep ends");
}

fn poll_others(world: &mut World, context: &mut Context<'_>) {
    if let Some(others) = &mut world.others
        && others.as_mut().poll(context).is_ready()
    {
        world.others = None;
    }
}

/// Keeps the outcomes that the run announces.
#[derive(Debug)]
struct Recorder {
    settled: Mutex<Vec<Settlement>>,
    log: Log,
}

impl RunObserver for Recorder {
    fn event(&self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Settled(settlement) => {
                self.log.line(|| describe(settlement));
                let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
                settled.push((*settlement).clone());
            }
            event => self.log.line(|| format!("run {event:?}")),
        }
    }
}

/// Describes a settlement in one line.
pub(crate) fn describe(settlement: &Settlement) -> String {
    format!(
        "row {} {:?} is {} by {} {:?} {:?}",
        settlement.position,
        settlement.email_address.as_str(),
        settlement.outcome,
        settlement.evidence,
        settlement.invitation_id.as_ref().map(|id| id.as_str()),
        settlement.code.as_ref().map(|code| code.as_str()),
    )
}
