//! The recipients of a run between the input and their outcome, each in exactly one place.
//!
//! | place | who is there |
//! |---|---|
//! | ready | to be invited in any batch |
//! | alone | to be invited alone, because Clerk rejected a batch that they were in |
//! | halves | to be invited with half of a batch that Clerk rejected |
//! | in flight | in the attempt that is under way on a lane |
//! | replacing | to be invited again, once their pending invitations are revoked |
//! | revoking | in the revocations that are under way |
//! | looking up | in the read that is under way, before the first attempt |
//! | unresolved | an attempt may have invited them; a read resolves them once they are due |
//! | resolving | in the read that is under way, after such an attempt |
//!
//! # Order
//!
//! - Halves and recipients alone go before ready ones: they have waited for one call already.
//! - Recipients that are put back go to the front of their place, and so do those that are sent again.
//! - The bulk lane waits for ten ready recipients, unless no more can come now. A call with fewer costs as much.
//! - There is one read at a time: of look-ups, of one unresolved recipient, or revocations.
//! - Unresolved recipients become due in the order of their times, then of their positions.
//! - Recipients that are left when the run ends come out by position.
//!
//! A move takes recipients from one place to another by value, so that none is in two places and none is lost. It returns
//! those that have their final outcome; nothing of them stays here. No move waits or reads the clock.

#[cfg(test)]
mod stage;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::time::Duration;

use super::again::Again;
use super::classify::Refusal;
use super::decision::{Decision, decide};
use super::final_outcome::{FinalOutcome, Known};
use super::isolation::Isolation;
use super::journal::Lane;
use super::outcome::{Evidence, Outcome, Revocation};
use super::preflight::{CHUNK, Lookup};
use super::recipient::{Earlier, Recipient};
use super::resolution::{Resolution, resolve};
use super::target::InvitationSummary;
use crate::api::invitations::CreateInvitationBulk;
use crate::model::{InvitationId, Timestamp};

/// How many recipients one bulk call takes.
const BATCH: usize = CreateInvitationBulk::MAX;

/// How many recipients are kept ready, so that both lanes always find one.
const READY: usize = CHUNK / 2;

/// Every recipient that has been read from the input and has no outcome.
#[derive(Debug)]
pub(super) struct Stages {
    ready: VecDeque<Recipient>,
    alone: VecDeque<Recipient>,
    /// No half is empty.
    halves: VecDeque<Vec<Recipient>>,
    bulk: Option<Batch>,
    single: Option<Batch>,
    /// The recipients of the read under way: either these are looked up, or one is being resolved, or those in `revoking`.
    looking_up: Vec<Recipient>,
    resolving: Option<Recipient>,
    replacing: VecDeque<Recipient>,
    revoking: Vec<Recipient>,
    /// By due time, then by position.
    unresolved: BTreeMap<(Duration, usize), Recipient>,
    input: InputState,
    delays: Delays,
}

/// Whether the input has further recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InputState {
    HasMore,
    /// It has no recipient now. One may come at any time.
    Waits,
    Ended,
}

/// The recipients of an attempt, and where they came from.
#[derive(Debug)]
struct Batch {
    recipients: Vec<Recipient>,
    from: Source,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Ready,
    Alone,
    Halves,
}

/// How long it takes until a read shows what an attempt did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delays {
    /// Clerk carries out nothing later than this after the call ended.
    pub(super) settle: Duration,
    /// An invitation is listed within this time.
    pub(super) read_lag: Duration,
}

impl Stages {
    pub(super) const fn new(delays: Delays) -> Self {
        Self {
            ready: VecDeque::new(),
            alone: VecDeque::new(),
            halves: VecDeque::new(),
            bulk: None,
            single: None,
            looking_up: Vec::new(),
            resolving: None,
            replacing: VecDeque::new(),
            revoking: Vec::new(),
            unresolved: BTreeMap::new(),
            input: InputState::HasMore,
            delays,
        }
    }

    /// Notes whether the input has further recipients.
    pub(super) const fn set_input(&mut self, state: InputState) {
        self.input = state;
    }

    /// Whether every recipient has come from the input.
    pub(super) fn has_input_ended(&self) -> bool {
        self.input == InputState::Ended
    }

    /// Whether more recipients are to be read from the input.
    pub(super) fn wants_more(&self) -> bool {
        !self.has_input_ended() && self.ready.len() + self.replacing.len() < READY
    }

