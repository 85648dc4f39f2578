//! The records of a journal.

use serde::{Deserialize, Serialize};

use super::JournalKey;
use crate::error::ErrorCode;
use crate::model::{EmailAddress, InvitationId, Timestamp};
use crate::run::again::Again;
use crate::run::outcome::{Evidence, Outcome, Revocation};
use crate::text::text_enum;
use crate::transport::Effect;

/// One entry of a journal.
///
/// Its JSON is an object whose only key is the variant's name. An SDK that does not have a variant or a field refuses the
/// journal, because it cannot know what the record means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Record {
    /// What the journal belongs to. The first record, and the only one of its kind.
    Begun {
        /// The version of the format: [`Record::VERSION`].
        version: u32,
        /// The key of the fingerprints. A journal that began with version 1 has none, and keeps its unkeyed fingerprints.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<JournalKey>,
        /// A hash of the secret key that the journal began with and of the API's base URL. A run with the same ones knows
        /// without a call that it reaches the same instance.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<u64>,
        /// The id of the instance. The key may change, but not the instance.
        instance: String,
        /// The resource that is created, such as `invitations` or `organizations/org_1/invitations`.
        resource: String,
    },
    /// An attempt is about to be made.
    Attempted {
        /// The attempt's number in this journal, from 1.
        attempt: u64,
        /// The endpoint.
        lane: Lane,
        /// When it begins.
        at: Timestamp,
        /// The people it invites.
        people: Vec<AttemptedRecipient>,
    },
    /// An attempt has ended.
    Ended {
        /// The attempt's number.
        attempt: u64,
        /// When it ended.
        at: Timestamp,
        /// Whether it may have invited its people.
        effect: JournalEffect,
    },
    /// A person has their final outcome.
    Settled {
        /// The email address, trimmed and ASCII-lowercased.
        address: EmailAddress,
        /// The outcome.
        outcome: Outcome,
        /// How the outcome is known.
        evidence: Evidence,
        /// The id of the invitation, if one is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<InvitationId>,
        /// Clerk's error code, if Clerk refused the person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<ErrorCode>,
        /// The fingerprint of what Clerk refused, if it did. A row that has changed since is sent again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fingerprint: Option<u64>,
    },
    /// A round of inviting people [again](crate::run::InvitationRun::again) has begun. Nobody is invited twice in a round,
    /// however many runs it takes.
    RoundBegan {
        /// When it began.
        at: Timestamp,
        /// The people that it invites again.
        again: Again,
    },
    /// Everyone in the input of the round has an outcome.
    RoundEnded {
        /// When it ended.
        at: Timestamp,
    },
    /// The pending invitations of a person are about to be revoked. Then the person is invited again, by a later run if this
    /// one ends before.
    Replacing {
        /// The email address, trimmed and ASCII-lowercased.
        address: EmailAddress,
        /// The ids of the invitations.
        ids: Vec<InvitationId>,
    },
    /// A revocation has ended.
    Revoked {
        /// The id of the invitation.
        id: InvitationId,
        /// What became of the invitation.
        revocation: Revocation,
    },
    /// The records that came next were damaged and have been removed. Everyone without an outcome may have been invited by
    /// then.
    TailLost {
        /// The line that the first of them had.
        line: u64,
    },
}

impl Record {
    /// The version of the format that this SDK writes. It reads version 1 too.
    pub const VERSION: u32 = 2;
}

/// A person in the record of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AttemptedRecipient {
    /// The email address, trimmed and ASCII-lowercased.
    pub address: EmailAddress,
    /// The fingerprint of what is sent for the person, by which a later run notices that the row has changed.
    pub fingerprint: u64,
    /// The ids of the invitations that Clerk had for the address before the first attempt, if that was read. None of them is
    /// an attempt's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Vec<InvitationId>>,
}

impl AttemptedRecipient {
    /// Creates the record of a person, for journals that do not keep records as they are.
    pub fn new(address: impl Into<EmailAddress>, fingerprint: u64, baseline: Option<Vec<InvitationId>>) -> Self {
        Self {
            address: address.into(),
            fingerprint,
            baseline,
        }
    }
}

text_enum! {
    /// Which of the two endpoints an attempt uses. Each has a budget of its own.
    #[derive(PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum Lane {
        /// Up to ten people for each call.
        Bulk = "bulk",
        /// One person for each call.
        Single = "single",
    }
}

/// An [`Effect`] in a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JournalEffect {
    /// [`Effect::NotApplied`].
    #[serde(rename = "none")]
    NotApplied,
    /// [`Effect::Unknown`].
    Unknown,
    /// [`Effect::Applied`], or a success.
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
