//! Everybody's outcome, in the order of the input.

use std::collections::BTreeMap;

use clerk_core::model::InvitationId;
use clerk_core::run::{Evidence, Outcome, Settlement};

use crate::people::Invitee;

/// Those outcomes that somebody has to look at, the worst first.
pub(crate) const BAD: [Outcome; 3] = [Outcome::Unknown, Outcome::Refused, Outcome::Invalid];

const UNKNOWN: &str = "maybe invited, and trying again could invite them twice: look for the person in Clerk's \
                       dashboard, and if nobody is there, run again with --resend-unknown";

/// The outcomes so far, by line of the input.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: BTreeMap<u64, Entry>,
}

/// A person with an outcome.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) line: u64,
    pub(crate) email_address: String,
    pub(crate) outcome: Outcome,
    pub(crate) evidence: Evidence,
    pub(crate) invitation_id: Option<InvitationId>,
    pub(crate) url: Option<String>,
    /// Why, with Clerk's code before it; it can be empty.
    pub(crate) reason: String,
}

impl Entry {
    /// What a run made of the person on this line.
    pub(crate) fn of(line: u64, settlement: &Settlement) -> Self {
        let code = settlement.code.as_ref().map(|code| code.as_str());
        let reason = match (code, settlement.reason.as_deref()) {
            (Some(code), Some(reason)) => format!("{code}: {reason}"),
            (Some(text), None) | (None, Some(text)) => text.to_owned(),
            (None, None) if settlement.outcome == Outcome::Unknown => UNKNOWN.to_owned(),
            (None, None) => String::new(),
        };
        Self {
            line,
            email_address: settlement.email_address.as_str().to_owned(),
            outcome: settlement.outcome,
            evidence: settlement.evidence,
            invitation_id: settlement.invitation_id.clone(),
            url: settlement.url.clone(),
            reason,
        }
    }

    /// An outcome that the input alone shows.
    pub(crate) const fn by_input(line: u64, email_address: String, outcome: Outcome, reason: String) -> Self {
        Self {
            line,
            email_address,
            outcome,
            evidence: Evidence::Input,
            invitation_id: None,
            url: None,
            reason,
        }
    }

    /// Somebody to whom nothing was sent.
    pub(crate) fn pending(person: &Invitee, reason: &str) -> Self {
        Self {
            evidence: Evidence::None,
            ..Self::by_input(
                person.line,
                person.email_address.clone(),
                Outcome::Pending,
                reason.to_owned(),
            )
        }
    }
}

impl Ledger {
    pub(crate) fn enter(&mut self, entry: Entry) {
        self.entries.insert(entry.line, entry);
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub(crate) fn has(&self, line: u64) -> bool {
        self.entries.contains_key(&line)
    }

    /// Gives those pending a reason who have none.
    pub(crate) fn explain_pending(&mut self, reason: &str) {
        for entry in self.entries.values_mut() {
            if entry.outcome == Outcome::Pending && entry.reason.is_empty() {
                reason.clone_into(&mut entry.reason);
            }
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts(Outcome::ALL.iter().map(|outcome| (*outcome, 0)).collect());
        for entry in self.entries() {
            *counts.0.entry(entry.outcome).or_default() += 1;
        }
        counts
    }
}

/// How many people have each outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counts(BTreeMap<Outcome, usize>);

impl Counts {
    pub(crate) fn total(&self) -> usize {
        self.0.values().sum()
    }

    pub(crate) fn of(&self, outcome: Outcome) -> usize {
        self.0.get(&outcome).copied().unwrap_or_default()
    }

    /// The outcomes with their counts, in the order in which a summary tells them.
    pub(crate) const fn all(&self) -> &BTreeMap<Outcome, usize> {
        &self.0
    }

    /// How many people somebody has to look at.
    pub(crate) fn bad(&self) -> usize {
        BAD.into_iter().map(|outcome| self.of(outcome)).sum()
    }
}
