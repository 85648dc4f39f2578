//! One process: it opens the journal, creates a client, invites or revokes, and ends or dies.

use std::future::poll_fn;
use std::ops::Range;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use clerk_core::run::journal::JournalError;
use clerk_core::run::{
    InvitationRun, Outcome, Revocation, RevocationReport, RunEvent, RunObserver, RunReport, Settlement, Stop,
};
use clerk_core::{Client, Clock};
use fastrand::Rng;

use crate::breakage::Break;
use crate::disk::{Accident, Disk, Remedy, Rest};
use crate::log::Log;
use crate::scenario::{Action, Medium, Row, Scenario};
use crate::target::{ORGANIZATION, Target};
use crate::world::World;

/// More polls than any run needs.
const TOO_MANY_POLLS: u64 = 3_000_000;

/// What a process is started with.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    /// The number of the step.
    pub(crate) step: usize,
    pub(crate) action: Action,
    /// The version of each row.
    pub(crate) versions: Vec<usize>,
    pub(crate) fate: Fate,
    /// The line of the journal that was damaged before.
    pub(crate) damaged_line: Option<u64>,
    pub(crate) remedy: Option<Remedy>,
}

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
    pub(crate) start: Start,
    /// From its first call on, those of the fake's log that were made during its life.
    pub(crate) calls: Range<usize>,
    pub(crate) time: Range<Duration>,
    /// The outcomes that it announced, in order.
    pub(crate) settled: Vec<Settlement>,
    /// The ids of the invitations that it announced as ended, and what became of them.
    pub(crate) revoked: Vec<(String, Revocation)>,
    /// Whether it recorded that a round of inviting again has ended. Such a process can die before it says so.
    pub(crate) has_ended_round: bool,
    pub(crate) end: End,
}

#[derive(Debug)]
pub(crate) enum End {
    Invited(RunReport),
    Revoked(RevocationReport),
    /// The journal could not be opened.
    Refused(JournalError),
    Died,
    /// It waits for something that never happens, or does not end.
    Stuck(String),
}

impl Life {
    /// Returns the number of rows that it was given, from the first one on.
    pub(crate) const fn rows(&self) -> usize {
        match self.start.action {
            Action::Invite { rows } => rows,
            Action::Again { .. } => self.start.versions.len(),
            Action::Undo => 0,
        }
    }

    pub(crate) const fn stop(&self) -> Option<&Stop> {
        match &self.end {
            End::Invited(report) => report.stopped(),
            End::Revoked(report) => report.stopped.as_ref(),
            End::Refused(_) | End::Died | End::Stuck(_) => None,
        }
    }

    /// Whether it has done everything that it was to do.
    pub(crate) const fn is_done(&self) -> bool {
        matches!(self.end, End::Invited(_) | End::Revoked(_)) && self.stop().is_none()
    }
}

impl Fate {
    /// Draws any accident at any time. Early ones are more likely.
    pub(crate) fn draw(random: &mut Rng, medium: Medium) -> Self {
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
                rest: match medium {
                    Medium::Memory => Rest::Nothing,
                    Medium::File => random
                        .choice([Rest::Nothing, Rest::Zeros, Rest::Holes])
                        .unwrap_or(Rest::Nothing),
                },
            }),
            _ => Self::DiskAccident(Accident::Fails {
                write: number(6, random),
                kept: kept(random),
            }),
        }
    }
}

/// Runs a process.
pub(crate) fn live(world: &mut World, disk: &Disk, scenario: &Scenario, start: Start, log: &Log) -> Life {
    let recorder = Arc::new(Recorder {
        heard: Mutex::default(),
        broken: world.broken,
        log: log.clone(),
    });
    let (accident, last_poll) = match start.fate {
        Fate::Survives => (None, None),
        Fate::DiesAtPoll(poll) => (None, Some(poll)),
        Fate::DiskAccident(accident) => (Some(accident), None),
    };
    world.wire.start(start.action);
    let (began, first_call) = (world.clock.elapsed(), world.fake.log().len());
    let end = match (disk.attach(accident, start.remedy), world.client(scenario.run.seed)) {
        (Err(error), _) => End::Refused(error),
        (Ok(()), None) => End::Stuck("the client cannot be created".to_owned()),
        (Ok(()), Some(client)) => {
            let program = Program {
                client,
                disk,
                scenario,
                recorder: &recorder,
                broken: world.broken,
            };
            program.run(world, &start, last_poll)
        }
    };
    disk.detach();
    log.line(|| match &end {
        End::Invited(report) => format!("process ended: {report:?}"),
        End::Revoked(report) => format!("process ended: {report:?}"),
        End::Refused(error) => format!("the journal is refused: {}", disk.without_folder(&error.to_string())),
        End::Died => "process died".to_owned(),
        End::Stuck(problem) => format!("process is stuck: {problem}"),
    });
    let heard = std::mem::take(&mut *recorder.heard.lock().unwrap_or_else(PoisonError::into_inner));
    Life {
        start,
        calls: first_call..world.fake.log().len(),
        time: began..world.clock.elapsed(),
        settled: heard.settled,
        revoked: heard.revoked,
        has_ended_round: disk.has_ended_round(),
        end,
    }
}

