//! The loop of a run. It starts what can be started, waits for what ends first, and moves the recipients of that on.
//!
//! A recipient's way: `Input` reads the row, a look-up shows what Clerk has for it, [`start_attempts`](Engine::start_attempts)
//! sends it, and [`attempt_ended`](Engine::attempt_ended) moves it on. Where it is meanwhile, and where it goes next, is in
//! [`Stages`].

mod plan;
mod preparation;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use super::announcer::Announcer;
use super::calls::{AttemptEnd, Calls};
use super::classify::{Classification, classify};
use super::final_outcome::FinalOutcome;
use super::input::{Input, Intake};
use super::journal::{Journal, JournalEffect, Lane, Record};
use super::lanes::{LanePair, Permits};
use super::ledger::Ledger;
use super::observer::{RunEvent, RunObserver};
use super::outcome::Revocation;
use super::pacing::Pacing;
use super::preflight::{CHUNK, Lookup, Overview};
use super::reader::Reader;
use super::reading::{ReadEnd, Reading};
use super::recipient::Recipient;
use super::repeated_refusals::RepeatedRefusals;
use super::report::{RunReport, Stop};
use super::settings::Settings;
use super::stages::{Delays, InputState, Stages};
use super::stop::StopHandle;
use super::target::Target;
use crate::client::Client;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::model::{InvitationId, Timestamp};
use crate::transport::Effect;

use waiting::Event;

/// A run under way. Between two events, every recipient is in `input`, in `stages`, or has been announced.
pub(super) struct Engine<'p> {
    /// Every recipient that was read from the input and has no outcome, in one place.
    stages: Stages,
    /// The rows not read yet, and what the journal says about them.
    input: Input<'p>,
    /// When each endpoint allows a call. A lane has a call under way exactly if it has recipients in flight.
    lanes: LanePair,
    /// The read under way. There is one exactly if recipients are in a read.
    reading: Reading,
    /// Failures in a row, and how long nothing is sent because of them.
    pacing: Pacing,
    /// Stops the run if what Clerk refuses is not a person's own.
    repeated_refusals: RepeatedRefusals,
    /// Makes the calls that invite people. Each is in the log before it is on the wire.
    calls: Calls,
    /// The journal, and what is not written to it yet. Nothing is while the run waits.
    ledger: Ledger,
    /// The observer and the counts. Every row is announced once.
    announcer: Announcer,
    /// The only source of time.
    clock: Arc<dyn Clock>,
    /// Does not change during the run.
    settings: Settings,
    /// Ends the run early once requested.
    stop: StopHandle,
    /// The first row that has changed since an attempt that is unresolved.
    changed_row: Option<usize>,
    /// The time of the journal's own clock, and when it was that.
    journal_clock: Option<(Timestamp, Duration)>,
    began: Duration,
}

impl<'p> Engine<'p> {
    pub(super) fn new(
        client: &Client,
        target: Target,
        input: Input<'p>,
        journal: Arc<dyn Journal>,
        observers: Vec<Arc<dyn RunObserver>>,
        mut settings: Settings,
        stop: StopHandle,
    ) -> Self {
        settings.lanes = target.lanes(settings.lanes);
        let clock = Arc::clone(client.clock());
        let reader = Reader::new(client, target.clone(), &settings);
        Self {
            stages: Stages::new(Delays {
                settle: settings.settle_delay,
                read_lag: settings.read_lag,
            }),
            input,
            lanes: LanePair::new(&settings, client, &target, reader.global_budget().clone()),
            reading: Reading::new(reader),
            pacing: Pacing::new(settings.max_failures, settings.seed),
            repeated_refusals: RepeatedRefusals::new(settings.keep_going),
            calls: Calls::new(client, target, Arc::clone(&journal)),
            ledger: Ledger::new(journal),
            announcer: Announcer::new(observers),
            began: clock.now(),
            clock,
            settings,
            stop,
            changed_row: None,
            journal_clock: None,
        }
    }

