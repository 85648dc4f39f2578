//! The rows that the run has not read yet. Each is checked, compared with the rows before it, and with the journal.

use std::collections::HashSet;

use super::again::Again;
use super::history::{History, Past, SettledBefore};
use super::outcome::{Evidence, Outcome, Settlement};
use super::recipient::{Earlier, Recipient, RecipientInput, key};
use super::source::Source;
use crate::model::{EmailAddress, InvitationId, NormalizedEmailAddress};

const CHANGED_SINCE_CREATED: &str =
    "the row has changed since it was invited, and the invitation has the old values: revoke it to invite again";

const CHANGED: &str = "the row has changed since an attempt that is unresolved: restore it and run again";

/// For how many people memory is reserved at once. The number of rows that an iterator promises can be wrong.
const MOST_RESERVED: usize = 1_000_000;

/// What the next row of the input is.
#[derive(Debug)]
pub(super) enum Intake {
    /// Someone to invite, or an unresolved recipient of an earlier run.
    Recipient(Recipient),
    /// A row that needs no call.
    Settled(Settlement),
    /// A pending row: it was attempted, is unresolved, and has changed since.
    Changed(Settlement),
}

/// The rows of the input, one after another.
pub(super) struct Input<'p> {
    source: Source<'p>,
    position: usize,
    seen: HashSet<u128>,
    resend_unknown: bool,
    /// The people to invite again.
    again: Option<Again>,
    /// What the journal says. `None` until the journal is known to be the right one.
    history: Option<History>,
}

impl<'p> Input<'p> {
    pub(super) fn new(source: Source<'p>) -> Self {
        Self {
            // A set that grows is in memory twice for a moment.
            seen: HashSet::with_capacity(source.at_least().min(MOST_RESERVED)),
            source,
            position: 0,
            resend_unknown: false,
            again: None,
            history: None,
        }
    }

