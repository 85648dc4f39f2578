//! Attempts: who is in one, what is kept before and after it, and what its end means for them.

use std::collections::HashMap;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Engine, LaneState, Task};
use crate::api::invitations::CreateInvitationBulk;
use crate::error::{Error, ErrorKind, Result};
use crate::middleware::RetryPolicy;
use crate::middleware::budget::Permit;
use crate::model::NormalizedEmailAddress;
use crate::run::Evidence;
use crate::run::finish::Final;
use crate::run::intake::Guest;
use crate::run::isolate::{Isolation, isolation};
use crate::run::journal::{AttemptedRecipient, JournalEffect, Lane, Record};
use crate::run::observer::RunEvent;
use crate::transport::Effect;

use crate::run::report::Stop;
use crate::run::settings::WAIT_AFTER_BARE_429;
use crate::run::settle::{Refusal, Verdict, verdict};
use crate::run::target::Found;

/// How many people one bulk call takes.
pub(super) const BATCH: usize = CreateInvitationBulk::MAX;

/// A call under way.
pub(super) struct Attempt {
    number: u64,
    lane: Lane,
    guests: Vec<Guest>,
    from: Source,
    call: Task<AttemptEnd>,
    _permits: [Permit; 2],
}

/// Where the people of an attempt came from, and go back to if nothing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Ready,
    Alone,
    Halves,
}

pub(super) type AttemptEnd = Result<Vec<Found>>;

impl Attempt {
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<AttemptEnd> {
        self.call.as_mut().poll(context)
    }
}