    /// Takes in a recipient without a look-up: they are ready.
    pub(super) fn add(&mut self, recipient: Recipient) {
        self.ready.push_back(recipient);
    }

    /// Adds a recipient that an attempt may have invited. The recipient stays unresolved until no call can be under way and
    /// everything that was created is listed.
    pub(super) fn add_unresolved(&mut self, recipient: Recipient, now: Duration) {
        self.add_unresolved_since(recipient, Duration::ZERO, now);
    }

    /// Does the same for a recipient whose last attempt was given up this long ago.
    pub(super) fn add_unresolved_since(&mut self, mut recipient: Recipient, age: Duration, now: Duration) {
        recipient.maybe_invited = true;
        recipient.ambiguous_attempts = recipient.ambiguous_attempts.saturating_add(1);
        let delay = self.delays.settle.saturating_add(self.delays.read_lag);
        self.hold(recipient, now.saturating_add(delay.saturating_sub(age)));
    }

    fn hold(&mut self, recipient: Recipient, due: Duration) {
        self.unresolved.insert((due, recipient.position), recipient);
    }

    /// Takes in recipients that are being looked up. No read may be under way.
    pub(super) fn start_look_up(&mut self, recipients: Vec<Recipient>) -> &[Recipient] {
        self.looking_up = recipients;
        &self.looking_up
    }

    /// Makes those ready that need a call, holds those whose invitations have to be revoked before, and returns the others.
    /// `again` selects the people to invite again.
    pub(super) fn looked_up(
        &mut self,
        lookups: Vec<Lookup>,
        again: Option<&Again>,
        now: Timestamp,
    ) -> Vec<FinalOutcome> {
        let mut finals = Vec::new();
        for (mut recipient, lookup) in mem::take(&mut self.looking_up).into_iter().zip(lookups) {
            let decision = decide(&recipient, &lookup, again, now);
            recipient.baseline = Some(lookup.invitations.into_iter().map(|known| known.id).collect());
            match decision {
                Decision::Invite => self.ready.push_back(recipient),
                Decision::Replace(pending) => {
                    recipient.to_revoke = pending;
                    self.replacing.push_back(recipient);
                }
                Decision::Settle(known) => finals.push(FinalOutcome::known(recipient, known)),
            }
        }
        finals
    }

    /// Whether the pending invitations of recipients are to be revoked now. Those are invited soon after, so that nobody is
    /// without an invitation for long.
    pub(super) fn wants_to_replace(&self) -> bool {
        !self.replacing.is_empty() && self.ready.len() < BATCH
    }

    /// Takes the recipients whose pending invitations are revoked next. No read may be under way.
    pub(super) fn start_revoking(&mut self) -> &[Recipient] {
        let next = self.replacing.len().min(BATCH);
        self.revoking = self.replacing.drain(..next).collect();
        for recipient in &mut self.revoking {
            recipient.earlier = Earlier::Withdrawn(recipient.to_revoke.clone());
        }
        &self.revoking
    }

    /// Makes those ready whose invitations nobody can accept any more, and returns those who have accepted. The others are
    /// held as before.
    pub(super) fn revoked(&mut self, revoked: &[(InvitationId, Revocation)]) -> Vec<FinalOutcome> {
        let mut finals = Vec::new();
        for recipient in mem::take(&mut self.revoking).into_iter().rev() {
            let revocation = |id| revoked.iter().find(|(revoked, _)| revoked == id).map(|(_, end)| *end);
            let ends: Vec<_> = recipient.to_revoke.iter().map(revocation).collect();
            if let Some(index) = ends.iter().position(|end| *end == Some(Revocation::Accepted)) {
                let known = Known::new(Outcome::Accepted, recipient.to_revoke.get(index));
                finals.push(FinalOutcome::known(recipient, known));
            } else if ends.contains(&Some(Revocation::InvalidId)) {
                finals.push(FinalOutcome::new(recipient, Outcome::AlreadyInvited, Evidence::Read));
            } else if ends.iter().all(Option::is_some) {
                self.ready.push_front(recipient);
            } else {
                self.replacing.push_front(recipient);
            }
        }
        finals
    }

    /// Starts to resolve the unresolved recipient that is due first, if one is due. No read may be under way.
    pub(super) fn start_resolving(&mut self, now: Duration) -> Option<&Recipient> {
        let entry = self.unresolved.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(self.resolving.insert(entry.remove()))
    }