    pub(super) const fn source(&self) -> &Source<'p> {
        &self.source
    }

    pub(super) const fn source_mut(&mut self) -> &mut Source<'p> {
        &mut self.source
    }

    pub(super) const fn resend_unknown(&mut self) {
        self.resend_unknown = true;
    }

    pub(super) const fn invite_again(&mut self, again: Again) {
        self.again = Some(again);
    }

    /// Returns who is invited again, if anyone is.
    pub(super) const fn again(&self) -> Option<&Again> {
        self.again.as_ref()
    }

    pub(super) fn set_history(&mut self, history: History) {
        self.history = Some(history);
    }

    /// Whether a revocation run on the journal has undone this invitation.
    pub(super) fn is_undone(&self, id: &InvitationId) -> bool {
        self.history.as_ref().is_some_and(|history| history.is_undone(id))
    }

    /// Whether the rows are compared with the journal. A run that stops before does not know who was invited earlier.
    pub(super) const fn knows_history(&self) -> bool {
        self.history.is_some()
    }

    /// Returns what the journal says, for the records of people who were read ahead.
    pub(super) const fn history_mut(&mut self) -> Option<&mut History> {
        self.history.as_mut()
    }

    /// Returns the addresses that were read ahead, to look them up in the journal.
    pub(super) fn addresses_ahead(&self) -> Vec<NormalizedEmailAddress> {
        let rows = self.source.ahead();
        rows.map(|row| row.email_address.normalized()).collect()
    }

    /// Forgets that a person was in the input, now that the journal has their outcome. A later row for them is compared with
    /// the journal.
    pub(super) fn forget(&mut self, address: &EmailAddress) {
        self.seen.remove(&key(&address.normalized()));
    }

    /// Returns a lower bound on the number of rows left that need a look-up, or `None` if it is not known.
    pub(super) fn at_least_to_look_up(&self) -> Option<usize> {
        let rows = Some(self.source.at_least()).filter(|rows| *rows > 0)?;
        let history = self.history.as_ref().filter(|_| self.again.is_none());
        Some(rows.saturating_sub(history.map_or(0, History::without_look_up)))
    }

    /// Checks the next row that was read ahead.
    pub(super) fn next(&mut self) -> Option<Intake> {
        let row = self.source.next()?;
        let position = self.position;
        self.position += 1;
        Some(self.check(position, row))
    }

    fn check(&mut self, position: usize, row: RecipientInput) -> Intake {
        let email_address = row.email_address;
        let by_input = |email_address, outcome, reason: &str| {
            Intake::Settled(Settlement::new(position, email_address, outcome, Evidence::Input).with_reason(reason))
        };
        if let Err(problem) = email_address.validate() {
            return by_input(email_address, Outcome::Invalid, problem.as_str());
        }
        let key = key(&email_address.normalized());
        let past = self.history.as_ref().and_then(|history| history.past(key));
        let body = match (row.body, past) {
            (Ok(body), _) => body,
            (Err(_), Some(Past::Unresolved { .. })) => return changed(position, email_address),
            (Err(problem), _) => return by_input(email_address, Outcome::Invalid, problem),
        };
        if !self.seen.insert(key) {
            let reason = "the same address came earlier in the input";
            return by_input(email_address, Outcome::Duplicate, reason);
        }
        let history = self.history.as_ref();
        let fingerprints = history.map(History::fingerprints).unwrap_or_default();
        let fingerprint = fingerprints.hash(body.get().as_bytes());
        let mut recipient = Recipient::new(position, email_address, row.ignore_existing, body, fingerprint);
        // A lost record may be one of an attempt that invited them.
        recipient.maybe_invited = history.is_some_and(History::has_lost_tail);
        match self.history.as_mut().and_then(|history| history.take(key)) {
            None => Intake::Recipient(recipient),
            Some(Past::Settled(settled)) if self.may_try_again(&settled, &recipient) => Intake::Recipient(recipient),
            Some(Past::Settled(settled)) if self.is_looked_up_again(&settled) => {
                recipient.earlier = Earlier::Settled {
                    is_latest: !recipient.maybe_invited,
                    has_changed: has_changed(&settled, &recipient),
                    outcome: settled.outcome,
                    id: settled.id,
                };
                // The look-up shows whether a lost record was one of them.
                recipient.maybe_invited = false;
                Intake::Recipient(recipient)
            }
            Some(Past::Settled(settled)) => Intake::Settled(settled_before(recipient, settled)),
            Some(Past::Withdrawn(ids)) => {
                recipient.earlier = Earlier::Withdrawn(ids);
                Intake::Recipient(recipient)
            }
            Some(Past::Unresolved { fingerprint, .. }) if fingerprint != recipient.fingerprint => {
                changed(position, recipient.email_address)
            }
            Some(Past::Unresolved { baseline, given_up, .. }) => {
                recipient.baseline = baseline;
                recipient.given_up = given_up;
                recipient.maybe_invited = true;
                Intake::Recipient(recipient)
            }
        }
    }

    /// Whether it depends on what Clerk has for a settled recipient whether they are invited again. Nobody is twice in a round.
    fn is_looked_up_again(&self, settled: &SettledBefore) -> bool {
        let is_invited = matches!(settled.outcome, Outcome::Created | Outcome::AlreadyInvited);
        let is_done = |history: &History| history.is_of_last_round(settled);
        self.again.is_some() && is_invited && !self.history.as_ref().is_some_and(is_done)
    }

    /// Whether a settled recipient may be tried again: a refused row that has changed, or an unknown one on request.
    fn may_try_again(&self, settled: &SettledBefore, recipient: &Recipient) -> bool {
        match settled.outcome {
            Outcome::Unknown => self.resend_unknown,
            Outcome::Refused => has_changed(settled, recipient),
            _ => false,
        }
    }
}

fn has_changed(settled: &SettledBefore, recipient: &Recipient) -> bool {
    let before = settled.fingerprint;
    before.is_some_and(|before| before != recipient.fingerprint)
}

fn changed(position: usize, email_address: EmailAddress) -> Intake {
    let pending = Settlement::new(position, email_address, Outcome::Pending, Evidence::None);
    Intake::Changed(pending.with_reason(CHANGED))
}

fn settled_before(recipient: Recipient, settled: SettledBefore) -> Settlement {
    let is_created = settled.outcome == Outcome::Created;
    let has_changed = has_changed(&settled, &recipient);
    let outcome = if is_created {
        Outcome::CreatedEarlier
    } else {
        settled.outcome
    };
    Settlement {
        invitation_id: settled.id,
        code: settled.code.map(|code| *code),
        reason: (is_created && has_changed).then(|| CHANGED_SINCE_CREATED.into()),
        ..recipient.into_settlement(outcome, settled.evidence)
    }
}
