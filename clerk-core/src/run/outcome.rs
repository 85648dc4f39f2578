//! What became of a person, and how that is known.

use std::fmt;

use serde::Serialize;

use crate::error::ErrorCode;
use crate::model::{EmailAddress, InvitationId};
use crate::sensitive::Sensitive;
use crate::text::text_enum;

text_enum! {
    /// What became of a person in an invitation run.
    #[derive(PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum Outcome {
        /// This run created an invitation. It does not say that the mail was delivered.
        Created = "created",
        /// An earlier run on the same journal created an invitation, perhaps in an attempt that was interrupted, and this one
        /// sent nothing. The invitation may have been accepted, revoked or expired since. If the row has changed, the reason
        /// says so.
        CreatedEarlier = "created_earlier",
        /// An invitation exists that, as far as is known, no run on this journal created.
        AlreadyInvited = "already_invited",
        /// A user has the address. In a run for an organization: a member of it has the address.
        ExistingUser = "existing_user",
        /// The person has accepted an invitation, so they are not invited again. Only a run that invites
        /// [again](super::InvitationRun::again) reads that.
        Accepted = "accepted",
        /// The person's newest invitation has expired, and the run was not to invite such people
        /// [again](super::InvitationRun::again).
        Expired = "expired",
        /// The person's newest invitation was revoked, and the run was not to invite such people
        /// [again](super::InvitationRun::again).
        Revoked = "revoked",
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
    #[derive(PartialOrd, Ord)]
    #[non_exhaustive]
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
/// `Display` shows the position instead of the address. Serde writes everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_id: Option<InvitationId>,
    /// The invitation's link, if Clerk returned it in this run. It contains a ticket, so journals do not keep it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Sensitive>,
    /// Clerk's error code, if Clerk refused the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// The reason, in words for people. It can contain an email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Sensitive>,
}

impl Settlement {
    /// Creates a settlement, for tests of code that handles them. Its other fields can be set.
    pub const fn new(position: usize, email_address: EmailAddress, outcome: Outcome, evidence: Evidence) -> Self {
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

impl fmt::Display for Settlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "person {} (counted from 0): {}", self.position, self.outcome)?;
        if let Some(code) = &self.code {
            write!(f, ", {code}")?;
        }
        match &self.invitation_id {
            Some(id) => write!(f, " ({id})"),
            None => Ok(()),
        }
    }
}

text_enum! {
    /// What became of an invitation that a [`RevocationRun`](super::RevocationRun) was to revoke.
    #[non_exhaustive]
    pub enum Revocation {
        /// It is revoked.
        Revoked = "revoked",
        /// It was accepted before: the person is a user now.
        Accepted = "accepted",
        /// It does not exist any more.
        Missing = "missing",
        /// It had expired before.
        Expired = "expired",
        /// The journal has an id that no request can contain. Nothing was sent.
        InvalidId = "invalid_id",
    }
}

impl Revocation {
    /// Returns whether nobody can accept the invitation any more, so that inviting the person again gives them one.
    pub const fn is_undone(self) -> bool {
        matches!(self, Self::Revoked | Self::Missing | Self::Expired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_parsed_from_their_text() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.to_string().parse(), Ok(*outcome));
            let json = serde_json::to_string(outcome).expect("JSON");
            assert_eq!(serde_json::from_str::<Outcome>(&json).expect("an outcome"), *outcome);
        }
        let error = "ada@example.com"
            .parse::<Outcome>()
            .expect_err("no outcome")
            .to_string();
        assert!(
            error.starts_with("unknown value: use one of created, created_earlier, already_invited,"),
            "{error}"
        );
    }
}