/// A program that uses the SDK.
struct Program<'a> {
    client: Client,
    disk: &'a Disk,
    scenario: &'a Scenario,
    recorder: &'a Arc<Recorder>,
    broken: Option<Break>,
}

impl Program<'_> {
    fn run(&self, world: &mut World, start: &Start, last_poll: Option<u64>) -> End {
        match start.action {
            Action::Invite { rows } => {
                let rows = self.scenario.rows[..rows].iter().zip(&start.versions).enumerate();
                self.invite(world, self.invite_all(rows), last_poll)
            }
            Action::Again { again, .. } => {
                let rows = self.scenario.rows.iter().zip(&start.versions).enumerate();
                self.invite(world, self.invite_all(rows).again(again), last_poll)
            }
            Action::Undo => {
                let run = match self.scenario.target {
                    Target::Application => self.client.invitations().revoke_all(self.disk.clone()),
                    Target::Organization => {
                        let invitations = self.client.organization_invitations();
                        invitations.revoke_all(ORGANIZATION, self.disk.clone())
                    }
                };
                let limits = self.scenario.run.knowledge.limits(&self.scenario.clerk.limits);
                let run = run.limits(limits).observer(Arc::clone(self.recorder)).run();
                drive(world, self.disk, async { End::Revoked(run.await) }, last_poll)
            }
        }
    }

    fn invite(&self, world: &mut World, run: InvitationRun<'_>, last_poll: Option<u64>) -> End {
        let run = self.configured(run).journal(self.disk.clone());
        let run = run.observer(Arc::clone(self.recorder)).run();
        drive(world, self.disk, async { End::Invited(run.await) }, last_poll)
    }

    fn invite_all<'p>(
        &self,
        rows: impl Iterator<Item = (usize, (&'p Row, &'p usize))> + Send + 'p,
    ) -> InvitationRun<'p> {
        match self.scenario.target {
            Target::Application => {
                let people = rows.map(|(position, (row, version))| row.invitation(position, *version));
                self.client.invitations().invite_all(people)
            }
            Target::Organization => {
                let people = rows.map(|(position, (row, version))| row.organization_invitation(position, *version));
                self.client.organization_invitations().invite_all(ORGANIZATION, people)
            }
        }
    }

    fn configured<'p>(&self, run: InvitationRun<'p>) -> InvitationRun<'p> {
        let settings = &self.scenario.run;
        let limits = match self.broken {
            Some(Break::IgnoreShare) => self.scenario.clerk.limits.clone(),
            _ => settings.knowledge.limits(&self.scenario.clerk.limits),
        };
        let mut run = run
            .limits(limits)
            .lanes(settings.lanes)
            .preflight(settings.preflight)
            .settle_delay(settings.settle_delay)
            .read_lag(settings.read_lag)
            .max_wait(settings.max_wait)
            .max_failures(settings.max_failures)
            .seed(settings.seed);
        if settings.keep_going {
            run = run.keep_going();
        }
        if self.broken == Some(Break::ResendUnknown) {
            run = run.resend_unknown();
        }
        run
    }
}

/// Polls the process and the others until the process ends or dies.
fn drive(world: &mut World, disk: &Disk, process: impl Future<Output = End>, last_poll: Option<u64>) -> End {
    let mut process = pin!(process);
    let mut polls = 0;
    let clock = world.clock.clone();
    let driven = clock.drive(poll_fn(|context| {
        poll_others(world, context);
        polls += 1;
        if last_poll == Some(polls) {
            return Poll::Ready(End::Died);
        }
        if polls > TOO_MANY_POLLS {
            return Poll::Ready(End::Stuck(format!("the process has not ended after {polls} polls")));
        }
        let polled = process.as_mut().poll(context);
        if disk.process_is_dead() {
            return Poll::Ready(End::Died);
        }
        polled
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

/// Polls everyone but the run.
pub(crate) fn poll_others(world: &mut World, context: &mut Context<'_>) {
    world
        .others
        .retain_mut(|others| others.as_mut().poll(context).is_pending());
}

/// Keeps what the process announces.
#[derive(Debug)]
struct Recorder {
    heard: Mutex<Heard>,
    broken: Option<Break>,
    log: Log,
}

#[derive(Debug, Default)]
struct Heard {
    settled: Vec<Settlement>,
    revoked: Vec<(String, Revocation)>,
}

impl RunObserver for Recorder {
    fn event(&self, event: &RunEvent<'_>) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            RunEvent::Settled(settlement) => {
                self.log.line(|| describe(settlement));
                let mut settlement = (*settlement).clone();
                if self.broken == Some(Break::CreatedEarlierAsCreated) && settlement.outcome == Outcome::CreatedEarlier
                {
                    settlement.outcome = Outcome::Created;
                }
                heard.settled.push(settlement);
            }
            RunEvent::Revoked { id, revocation } => {
                self.log.line(|| format!("{event}"));
                heard.revoked.push((id.as_str().to_owned(), *revocation));
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