    /// Runs to the end.
    pub(super) async fn run(mut self) -> RunReport {
        let mut stopped = match self.prepare().await {
            Ok(()) => self.work().await.err(),
            Err(stop) => Some(stop),
        };
        // Calls under way are waited for, so that their responses are not lost.
        loop {
            stopped = Stop::graver(stopped, self.write().await.err());
            if !self.lanes.has_call() {
                break;
            }
            match self.next_event(None, false).await {
                Event::Attempt(lane, attempt, end) => {
                    stopped = Stop::graver(stopped, self.attempt_ended(lane, attempt, end).err());
                }
                Event::Read(_) => self.stages.read_failed(self.clock.now()),
                Event::Rows | Event::Time | Event::StopRequested => {}
            }
        }
        stopped = stopped.or(self.changed_row.map(|position| Stop::ChangedRow { position }));
        if stopped.is_none() {
            stopped = self.end_round().await.err();
        }
        self.leave_rest_pending().await;
        let elapsed = self.clock.now().saturating_sub(self.began);
        self.announcer.end(stopped, elapsed)
    }

    async fn work(&mut self) -> Result<(), Stop> {
        loop {
            if self.stop.is_requested() {
                return Err(Stop::Requested);
            }
            self.read_input().await?;
            self.start_resolving();
            self.start_look_up().await?;
            self.start_revoking().await?;
            self.start_attempts().await?;
            self.write().await?;
            let wake_at = self.wake_at();
            if !self.lanes.has_call() && self.reading.is_idle() {
                match wake_at {
                    Some(wake_at) => self.announce_wait(wake_at)?,
                    None if self.stages.has_input_ended() => return Ok(()),
                    None => {}
                }
            }
            match self.next_event(wake_at, true).await {
                Event::Attempt(lane, attempt, end) => self.attempt_ended(lane, attempt, end)?,
                Event::Read(end) => self.read_ended(end)?,
                Event::StopRequested => return Err(Stop::Requested),
                Event::Rows | Event::Time => {}
            }
        }
    }

    /// Without a preflight, reads recipients from the input as they are needed.
    async fn read_input(&mut self) -> Result<(), Stop> {
        while !self.settings.preflight
            && self.stages.wants_more()
            && let Some(recipient) = self.next_recipient().await?
        {
            self.stages.add(recipient);
        }
        Ok(())
    }

    /// Returns the next recipient of the input who needs a call. Others are announced or held as unresolved on the way.
    /// There is none if the input has ended, or has no row now.
    async fn next_recipient(&mut self) -> Result<Option<Recipient>, Stop> {
        loop {
            self.read_ahead().await?;
            match self.input.next() {
                Some(Intake::Settled(settlement)) => self.announcer.announce(&settlement),
                Some(Intake::Recipient(recipient)) if recipient.maybe_invited => {
                    let age = self.since_given_up(&recipient);
                    self.stages.add_unresolved_since(recipient, age, self.clock.now());
                }
                Some(Intake::Recipient(recipient)) => return Ok(Some(recipient)),
                Some(Intake::Changed(settlement)) => {
                    self.announcer.announce(&settlement);
                    self.changed_row.get_or_insert(settlement.position);
                }
                None => {
                    self.stages.set_input(match self.input.source().is_done() {
                        true => InputState::Ended,
                        false => InputState::Waits,
                    });
                    return Ok(None);
                }
            }
        }
    }

    /// Reads the next rows ahead, and their people's records if the journal is indexed.
    async fn read_ahead(&mut self) -> Result<(), Stop> {
        if self.input.source_mut().read_ahead() == 0 {
            return Ok(());
        }
        self.stages.set_input(InputState::HasMore);
        if self.ledger.journal().indexed().is_none() {
            return Ok(());
        }
        // The journal must know the outcome of everyone that the input has forgotten.
        self.write().await?;
        let people = self.input.addresses_ahead();
        if let (Some(history), Some(journal)) = (self.input.history_mut(), self.ledger.journal().indexed()) {
            history.look_up(journal, &people).await.map_err(Stop::Journal)?;
        }
        Ok(())
    }