    /// Concludes what became of the recipient that is being resolved, from all invitations that Clerk has for them.
    pub(super) fn resolved(&mut self, found: &[InvitationSummary]) -> Option<FinalOutcome> {
        let mut recipient = self.resolving.take()?;
        Some(match resolve(&mut recipient, found) {
            Resolution::Created(found) => FinalOutcome::created(recipient, found, Evidence::Read),
            Resolution::Refused(refusal) => FinalOutcome::refused(recipient, refusal),
            Resolution::AlreadyInvited(id) => FinalOutcome::already_invited(recipient, id),
            Resolution::Unknowable => FinalOutcome::new(recipient, Outcome::Unknown, Evidence::Read),
            Resolution::SendAgain => {
                self.ready.push_front(recipient);
                return None;
            }
        })
    }

    /// Puts the recipients of a failed read back: into the ready ones, among the unresolved ones, due at once, or to those whose
    /// invitations are to be revoked.
    pub(super) fn read_failed(&mut self, now: Duration) {
        self.ready.extend(mem::take(&mut self.looking_up));
        let revoking = mem::take(&mut self.revoking);
        revoking
            .into_iter()
            .rev()
            .for_each(|recipient| self.replacing.push_front(recipient));
        if let Some(recipient) = self.resolving.take() {
            self.hold(recipient, now);
        }
    }

    /// Whether recipients are in a read.
    pub(super) const fn is_reading(&self) -> bool {
        !self.looking_up.is_empty() || self.resolving.is_some() || !self.revoking.is_empty()
    }

    /// Whether an attempt can be made on a lane.
    pub(super) fn has_batch_for(&self, lane: Lane) -> bool {
        let more_can_come = self.input == InputState::HasMore || self.is_reading() || !self.replacing.is_empty();
        match lane {
            Lane::Single => !self.alone.is_empty() || !self.ready.is_empty(),
            Lane::Bulk => {
                !self.halves.is_empty() || self.has_full_batch() || (!self.ready.is_empty() && !more_can_come)
            }
        }
    }

    fn has_full_batch(&self) -> bool {
        self.ready.len() >= BATCH
    }

    /// Whether fewer recipients are ready than a bulk call takes, and the input has no further one now. Halves are for the
    /// bulk lane in any case.
    pub(super) fn trickles(&self) -> bool {
        self.input == InputState::Waits && !self.has_full_batch() && self.halves.is_empty()
    }

    /// Whether recipients are to be invited alone.
    pub(super) fn has_alone(&self) -> bool {
        !self.alone.is_empty()
    }

    /// Takes the recipients of the next attempt on a lane, which has none under way.
    pub(super) fn start_attempt(&mut self, lane: Lane) -> Option<&[Recipient]> {
        if !self.has_batch_for(lane) {
            return None;
        }
        let mut batch = match lane {
            Lane::Single => {
                let alone = self.alone.pop_front().map(|recipient| (recipient, Source::Alone));
                let next = alone.or_else(|| self.ready.pop_front().map(|recipient| (recipient, Source::Ready)));
                next.map(|(recipient, from)| Batch {
                    recipients: vec![recipient],
                    from,
                })
            }
            Lane::Bulk => Some(match self.halves.pop_front() {
                Some(recipients) => Batch {
                    recipients,
                    from: Source::Halves,
                },
                None => Batch {
                    recipients: self.ready.drain(..self.ready.len().min(BATCH)).collect(),
                    from: Source::Ready,
                },
            }),
        }?;
        batch
            .recipients
            .iter_mut()
            .for_each(|recipient| recipient.is_sent = true);
        Some(&self.lane(lane).insert(batch).recipients)
    }

    const fn lane(&mut self, lane: Lane) -> &mut Option<Batch> {
        match lane {
            Lane::Bulk => &mut self.bulk,
            Lane::Single => &mut self.single,
        }
    }

    /// Returns the recipients in flight on a lane.
    pub(super) fn in_flight(&self, lane: Lane) -> &[Recipient] {
        let batch = match lane {
            Lane::Bulk => &self.bulk,
            Lane::Single => &self.single,
        };
        batch.as_ref().map_or(&[], |batch| &batch.recipients)
    }

