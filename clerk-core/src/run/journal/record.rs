use serde::{Deserialize, Serialize};

use crate::error::ErrorCode;
use crate::model::{EmailAddress, InvitationId, Timestamp};
use crate::run::{Evidence, Outcome, Revocation};
use crate::transport::Effect;

/// One entry of a journal.
///
/// Its JSON is an object with the variant's name as its one key. A reader of a later version may meet variants and
/// fields it does not know only under another [version](Self::Begun).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Record {
    /// What the journal is for. It is the first record, and there is one.
    Begun {
        /// The version of the records' form: [`Record::VERSION`].
        version: u32,
        /// The id of the instance. The key may change, the instance not.
        instance: String,
        /// What is created, such as `invitations` or `organizations/org_1/invitations`.
        resource: String,
    },
    /// An attempt is about to be made.
    Attempted {
        /// The attempt's number in this journal, from 1.
        attempt: u64,
        /// The endpoint.
        lane: Lane,
        /// When.
        at: Timestamp,
        /// Whom it invites.
        people: Vec<AttemptedRecipient>,
    },
    /// An attempt has ended.
    Ended {
        /// The attempt's number.
        attempt: u64,
        /// When.
        at: Timestamp,
        /// Whether the people may have been invited by it.
        effect: JournalEffect,
    },
    /// A person is settled for good.
    Settled {
        /// Who: the address, trimmed and ASCII-lowercased.
        address: EmailAddress,
        /// What became of them.
        outcome: Outcome,
        /// How that is known.
        evidence: Evidence,
        /// The invitation, if one is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<InvitationId>,
        /// Clerk's code, if Clerk refused the person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<ErrorCode>,
        /// What was refused, if Clerk refused the person: a row that was mended since is tried again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fingerprint: Option<u64>,
    },
    /// An invitation that was created was to be revoked.
    Revoked {
        /// The invitation.
        id: InvitationId,
        /// What became of it.
        revocation: Revocation,
    },
}

impl Record {
    /// The version of the form that this SDK writes and reads.
    pub const VERSION: u32 = 1;
}

/// A person as the record of an attempt has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AttemptedRecipient {
    /// Who: the address, trimmed and ASCII-lowercased.
    pub address: EmailAddress,
    /// A fingerprint of what is sent for the person, to notice a row that was changed meanwhile.
    pub fingerprint: u64,
    /// The invitations that Clerk had for the address before, if that was read; none of them is this attempt's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Vec<InvitationId>>,
}

/// Which of the two endpoints an attempt uses. Each has a budget of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Up to ten people a call.
    Bulk,
    /// One person a call.
    Single,
}

/// [`Effect`] as a journal writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalEffect {
    /// [`Effect::NotApplied`].
    #[serde(rename = "none")]
    NotApplied,
    /// [`Effect::Unknown`].
    Unknown,
    /// [`Effect::Applied`], and what a success is.
    Applied,
}

impl From<Effect> for JournalEffect {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::NotApplied => Self::NotApplied,
            Effect::Unknown => Self::Unknown,
            Effect::Applied => Self::Applied,
        }
    }
}