    /// Returns how long ago the last attempt for a recipient was given up, as far as the journal's own clock shows it.
    fn since_given_up(&self, recipient: &Recipient) -> Duration {
        let Some(((journal_time, at), given_up)) = self.journal_clock.zip(recipient.given_up) else {
            return Duration::ZERO;
        };
        let since = self.clock.now().saturating_sub(at);
        journal_time.saturating_since(given_up).saturating_add(since)
    }

    /// Starts to resolve an unresolved recipient that is due, if no read is under way.
    fn start_resolving(&mut self) {
        let now = self.clock.now();
        if self.reading.is_idle()
            && self.pacing.hold_until() <= now
            && let Some(recipient) = self.stages.start_resolving(now)
        {
            self.reading.resolve(recipient);
        }
    }

    /// Starts to look up the next recipients of the input, if no read is under way.
    async fn start_look_up(&mut self) -> Result<(), Stop> {
        if !self.settings.preflight || !self.reading.is_idle() || !self.stages.wants_more() {
            return Ok(());
        }
        let mut recipients = Vec::new();
        while recipients.len() < CHUNK {
            match self.next_recipient().await {
                Ok(Some(recipient)) => recipients.push(recipient),
                Ok(None) => break,
                Err(stop) => {
                    recipients.into_iter().for_each(|recipient| self.stages.add(recipient));
                    return Err(stop);
                }
            }
        }
        if recipients.is_empty() {
            return Ok(());
        }
        if self.input.source().is_stream() {
            // A snapshot does not stay true for as long as a stream may last.
            self.reading.set_overview(Overview::default());
        } else if !self.reading.has_overview() {
            let left = match self.stages.has_input_ended() {
                true => Some(0),
                false => self.input.at_least_to_look_up(),
            };
            if let Err(stop) = self.take_overview(left.map(|left| left + recipients.len())).await {
                recipients.into_iter().for_each(|recipient| self.stages.add(recipient));
                return Err(stop);
            }
        }
        self.reading.look_up(self.stages.start_look_up(recipients));
        Ok(())
    }

    /// Starts to revoke the pending invitations of recipients who are invited again, as soon as a call can invite them: first
    /// the journal, then the wire.
    async fn start_revoking(&mut self) -> Result<(), Stop> {
        let now = self.clock.now();
        let is_free = |lane: &Lane| self.lanes.free_at(*lane, now).is_some_and(|at| at <= now);
        if !self.stages.wants_to_replace()
            || !self.reading.is_idle()
            || self.pacing.hold_until() > now
            || !Lane::ALL.iter().any(is_free)
        {
            return Ok(());
        }
        let mut ids = Vec::new();
        for recipient in self.stages.start_revoking() {
            ids.extend_from_slice(&recipient.to_revoke);
            self.ledger.note(recipient.replacing());
        }
        if let Err(stop) = self.write().await {
            self.stages.read_failed(now);
            return Err(stop);
        }
        self.reading.revoke(ids);
        Ok(())
    }

    fn revocations_ended(
        &mut self,
        revoked: Vec<(InvitationId, Revocation)>,
        error: Option<Error>,
    ) -> Result<(), Stop> {
        let finals = self.stages.revoked(&revoked);
        for (id, revocation) in revoked {
            self.announcer.tell(&RunEvent::Revoked { id: &id, revocation });
            self.ledger.note(Record::Revoked { id, revocation });
        }
        self.settle(finals);
        error.map_or(Ok(()), |error| Err(Stop::from_error(error)))
    }

