//! The results of the rows: how many there are of each outcome, those that a summary lists, and all of them for a report.

use std::collections::BTreeMap;

use clerk_core::Sensitive;
use clerk_core::model::InvitationId;
use clerk_core::run::{Evidence, Outcome, Settlement};

use crate::listed::{Listed, NEED_ATTENTION};
use crate::people::{Position, Recipient};
use crate::report_rows::ReportRows;
use crate::text::{escaped, message, shortened};

/// The longest address that mail systems accept has 254 characters (RFC 5321, 4.5.3.1.3).
const ADDRESS_LENGTH: usize = 254;

/// The reason of an invitation that has ended and was not sent again.
const NOT_INCLUDED: &str = "--again leaves them out";

const UNKNOWN: &str = "an invitation may exist, and another attempt could send a second one. Look for the person in Clerk's \
                       dashboard; if there is no invitation, run again with --resend-unknown.";

/// The results so far. Few of them are in memory.
#[derive(Debug)]
pub(crate) struct Results {
    counts: Counts,
    pub(crate) listed: Listed,
    /// All rows, if there will be a report.
    pub(crate) report: Option<ReportRows>,
}

/// The result of one row. The texts have their control and invisible characters escaped, because they come from the file and
/// the network, and are written to terminals and files.
#[derive(Debug, Clone)]
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
            url: settlement.url.as_ref().map(|url| url.as_str().to_owned()),
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

/// Prepares the cell with the address for output. A cell that is no address can be of any length.
pub(crate) fn address(cell: &str) -> String {
    escaped(&shortened(cell, ADDRESS_LENGTH))
}

impl Results {
    /// Creates results without rows. `has_report` is whether there will be a report.
    pub(crate) fn new(has_report: bool) -> Self {
        Self {
            counts: Counts(Outcome::ALL.iter().map(|outcome| (*outcome, 0)).collect()),
            listed: Listed::default(),
            report: has_report.then(ReportRows::new),
        }
    }

    /// Whether more than the outcome of such a row is kept.
    pub(crate) fn keep(&self, outcome: Outcome) -> bool {
        self.report.is_some() || Listed::has(outcome)
    }

    pub(crate) fn insert(&mut self, row: &RowResult) {
        self.count(row.outcome);
        self.listed.add(row);
        self.report.iter_mut().for_each(|report| report.push(row));
    }

    /// Adds a row of which only the outcome is kept.
    pub(crate) fn count(&mut self, outcome: Outcome) {
        *self.counts.0.entry(outcome).or_default() += 1;
    }

    pub(crate) const fn counts(&self) -> &Counts {
        &self.counts
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