    /// Returns those that Clerk's response names, matched by address and never by position. The others are unresolved.
    pub(super) fn answered(&mut self, lane: Lane, created: Vec<InvitationSummary>, now: Duration) -> Vec<FinalOutcome> {
        // A call has so few recipients that searching is cheaper than hashing.
        let mut created: Vec<_> = created.into_iter().map(|found| (found.identity(), found)).collect();
        let mut finals = Vec::new();
        for recipient in self.take_in_flight(lane) {
            let named = created
                .iter()
                .rposition(|(identity, _)| *identity == recipient.identity);
            match named.map(|index| created.swap_remove(index)) {
                Some((_, found)) => finals.push(FinalOutcome::created(recipient, found, Evidence::Answer)),
                None => self.add_unresolved(recipient, now),
            }
        }
        finals
    }

    /// Applies a refusal. If it names recipients, it is theirs and the others are ready again. If not, it is that of a
    /// recipient who was sent alone, and a larger batch is isolated.
    pub(super) fn refused(
        &mut self,
        lane: Lane,
        refusal: &Refusal,
        isolation: Isolation,
        now: Duration,
    ) -> Vec<FinalOutcome> {
        let in_flight = self.take_in_flight(lane);
        let is_named = |recipient: &Recipient| refusal.names(&recipient.identity);
        let (mut refused, mut others): (Vec<_>, Vec<_>) = in_flight.into_iter().partition(is_named);
        if !refused.is_empty() {
            self.put_back_ready(others);
        } else if others.len() == 1 {
            refused = others;
        } else if isolation == Isolation::OneByOne {
            self.alone.extend(others);
        } else {
            let second = others.split_off(others.len() / 2);
            self.halves.extend([others, second]);
        }
        let refuse = |recipient| self.refuse(recipient, refusal.clone(), now);
        refused.into_iter().filter_map(refuse).collect()
    }

    /// Returns a refused recipient, unless an earlier attempt can be the reason: then they are unresolved.
    fn refuse(&mut self, mut recipient: Recipient, refusal: Refusal, now: Duration) -> Option<FinalOutcome> {
        if !recipient.maybe_invited {
            return Some(FinalOutcome::refused(recipient, refusal));
        }
        recipient.refusal = Some(refusal);
        // An invitation that Clerk refuses to repeat may not be listed yet.
        self.hold(recipient, now.saturating_add(self.delays.read_lag));
        None
    }

    /// Holds the recipients of an attempt that may have invited them: they are unresolved.
    pub(super) fn ambiguous(&mut self, lane: Lane, now: Duration) {
        for recipient in self.take_in_flight(lane) {
            self.add_unresolved(recipient, now);
        }
    }

    /// Puts the recipients of an attempt that had no effect back where they came from.
    pub(super) fn put_back(&mut self, lane: Lane) {
        let Some(Batch { recipients, from }) = self.lane(lane).take() else {
            return;
        };
        match from {
            Source::Ready => self.put_back_ready(recipients),
            Source::Alone => recipients
                .into_iter()
                .for_each(|recipient| self.alone.push_front(recipient)),
            Source::Halves => self.halves.push_front(recipients),
        }
    }

    fn put_back_ready(&mut self, recipients: Vec<Recipient>) {
        recipients
            .into_iter()
            .rev()
            .for_each(|recipient| self.ready.push_front(recipient));
    }

    fn take_in_flight(&mut self, lane: Lane) -> Vec<Recipient> {
        self.lane(lane).take().map_or_else(Vec::new, |batch| batch.recipients)
    }

    /// When the next unresolved recipient is due.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.unresolved.keys().next().map(|(due, _)| *due)
    }

    /// How many recipients are unresolved.
    pub(super) fn unresolved(&self) -> usize {
        self.unresolved.len()
    }

    /// Takes the recipients out who would be invited, for a plan that sends nothing.
    pub(super) fn drain_ready(&mut self) -> usize {
        mem::take(&mut self.ready).len() + mem::take(&mut self.replacing).len()
    }

    /// Takes every recipient out, by position. No attempt may be under way.
    pub(super) fn drain(&mut self) -> Vec<Recipient> {
        let mut rest = mem::take(&mut self.looking_up);
        rest.extend(self.resolving.take());
        rest.extend(mem::take(&mut self.unresolved).into_values());
        rest.extend(mem::take(&mut self.replacing));
        rest.extend(mem::take(&mut self.revoking));
        rest.extend(mem::take(&mut self.halves).into_iter().flatten());
        rest.extend(mem::take(&mut self.alone));
        rest.extend(mem::take(&mut self.ready));
        for &lane in Lane::ALL {
            rest.extend(self.take_in_flight(lane));
        }
        rest.sort_by_key(|recipient| recipient.position);
        rest
    }
}
