//! What became of people: one, a batch, or all that match a filter.

mod query;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use clerk_core::ErrorCode;
use clerk_core::model::{EmailAddress, InvitationId, Timestamp};
use clerk_core::run::{Evidence, Outcome};
use serde::Serialize;

use crate::submission::BatchId;

pub use stream::Statuses;

/// How far a person has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// They have been submitted, and nothing was sent for them.
    Waiting,
    /// An attempt may have invited them. Its outcome is not known yet.
    Attempted,
    /// They have an outcome.
    Settled,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting => "waiting",
            Self::Attempted => "attempted",
            Self::Settled => "settled",
        })
    }
}

/// What became of a person.
///
/// The email address is redacted from `Debug`, and `Display` leaves it out. Serde writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PersonStatus {
    /// The email address. `None` once the person is [archived](crate::Outbox::archive).
    pub email_address: Option<EmailAddress>,
    /// How far the person has come.
    pub stage: Stage,
    /// The outcome of a settled person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// How the outcome is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// The id of the invitation, if one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_id: Option<InvitationId>,
    /// Clerk's error code, if Clerk refused the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// When the outcome was recorded, by the server's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
}

impl fmt::Display for PersonStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(outcome) = self.outcome else {
            return self.stage.fmt(f);
        };
        outcome.fmt(f)?;
        if let Some(code) = &self.code {
            write!(f, ", {code}")?;
        }
        match &self.invitation_id {
            Some(id) => write!(f, " ({id})"),
            None => Ok(()),
        }
    }
}

/// How many people have come how far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Submissions that no leader has taken in yet. Several can be of the same person.
    pub submissions: u64,
    /// People who were taken in, without an attempt so far.
    pub waiting: u64,
    /// People in an attempt that may have invited them. Their outcome is not known yet.
    pub attempted: u64,
    /// People with an outcome, by outcome.
    pub settled: BTreeMap<Outcome, u64>,
}

impl Counts {
    /// Returns how many people have an outcome.
    pub fn total_settled(&self) -> u64 {
        self.settled.values().sum()
    }

    /// Whether everyone has an outcome.
    pub fn is_done(&self) -> bool {
        self.submissions == 0 && self.waiting == 0 && self.attempted == 0
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} waiting, {} attempted, {} settled",
            self.submissions + self.waiting,
            self.attempted,
            self.total_settled()
        )?;
        let mut separator = " (";
        for (outcome, count) in &self.settled {
            write!(f, "{separator}{count} {outcome}")?;
            separator = ", ";
        }
        if self.settled.is_empty() {
            Ok(())
        } else {
            f.write_str(")")
        }
    }
}

/// What became of the people of a [batch](crate::Outbox::submit).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BatchStatus {
    /// The batch.
    pub batch: BatchId,
    /// When it was submitted, by the server's clock.
    pub submitted_at: Timestamp,
    /// How many people were submitted.
    pub people: u64,
    /// How many of them were known before with the same options, from this batch or an earlier one.
    pub repeated: u64,
    /// How many of them were known before with other options, which count.
    pub differing: u64,
    /// How far they have come.
    pub counts: Counts,
}

impl fmt::Display for BatchStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            batch,
            people,
            repeated,
            differing,
            counts,
            ..
        } = self;
        write!(
            f,
            "batch {batch} of {people} people: {counts}; {repeated} repeated, {differing} differing"
        )
    }
}

/// Which people [`Outbox::statuses`](crate::Outbox::statuses) returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Filter {
    /// Everyone.
    All,
    /// Everyone who has come so far and no further.
    Stage(Stage),
    /// Everyone with this outcome.
    Outcome(Outcome),
    /// Everyone in this batch.
    Batch(BatchId),
}
