//! What became of a person, and how that is known.

use serde::{Deserialize, Serialize};

use crate::error::ErrorCode;
use crate::model::{EmailAddress, InvitationId};
use crate::sensitive::Sensitive;
use crate::text::text_enum;

text_enum! {
    /// What became of a person in an invitation run.
    #[derive(PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Outcome {
        /// This run, or an earlier one on the same journal, created an invitation. It does not say that the mail was
        /// delivered.
        Created = "created",
        /// An invitation exists that, as far as is known, no run on this journal created.
        AlreadyInvited = "already_invited",
        /// A user has the address. In a run for an organization: a member of it has the address.
        ExistingUser = "existing_user",
        /// Clerk refused the person and gave a reason.
        Refused = "refused",
        /// The row is invalid. Nothing was sent for it.
        Invalid = "invalid",
        /// An earlier row of the input has the same address.
        Duplicate = "duplicate",
        /// It cannot be known whether an invitation was created, and another attempt could create a second one.
        Unknown = "unknown",
        /// The run stopped before the person had an outcome. Run again on the same journal.
        Pending = "pending",
    }
}

text_enum! {
    /// How an outcome is known.
    #[derive(PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Evidence {
        /// Clerk's response to the call that invited the person.
        Answer = "answer",
        /// Clerk refused the call and gave a reason.
        Refusal = "refusal",
        /// Reading Clerk's invitations and users showed it.
        Read = "read",
        /// The input alone shows it.
        Input = "input",
        /// There is no evidence.
        None = "none",
    }
}

/// The outcome of one person.
///
/// The email address, the link and the reason are redacted from `Debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settlement {
    /// The person's position in the input, from 0.
    pub position: usize,
    /// The email address as the input has it.
    pub email_address: EmailAddress,
    /// What became of the person.
    pub outcome: Outcome,
    /// How that is known.
    pub evidence: Evidence,
    /// The id of the invitation, if one is known.
    pub invitation_id: Option<InvitationId>,
    /// The invitation's link, if Clerk returned it in this run. It contains a ticket, so journals do not keep it.
    pub url: Option<Sensitive>,
    /// Clerk's error code, if Clerk refused the person.
    pub code: Option<ErrorCode>,
    /// The reason, in words for people. It can contain an email address.
    pub reason: Option<Sensitive>,
}

impl Settlement {
    pub(super) const fn new(
        position: usize,
        email_address: EmailAddress,
        outcome: Outcome,
        evidence: Evidence,
    ) -> Self {
        Self {
            position,
            email_address,
            outcome,
            evidence,
            invitation_id: None,
            url: None,
            code: None,
            reason: None,
        }
    }

    pub(super) fn with_reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// What became of an invitation that a [`RevocationRun`](super::RevocationRun) was to revoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Revocation {
    /// It is revoked.
    Revoked,
    /// It was accepted before: the person is a user now.
    Accepted,
    /// It does not exist any more.
    Missing,
    /// The journal has an id that no request can contain. Nothing was sent.
    InvalidId,
}
