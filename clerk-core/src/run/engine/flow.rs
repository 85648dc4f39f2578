//! How people flow: from the input through the look-ups to the attempts, and from the doubts back.

use std::sync::Arc;
use std::time::Duration;

use super::{Engine, ReadEnd, Reading};
use crate::error::Result;
use crate::run::finish::Final;
use crate::run::intake::{Guest, Intake};
use crate::run::journal::{Lane, Record};
use crate::run::known::{Asked, CHUNK, Lookup};
use crate::run::reconcile::{Finding, finding};
use crate::run::report::Stop;
use crate::run::target::Found;
use crate::run::{Evidence, Outcome};

/// How many people are kept ready, so that both lanes always find somebody.
const READY: usize = CHUNK / 2;

/// Why somebody is pending whom an attempt may have invited.
const IN_DOUBT: &str = "an attempt may have invited them: run again on the same journal to find out";

/// Why somebody is pending of whom it is not known what became of them in an earlier run.
const UNREAD: &str = "the run stopped before it could compare its journal with Clerk: run again on the same journal";

impl Engine<'_> {
    /// Without look-ups, takes people from the input as they are needed.
    pub(super) fn take_in_people(&mut self) -> Result<(), Stop> {
        while !self.settings.preflight
            && self.ready.len() < READY
            && let Some(guest) = self.next_guest()?
        {
            self.ready.push_back(guest);
        }
        Ok(())
    }

    /// The next person of the input who needs a call. Others are settled or put among the doubts on the way.
    fn next_guest(&mut self) -> Result<Option<Guest>, Stop> {
        loop {
            match self.people.next(&mut self.history) {
                Some(Intake::Settled(settlement)) => self.announce(&settlement),
                Some(Intake::Guest(guest)) if guest.unresolved => self.doubt(guest),
                Some(Intake::Guest(guest)) => return Ok(Some(guest)),
                Some(Intake::Changed(settlement)) => {
                    self.announce(&settlement);
                    let position = settlement.position;
                    return Err(Stop::ChangedRow { position });
                }
                None => {
                    self.input_ended = true;
                    return Ok(None);
                }
            }
        }
    }

    /// Starts the next read, if none is under way: a doubt that is due, or a look-up of the next people.
    pub(super) fn start_reading(&mut self) -> Result<(), Stop> {
        if self.reading.is_some() {
            return Ok(());
        }
        let now = self.clock.now();
        if self.hold_until <= now
            && let Some(entry) = self.doubts.first_entry()
            && entry.key().0 <= now
        {
            let guest = entry.remove();
            self.look_into(guest);
        } else if self.settings.preflight && self.ready.len() < READY && !self.input_ended {
            self.look_up_next()?;
        }
        Ok(())
    }

    fn look_into(&mut self, guest: Guest) {
        let (reader, who) = (self.reader.clone(), guest.identity.clone());
        self.reading = Some(Reading {
            guests: vec![guest],
            task: Box::pin(async move { ReadEnd::LookedInto(reader.of_address(&who).await) }),
        });
    }

    fn look_up_next(&mut self) -> Result<(), Stop> {
        let mut guests = Vec::new();
        while guests.len() < CHUNK {
            match self.next_guest() {
                Ok(Some(guest)) => guests.push(guest),
                Ok(None) => break,
                Err(stop) => {
                    self.ready.extend(guests);
                    return Err(stop);
                }
            }
        }
        if guests.is_empty() {
            return Ok(());
        }
        let asked = |guest: &Guest| Asked {
            who: guest.identity.clone(),
            // A row that ignores what exists is not settled by it.
            as_user: !guest.ignore_existing,
        };
        let who: Vec<_> = guests.iter().map(asked).collect();
        let (reader, listed) = (self.reader.clone(), self.listed.as_ref().map(Arc::clone));
        self.reading = Some(Reading {
            guests,
            task: Box::pin(async move { ReadEnd::LookedUp(reader.look_up(&who, listed.as_deref()).await) }),
        });
        Ok(())
    }

    pub(super) async fn read_ended(&mut self, guests: Vec<Guest>, end: ReadEnd) -> Result<(), Stop> {
        match end {
            ReadEnd::LookedUp(Ok(lookups)) => {
                let known = self.sort_out(guests, lookups);
                self.settle(None, known).await
            }
            ReadEnd::LookedUp(Err(error)) | ReadEnd::LookedInto(Err(error)) => {
                self.ready.extend(guests);
                Err(Stop::of(error))
            }
            ReadEnd::LookedInto(Ok(found)) => {
                let mut finals = Vec::new();
                for guest in guests {
                    finals.extend(self.looked_into(guest, &found));
                }
                self.settle(None, finals).await
            }
        }
    }

    /// Takes in a look-up of a plan: nothing is kept.
    pub(super) fn looked_at(&mut self, guests: Vec<Guest>, end: ReadEnd) -> Result<(), Stop> {
        match end {
            ReadEnd::LookedUp(Ok(lookups)) => {
                let known = self.sort_out(guests, lookups);
                known.iter().for_each(|known| self.announce(&known.settlement));
                Ok(())
            }
            ReadEnd::LookedUp(Err(error)) | ReadEnd::LookedInto(Err(error)) => Err(Stop::of(error)),
            ReadEnd::LookedInto(Ok(_)) => Ok(()),
        }
    }

    /// Makes those ready who need a call, and settles the others.
    fn sort_out(&mut self, guests: Vec<Guest>, lookups: Vec<Lookup>) -> Vec<Final> {
        let mut finals = Vec::new();
        for (mut guest, lookup) in guests.into_iter().zip(lookups) {
            guest.baseline = Some(lookup.baseline);
            match lookup.pending {
                _ if guest.ignore_existing => self.ready.push_back(guest),
                Some(id) => finals.push(Final::of(guest, Outcome::AlreadyInvited, Evidence::Read).with_id(id)),
                None if lookup.is_user => finals.push(Final::of(guest, Outcome::ExistingUser, Evidence::Read)),
                None => self.ready.push_back(guest),
            }
        }
        finals
    }

    fn looked_into(&mut self, mut guest: Guest, found: &[Found]) -> Option<Final> {
        let read = Evidence::Read;
        Some(match finding(&mut guest, found) {
            Finding::Created(found) => Final::created(guest, found, read),
            Finding::Refused(refusal) => Final::refused(guest, refusal),
            Finding::AlreadyInvited(id) => Final::of(guest, Outcome::AlreadyInvited, read).with_id(id),
            Finding::Unknowable => Final::of(guest, Outcome::Unknown, read),
            Finding::SendAgain => {
                self.ready.push_front(guest);
                return None;
            }
        })
    }

    /// Keeps outcomes, then announces them: what was announced stays so after a crash. What the journal fails to keep is
    /// announced too, since nobody else knows it, and the run stops.
    pub(super) async fn settle(&mut self, first: Option<Record>, finals: Vec<Final>) -> Result<(), Stop> {
        let records: Vec<_> = first.into_iter().chain(finals.iter().map(Final::record)).collect();
        let kept = if records.is_empty() {
            Ok(())
        } else {
            self.keep(&records).await
        };
        finals.iter().for_each(|settled| self.announce(&settled.settlement));
        kept
    }

    /// The next time at which something can be done that cannot be done now.
    pub(super) fn wake_at(&mut self) -> Option<Duration> {
        let now = self.clock.now();
        let mut times = Vec::new();
        for lane in [Lane::Bulk, Lane::Single] {
            if self.has_guests_for(lane) {
                times.extend(self.lane_free_at(lane, now));
            }
        }
        if self.reading.is_none() {
            times.extend(self.doubts.keys().next().map(|(due, _)| (*due).max(self.hold_until)));
        }
        times.into_iter().min()
    }

    /// Gives everyone left their outcome: pending.
    pub(super) fn leave_rest_pending(&mut self) {
        let reading = self.reading.take().map(|reading| reading.guests);
        let mut rest: Vec<_> = reading
            .into_iter()
            .flatten()
            .chain(std::mem::take(&mut self.doubts).into_values())
            .chain(std::mem::take(&mut self.halves).into_iter().flatten())
            .chain(std::mem::take(&mut self.alone))
            .chain(std::mem::take(&mut self.ready))
            .collect();
        rest.sort_by_key(|guest| guest.position);
        rest.into_iter().for_each(|guest| self.leave_pending(guest));
        while let Some(next) = self.people.next(&mut self.history) {
            match next {
                Intake::Settled(settlement) | Intake::Changed(settlement) => self.announce(&settlement),
                Intake::Guest(guest) => self.leave_pending(guest),
            }
        }
    }

    fn leave_pending(&mut self, guest: Guest) {
        let reason = match (self.is_history_known, guest.unresolved) {
            (false, _) => Some(UNREAD.to_owned()),
            (true, true) => Some(IN_DOUBT.to_owned()),
            (true, false) => None,
        };
        let mut pending = guest.settle(Outcome::Pending, Evidence::None);
        pending.reason = reason;
        self.announce(&pending);
    }
}