    fn looked_up(&mut self, lookups: Vec<Lookup>) -> Vec<FinalOutcome> {
        self.stages.looked_up(lookups, self.input.again(), self.clock.wall())
    }

    fn read_ended(&mut self, end: ReadEnd) -> Result<(), Stop> {
        let finals = match end {
            ReadEnd::LookedUp(Ok(lookups)) => self.looked_up(lookups),
            ReadEnd::Revoked(revoked, error) => return self.revocations_ended(revoked, error),
            ReadEnd::Resolved(Ok(mut found)) => {
                // An undone invitation may not have been listed yet when the recipient was looked up.
                found.retain(|invitation| !self.input.is_undone(&invitation.id));
                self.stages.resolved(&found).into_iter().collect()
            }
            ReadEnd::LookedUp(Err(error)) | ReadEnd::Resolved(Err(error)) => {
                self.stages.read_failed(self.clock.now());
                return Err(Stop::from_error(error));
            }
        };
        self.settle(finals);
        Ok(())
    }

    /// Notes final outcomes. Their people can be in a stream again, for which the journal keeps them.
    fn settle(&mut self, finals: Vec<FinalOutcome>) {
        let forgets = self.input.source().is_stream() && self.ledger.journal().indexed().is_some();
        for outcome in finals {
            if forgets {
                self.input.forget(&outcome.settlement.email_address);
            }
            self.ledger.settle(outcome);
        }
    }

    /// Starts an attempt on each lane that allows one and has recipients.
    async fn start_attempts(&mut self) -> Result<(), Stop> {
        for &lane in Lane::ALL {
            let now = self.clock.now();
            if self.pacing.hold_until() <= now
                && self.has_use_for(lane, now)
                && let Some(permits) = self.acquire(lane, now).await?
            {
                self.start_attempt(lane, permits).await?;
            }
        }
        Ok(())
    }

    /// Takes the places of a call that begins now, if one may begin.
    async fn acquire(&mut self, lane: Lane, now: Duration) -> Result<Option<Permits>, Stop> {
        let permits = self.lanes.acquire(lane, now).await;
        permits.map_err(|error| Stop::Error(self.reading.reader().target().not_sent(lane, error)))
    }

    /// Whether an attempt on a lane brings the run forward. Ten calls of the single lane do what one of the bulk lane does, so
    /// it takes those who have to be alone, and others only if something holds the bulk lane back.
    fn has_use_for(&self, lane: Lane, now: Duration) -> bool {
        let helps = match lane {
            // People who come one by one go alone, so that the calls of the bulk lane are left for many.
            Lane::Bulk => !self.stages.trickles() || self.lanes.free_at(Lane::Single, now).is_none_or(|at| at > now),
            Lane::Single => self.stages.has_alone() || self.stages.trickles() || self.lanes.bulk_is_limited(now),
        };
        helps && self.stages.has_batch_for(lane)
    }

    /// Starts an attempt: first the permits, then the journal, then the wire. The append also records what ended before.
    async fn start_attempt(&mut self, lane: Lane, permits: Permits) -> Result<(), Stop> {
        let Some(recipients) = self.stages.start_attempt(lane) else {
            self.lanes.release(permits).await;
            return Ok(());
        };
        let attempt = self.calls.next_number();
        let record = Record::Attempted {
            attempt,
            lane,
            at: self.clock.wall(),
            people: recipients.iter().map(Recipient::attempted).collect(),
        };
        self.ledger.note(record);
        if let Err(stop) = self.write().await {
            self.stages.put_back(lane);
            self.lanes.release(permits).await;
            return Err(stop);
        }
        let recipients = self.stages.in_flight(lane);
        self.announcer.tell(&RunEvent::AttemptBegan {
            attempt,
            lane,
            people: recipients.len(),
        });
        let task = self.calls.invite(lane, recipients);
        self.lanes.begin(lane, attempt, task, permits);
        Ok(())
    }

