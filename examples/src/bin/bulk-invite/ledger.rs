//! Everybody's outcome, in the order of the input.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::outcome::{Outcome, Settlement};

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
    pub(crate) settlement: Settlement,
}

/// How many people have each outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) total: usize,
    pub(crate) created: usize,
    pub(crate) already_invited: usize,
    pub(crate) existing_user: usize,
    pub(crate) refused: usize,
    pub(crate) invalid: usize,
    pub(crate) duplicate: usize,
    pub(crate) unknown: usize,
    pub(crate) pending: usize,
}

impl Ledger {
    pub(crate) fn enter(&mut self, line: u64, email_address: &str, settlement: Settlement) {
        let email_address = email_address.to_owned();
        let entry = Entry {
            line,
            email_address,
            settlement,
        };
        self.entries.insert(line, entry);
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for entry in self.entries() {
            counts.total += 1;
            *counts.of_mut(entry.settlement.outcome) += 1;
        }
        counts
    }
}

impl Counts {
    pub(crate) const fn of(&self, outcome: Outcome) -> usize {
        match outcome {
            Outcome::Created => self.created,
            Outcome::AlreadyInvited => self.already_invited,
            Outcome::ExistingUser => self.existing_user,
            Outcome::Refused => self.refused,
            Outcome::Invalid => self.invalid,
            Outcome::Duplicate => self.duplicate,
            Outcome::Unknown => self.unknown,
            Outcome::Pending => self.pending,
        }
    }

    fn of_mut(&mut self, outcome: Outcome) -> &mut usize {
        match outcome {
            Outcome::Created => &mut self.created,
            Outcome::AlreadyInvited => &mut self.already_invited,
            Outcome::ExistingUser => &mut self.existing_user,
            Outcome::Refused => &mut self.refused,
            Outcome::Invalid => &mut self.invalid,
            Outcome::Duplicate => &mut self.duplicate,
            Outcome::Unknown => &mut self.unknown,
            Outcome::Pending => &mut self.pending,
        }
    }

    /// How many people somebody has to look at.
    pub(crate) fn bad(&self) -> usize {
        Outcome::BAD.into_iter().map(|outcome| self.of(outcome)).sum()
    }
}