impl Engine<'_> {
    /// Begins an attempt on each lane that is free, if there is somebody for it.
    pub(super) async fn start_attempts(&mut self) -> Result<(), Stop> {
        for lane in [Lane::Bulk, Lane::Single] {
            let now = self.clock.now();
            if self.has_guests_for(lane)
                && let Some(permits) = self.try_acquire(lane, now)
                && let Some((from, guests)) = self.choose(lane)
            {
                self.begin(lane, from, guests, permits).await?;
            }
        }
        Ok(())
    }

    const fn lane(&mut self, lane: Lane) -> &mut LaneState {
        match lane {
            Lane::Bulk => &mut self.bulk,
            Lane::Single => &mut self.single,
        }
    }

    /// When an attempt may begin on a lane, from `now` on, if the lane is idle and open.
    pub(super) fn lane_free_at(&mut self, lane: Lane, now: Duration) -> Option<Duration> {
        let state = self.lane(lane);
        if state.under_way.is_some() {
            return None;
        }
        let by_lane = state.budget.free_at(now)?;
        Some(by_lane.max(self.reader.global_budget.free_at(now)).max(self.hold_until))
    }

    /// Whether there is somebody for an attempt on a lane.
    pub(super) fn has_guests_for(&self, lane: Lane) -> bool {
        let more_to_come = !self.input_ended || self.reading.is_some();
        match lane {
            Lane::Single => !self.alone.is_empty() || !self.ready.is_empty(),
            // A call with less than ten people costs as much as one with ten.
            Lane::Bulk => {
                !self.halves.is_empty() || self.ready.len() >= BATCH || (!self.ready.is_empty() && !more_to_come)
            }
        }
    }

    fn choose(&mut self, lane: Lane) -> Option<(Source, Vec<Guest>)> {
        if !self.has_guests_for(lane) {
            return None;
        }
        if lane == Lane::Single {
            let alone = self.alone.pop_front().map(|guest| (Source::Alone, vec![guest]));
            return alone.or_else(|| self.ready.pop_front().map(|guest| (Source::Ready, vec![guest])));
        }
        if let Some(half) = self.halves.pop_front() {
            return Some((Source::Halves, half));
        }
        let count = self.ready.len().min(BATCH);
        Some((Source::Ready, self.ready.drain(..count).collect()))
    }

    fn try_acquire(&mut self, lane: Lane, now: Duration) -> Option<[Permit; 2]> {
        if self.lane_free_at(lane, now)? > now {
            return None;
        }
        let lane = self.lane(lane).budget.try_acquire(now).ok()?;
        let all = self.reader.global_budget.try_acquire(now).ok()?;
        Some([lane, all])
    }

    /// A permit first, then the journal, then the wire.
    async fn begin(&mut self, lane: Lane, from: Source, guests: Vec<Guest>, permits: [Permit; 2]) -> Result<(), Stop> {
        self.last_attempt += 1;
        let number = self.last_attempt;
        let record = Record::Attempted {
            attempt: number,
            lane,
            at: self.clock.wall(),
            people: guests.iter().map(attempted).collect(),
        };
        if let Err(stop) = self.keep(&[record]).await {
            self.put_back(from, guests);
            return Err(stop);
        }
        self.tell(&RunEvent::AttemptBegan {
            attempt: number,
            lane,
            people: guests.len(),
        });
        let (client, target) = (self.once.clone(), self.reader.target.clone());
        let bodies: Vec<_> = guests.iter().map(|guest| guest.body.clone()).collect();
        let call = Box::pin(async move { target.invite(&client, lane, &bodies).await });
        self.lane(lane).under_way = Some(Attempt {
            number,
            lane,
            guests,
            from,
            call,
            _permits: permits,
        });
        Ok(())
    }

    fn put_back(&mut self, from: Source, guests: Vec<Guest>) {
        match from {
            Source::Ready => guests.into_iter().rev().for_each(|guest| self.ready.push_front(guest)),
            Source::Alone => guests.into_iter().rev().for_each(|guest| self.alone.push_front(guest)),
            Source::Halves => self.halves.push_front(guests),
        }
    }

    pub(super) async fn attempt_ended(&mut self, attempt: Attempt, end: AttemptEnd) -> Result<(), Stop> {
        let (number, lane) = (attempt.number, attempt.lane);
        self.tell(&RunEvent::AttemptEnded {
            attempt: number,
            lane,
            people: attempt.guests.len(),
            error: end.as_ref().err(),
        });
        let ended = Record::Ended {
            attempt: number,
            at: self.clock.wall(),
            effect: JournalEffect::from(end.as_ref().map_or_else(Error::effect, |_| Effect::Applied)),
        };
        let mut finals = Vec::new();
        let stop = match end {
            Ok(found) => {
                self.failures = 0;
                self.answered(attempt.guests, found, &mut finals);
                None
            }
            Err(error) => self.failed(attempt, error, &mut finals),
        };
        self.settle(Some(ended), finals).await?;
        stop.map_or(Ok(()), Err)
    }

    /// Matches the answer with the people by address, never by position. Who is missing in it is looked into.
    fn answered(&mut self, guests: Vec<Guest>, found: Vec<Found>, finals: &mut Vec<Final>) {
        let by_address = |found: Found| (NormalizedEmailAddress::new(found.address()), found);
        let mut by_address: HashMap<_, _> = found.into_iter().map(by_address).collect();
        for guest in guests {
            match by_address.remove(&guest.identity) {
                Some(found) => finals.push(Final::created(guest, found, Evidence::Answer)),
                None => self.doubt(guest),
            }
        }
    }

    fn failed(&mut self, attempt: Attempt, error: Error, finals: &mut Vec<Final>) -> Option<Stop> {
        let guests = attempt.guests;
        match verdict(&error) {
            Verdict::Refused(refusal) => {
                self.failures = 0;
                let named = |guest: &Guest| refusal.named.contains(&guest.identity);
                let (named, others): (Vec<_>, Vec<_>) = guests.into_iter().partition(named);
                if named.is_empty() {
                    self.isolate(others, &refusal, finals);
                } else {
                    named.into_iter().for_each(|guest| self.refuse(guest, &refusal, finals));
                    self.put_back(Source::Ready, others);
                }
                None
            }
            Verdict::Later if error.kind() == ErrorKind::RateLimited => {
                self.put_back(attempt.from, guests);
                let wait = error.retry_after().unwrap_or(WAIT_AFTER_BARE_429);
                let until = self.clock.now().saturating_add(wait);
                self.lane(attempt.lane).budget.block_until(until);
                None
            }
            Verdict::Later => {
                self.put_back(attempt.from, guests);
                self.count_failure(error)
            }
            Verdict::Ambiguous => {
                guests.into_iter().for_each(|guest| self.doubt(guest));
                self.count_failure(error)
            }
            Verdict::Hopeless => {
                self.put_back(attempt.from, guests);
                Some(Stop::Error(error))
            }
        }
    }

    /// Backs off after a failure, and gives up after too many in a row.
    pub(super) fn count_failure(&mut self, error: Error) -> Option<Stop> {
        self.failures += 1;
        if self.failures > self.settings.max_failures {
            return Some(Stop::Error(error));
        }
        let backoff = RetryPolicy::default().backoff(self.failures, self.jitter.f64());
        self.hold_until = self.clock.now().saturating_add(backoff);
        None
    }

    /// Goes on with people of whom somebody was refused, and nobody knows who.
    fn isolate(&mut self, mut guests: Vec<Guest>, refusal: &Refusal, finals: &mut Vec<Final>) {
        if guests.len() == 1 {
            guests.into_iter().for_each(|guest| self.refuse(guest, refusal, finals));
            return;
        }
        match isolation(guests.len(), self.bulk.budget.budget(), self.single.budget.budget()) {
            Isolation::OneByOne => self.alone.extend(guests),
            Isolation::Halves => {
                let second = guests.split_off(guests.len() / 2);
                self.halves.extend([guests, second]);
            }
        }
    }

    /// Settles somebody whom Clerk refuses, unless an earlier attempt may be the reason.
    fn refuse(&mut self, mut guest: Guest, refusal: &Refusal, finals: &mut Vec<Final>) {
        if guest.unresolved {
            guest.refusal = Some(refusal.clone());
            // What the refusal speaks of may not be listed yet.
            self.look_into_after(self.settings.read_lag, guest);
        } else {
            finals.push(Final::refused(guest, refusal.clone()));
        }
    }

    /// Holds somebody for perhaps invited, to be looked into once nothing can be under way any more and what was created
    /// is listed.
    pub(super) fn doubt(&mut self, mut guest: Guest) {
        guest.unresolved = true;
        let delay = self.settings.settle_delay.saturating_add(self.settings.read_lag);
        self.look_into_after(delay, guest);
    }

    pub(super) fn look_into_after(&mut self, delay: Duration, guest: Guest) {
        let due = self.clock.now().saturating_add(delay);
        self.doubts.insert((due, guest.position), guest);
    }
}

fn attempted(guest: &Guest) -> AttemptedRecipient {
    AttemptedRecipient {
        address: guest.identity.as_str().into(),
        fingerprint: guest.fingerprint,
        baseline: guest.baseline.clone(),
    }
}
