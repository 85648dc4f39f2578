//! The result of each row, in the order of the people file.

use std::collections::{BTreeMap, HashSet};

use clerk_core::Sensitive;
use clerk_core::model::InvitationId;
use clerk_core::run::{Evidence, Outcome, Settlement};

use crate::links::Links;
use crate::people::{Position, Recipient};
use crate::text::{escaped, message, shortened};

/// The outcomes that need attention, the most serious first.
pub(crate) const NEED_ATTENTION: [Outcome; 5] = [
    Outcome::Unknown,
    Outcome::Refused,
    Outcome::Invalid,
    Outcome::Expired,
    Outcome::Revoked,
];

/// The longest address that mail systems accept has 254 characters (RFC 5321, 4.5.3.1.3).
const ADDRESS_LENGTH: usize = 254;

/// The reason of an invitation that has ended and was not sent again.
const NOT_INCLUDED: &str = "--again leaves them out";

const UNKNOWN: &str = "an invitation may exist, and another attempt could send a second one. Look for the person in Clerk's \
                       dashboard; if there is no invitation, run again with --resend-unknown.";

/// The results so far, by position in the people file.
#[derive(Debug, Default)]
pub(crate) struct Results {
    rows: BTreeMap<Position, RowResult>,
}

/// The result of one row. The texts have their control and invisible characters escaped, because they come from the file and
/// the network, and are written to terminals and files.
#[derive(Debug)]
pub(crate) struct RowResult {
    pub(crate) position: Position,
    pub(crate) email_address: String,
    pub(crate) outcome: Outcome,
    pub(crate) evidence: Evidence,
    pub(crate) invitation_id: Option<InvitationId>,
    pub(crate) url: Option<String>,
    /// The reason, preceded by Clerk's error code if there is one; empty if the outcome needs no reason.
    pub(crate) reason: String,
}

impl RowResult {
    /// The result that a run had for the recipient at this position.
    pub(crate) fn from_settlement(position: Position, settlement: &Settlement) -> Self {
        let code = settlement.code.as_ref().map(|code| code.as_str());
        let reason = match (code, settlement.reason.as_ref().map(Sensitive::as_str)) {
            (Some(code), Some(reason)) => format!("{code}: {reason}"),
            (Some(text), None) | (None, Some(text)) => text.to_owned(),
            (None, None) if settlement.outcome == Outcome::Unknown => UNKNOWN.to_owned(),
            (None, None) if matches!(settlement.outcome, Outcome::Expired | Outcome::Revoked) => {
                NOT_INCLUDED.to_owned()
            }
            (None, None) => String::new(),
        };
        Self {
            position,
            email_address: address(settlement.email_address.as_str()),
            outcome: settlement.outcome,
            evidence: settlement.evidence,
            invitation_id: settlement.invitation_id.clone(),
            url: settlement.url.clone().map(Sensitive::into_string),
            reason: message(&reason),
        }
    }

    /// A result that follows from the people file alone.
    pub(crate) fn from_input(position: Position, email_address: &str, outcome: Outcome, reason: &str) -> Self {
        Self {
            position,
            email_address: address(email_address),
            outcome,
            evidence: Evidence::Input,
            invitation_id: None,
            url: None,
            reason: message(reason),
        }
    }

    /// Returns the result of a recipient without any call.
    pub(crate) fn pending(recipient: &Recipient, reason: &str) -> Self {
        Self {
            evidence: Evidence::None,
            ..Self::from_input(recipient.position, &recipient.email_address, Outcome::Pending, reason)
        }
    }
}

/// Whether a run on the journal created the invitation.
fn is_invited(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Created | Outcome::CreatedEarlier)
}

/// Prepares the cell with the address for output. A cell that is no address can be of any length.
pub(crate) fn address(cell: &str) -> String {
    escaped(&shortened(cell, ADDRESS_LENGTH))
}

impl Results {
    pub(crate) fn insert(&mut self, row: RowResult) {
        self.rows.insert(row.position, row);
    }

    /// Returns the results in the order of the people file.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &RowResult> {
        self.rows.values()
    }

    pub(crate) fn contains(&self, position: Position) -> bool {
        self.rows.contains_key(&position)
    }

    /// Returns the ids of the invitations whose links are unknown.
    pub(crate) fn without_link(&self) -> HashSet<String> {
        self.rows()
            .filter(|row| row.url.is_none() && is_invited(row.outcome))
            .filter_map(|row| Some(row.invitation_id.as_ref()?.to_string()))
            .collect()
    }

    /// Sets the unknown links that are in `links`.
    pub(crate) fn set_links(&mut self, links: &Links) {
        for row in self.rows.values_mut().filter(|row| row.url.is_none()) {
            let id = row.invitation_id.as_ref();
            row.url = id.and_then(|id| links.get(id.as_str())).cloned();
        }
    }

    /// Sets the reason of the pending rows that have none.
    pub(crate) fn explain_pending(&mut self, reason: &str) {
        for row in self.rows.values_mut() {
            if row.outcome == Outcome::Pending && row.reason.is_empty() {
                row.reason = message(reason);
            }
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts(Outcome::ALL.iter().map(|outcome| (*outcome, 0)).collect());
        for row in self.rows() {
            *counts.0.entry(row.outcome).or_default() += 1;
        }
        counts
    }
}

/// The number of rows with each outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counts(BTreeMap<Outcome, usize>);

impl Counts {
    pub(crate) fn total(&self) -> usize {
        self.0.values().sum()
    }

    pub(crate) fn count(&self, outcome: Outcome) -> usize {
        self.0.get(&outcome).copied().unwrap_or_default()
    }

    /// Returns the counts in the order in which a summary lists them, with zeros.
    pub(crate) const fn all(&self) -> &BTreeMap<Outcome, usize> {
        &self.0
    }

    /// Returns the number of rows that need attention.
    pub(crate) fn needing_attention(&self) -> usize {
        NEED_ATTENTION.into_iter().map(|outcome| self.count(outcome)).sum()
    }
}
