//! From the input to the people who need a call: each is checked, compared with those before, and with the journal.

use std::collections::HashSet;

use serde_json::value::RawValue;

use super::history::{History, Past, SettledBefore};
use super::person::{Person, fingerprint, key};
use super::settle::Refusal;
use super::{Evidence, Outcome, Settlement};
use crate::model::{EmailAddress, InvitationId, NormalizedEmailAddress};

const CHANGED: &str = "the row has changed since an attempt that is not settled: restore it and run again";

/// A person to invite.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) position: usize,
    pub(super) email_address: EmailAddress,
    pub(super) identity: NormalizedEmailAddress,
    pub(super) ignore_existing: bool,
    pub(super) body: Box<RawValue>,
    pub(super) fingerprint: u64,
    /// The invitations that Clerk had for the address before the first attempt, if that was read.
    pub(super) baseline: Option<Vec<InvitationId>>,
    /// Whether an attempt may have invited them.
    pub(super) unresolved: bool,
    /// What settles them if no invitation of ours is found.
    pub(super) refusal: Option<Refusal>,
}

/// What the input's next person comes to.
#[derive(Debug)]
pub(super) enum Intake {
    /// To be invited.
    Guest(Guest),
    /// Nothing to do.
    Settled(Settlement),
    /// Pending: the row was attempted, is not settled, and is not what it was.
    Changed(Settlement),
}

/// The people of the input, one after another.
pub(super) struct People<'p> {
    rest: Box<dyn Iterator<Item = Person> + Send + 'p>,
    position: usize,
    seen: HashSet<u128>,
    pub(super) resend_unknown: bool,
}

impl<'p> People<'p> {
    pub(super) fn new(people: Box<dyn Iterator<Item = Person> + Send + 'p>) -> Self {
        Self {
            rest: people,
            position: 0,
            seen: HashSet::new(),
            resend_unknown: false,
        }
    }

    /// How many people are left at least.
    pub(super) fn at_least(&self) -> usize {
        self.rest.size_hint().0
    }

    pub(super) fn next(&mut self, history: &mut History) -> Option<Intake> {
        let person = self.rest.next()?;
        let position = self.position;
        self.position += 1;
        Some(self.take_in(position, person, history))
    }

    fn take_in(&mut self, position: usize, person: Person, history: &mut History) -> Intake {
        let email_address = person.email_address;
        let by_input = |email_address, outcome, reason: &str| {
            Intake::Settled(Settlement {
                position,
                email_address,
                outcome,
                evidence: Evidence::Input,
                invitation_id: None,
                url: None,
                code: None,
                reason: Some(reason.to_owned()),
            })
        };
        if let Err(problem) = email_address.validate() {
            return by_input(email_address, Outcome::Invalid, problem.as_str());
        }
        let identity = email_address.normalized();
        let key = key(&identity);
        let body = match (person.body, history.people.get(&key)) {
            (Ok(body), _) => body,
            (Err(_), Some(Past::Ambiguous { .. })) => return changed(position, email_address),
            (Err(problem), _) => return by_input(email_address, Outcome::Invalid, problem),
        };
        if !self.seen.insert(key) {
            let reason = "the same address came earlier in the input";
            return by_input(email_address, Outcome::Duplicate, reason);
        }
        let mut guest = Guest {
            position,
            fingerprint: fingerprint(b"", body.get().as_bytes()),
            email_address,
            identity,
            ignore_existing: person.ignore_existing,
            body,
            baseline: None,
            unresolved: false,
            refusal: None,
        };
        match history.people.remove(&key) {
            None => Intake::Guest(guest),
            Some(Past::Settled(settled)) if self.may_try_again(&settled, &guest) => Intake::Guest(guest),
            Some(Past::Settled(settled)) => Intake::Settled(guest.settle_as_before(settled)),
            Some(Past::Ambiguous { fingerprint, .. }) if fingerprint != guest.fingerprint => {
                changed(position, guest.email_address)
            }
            Some(Past::Ambiguous { baseline, .. }) => {
                guest.baseline = baseline;
                guest.unresolved = true;
                Intake::Guest(guest)
            }
        }
    }

    /// Whether somebody settled may be tried again: a refused row that was mended, or an unknown one if asked for.
    fn may_try_again(&self, settled: &SettledBefore, guest: &Guest) -> bool {
        match settled.outcome {
            Outcome::Unknown => self.resend_unknown,
            Outcome::Refused => settled.fingerprint.is_some_and(|before| before != guest.fingerprint),
            _ => false,
        }
    }
}

fn changed(position: usize, email_address: EmailAddress) -> Intake {
    Intake::Changed(Settlement {
        position,
        email_address,
        outcome: Outcome::Pending,
        evidence: Evidence::None,
        invitation_id: None,
        url: None,
        code: None,
        reason: Some(CHANGED.to_owned()),
    })
}

impl Guest {
    pub(super) fn settle(self, outcome: Outcome, evidence: Evidence) -> Settlement {
        Settlement {
            position: self.position,
            email_address: self.email_address,
            outcome,
            evidence,
            invitation_id: None,
            url: None,
            code: None,
            reason: None,
        }
    }

    fn settle_as_before(self, settled: SettledBefore) -> Settlement {
        Settlement {
            invitation_id: settled.id,
            code: settled.code,
            ..self.settle(settled.outcome, settled.evidence)
        }
    }
}