    /// Moves the recipients of an attempt on, by its end.
    fn attempt_ended(&mut self, lane: Lane, attempt: u64, end: AttemptEnd) -> Result<(), Stop> {
        let now = self.clock.now();
        self.announcer.tell(&RunEvent::AttemptEnded {
            attempt,
            lane,
            people: self.stages.in_flight(lane).len(),
            error: end.as_ref().err(),
        });
        self.ledger.note(Record::Ended {
            attempt,
            at: self.clock.wall(),
            effect: JournalEffect::from(end.as_ref().map_or_else(Error::effect, |_| Effect::Applied)),
        });
        let (finals, stop) = match end {
            Ok(created) => {
                let is_first_attempt = |recipient: &Recipient| recipient.ambiguous_attempts == 0;
                let is_news = self.stages.in_flight(lane).iter().any(is_first_attempt);
                // An answer can name strangers, whose invitations say nothing of what these people sent.
                let is_named =
                    |recipient: &&Recipient| created.iter().any(|found| found.identity() == recipient.identity);
                let named = self.stages.in_flight(lane).iter().filter(is_named);
                self.repeated_refusals.succeeded(named);
                let finals = self.stages.answered(lane, created, now);
                if !finals.is_empty() {
                    self.pacing.succeed();
                    (finals, Ok(()))
                } else if is_news {
                    // A server that goes on like this invites nobody.
                    let error = self.calls.names_nobody(lane);
                    (finals, self.pacing.fail(error, now).map_err(Stop::Error))
                } else {
                    // One person who is never named stops nobody else: the attempts for each are limited.
                    (finals, Ok(()))
                }
            }
            Err(error) => self.attempt_failed(lane, error, now),
        };
        self.settle(finals);
        stop
    }

    fn attempt_failed(&mut self, lane: Lane, error: Error, now: Duration) -> (Vec<FinalOutcome>, Result<(), Stop>) {
        let result = match classify(&error) {
            Classification::Refused(refusal) => {
                self.pacing.succeed();
                let repeated = self.repeated_refusals.refused(&refusal, self.stages.in_flight(lane));
                let isolation = self.lanes.isolation(self.stages.in_flight(lane).len());
                return (self.stages.refused(lane, &refusal, isolation, now), repeated);
            }
            Classification::Retryable if error.kind() == ErrorKind::RateLimited => {
                self.stages.put_back(lane);
                let wait = self.pacing.wait_after_429(error);
                wait.map(|wait| self.lanes.block_until(lane, now.saturating_add(wait)))
            }
            Classification::Retryable => {
                self.stages.put_back(lane);
                self.pacing.fail(error, now)
            }
            Classification::Ambiguous => {
                self.stages.ambiguous(lane, now);
                self.pacing.fail(error, now)
            }
            Classification::Fatal => {
                self.stages.put_back(lane);
                Err(error)
            }
        };
        (Vec::new(), result.map_err(Stop::Error))
    }

    /// Writes to the journal what is not written yet.
    async fn write(&mut self) -> Result<(), Stop> {
        let written = self.ledger.write(&mut self.announcer).await;
        written.map_err(Stop::Journal)
    }

    /// Announces every recipient that is left as pending, by position. A stream is not read to its end.
    async fn leave_rest_pending(&mut self) {
        let mut knows_history = self.input.knows_history();
        for recipient in self.stages.drain() {
            self.announcer.announce(&recipient.into_pending(knows_history));
        }
        loop {
            if !self.input.source().is_stream() {
                // Without the journal, the other rows are all that is known of their people.
                knows_history &= self.read_ahead().await.is_ok();
            }
            let Some(next) = self.input.next() else {
                return;
            };
            let settlement = match next {
                Intake::Settled(settlement) | Intake::Changed(settlement) => settlement,
                Intake::Recipient(recipient) => recipient.into_pending(knows_history),
            };
            self.announcer.announce(&settlement);
        }
    }
}
