//! What becomes of a person.

use clerk_core::model::{Invitation, InvitationId};
use serde::Serialize;

/// What became of a person: exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Clerk made an invitation.
    Created,
    /// An invitation was pending before.
    AlreadyInvited,
    /// A user has the address.
    ExistingUser,
    /// Clerk refused the person.
    Refused,
    /// The row was refused before anything was sent.
    Invalid,
    /// The address stands earlier in the input.
    Duplicate,
    /// An attempt ended without an answer, and Clerk lists no invitation.
    Unknown,
    /// The run stopped before the person's turn.
    Pending,
}

impl Outcome {
    /// All of them, in the order in which a summary tells them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Created,
        Self::AlreadyInvited,
        Self::ExistingUser,
        Self::Refused,
        Self::Invalid,
        Self::Duplicate,
        Self::Unknown,
        Self::Pending,
    ];

    /// Those that somebody has to look at, the worst first.
    pub(crate) const BAD: [Self; 3] = [Self::Unknown, Self::Refused, Self::Invalid];

    /// The outcome as reports write it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::AlreadyInvited => "already_invited",
            Self::ExistingUser => "existing_user",
            Self::Refused => "refused",
            Self::Invalid => "invalid",
            Self::Duplicate => "duplicate",
            Self::Unknown => "unknown",
            Self::Pending => "pending",
        }
    }
}

/// What an outcome rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Evidence {
    /// Clerk's answer to the call.
    Answer,
    /// Clerk's list of invitations, read after a call without an answer.
    Read,
    /// Clerk's refusal.
    Refusal,
    /// The input alone.
    Input,
    /// Nothing.
    None,
}

impl Evidence {
    /// The evidence as reports write it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Read => "read",
            Self::Refusal => "refusal",
            Self::Input => "input",
            Self::None => "none",
        }
    }
}

/// What became of a person, why, and the invitation if one was made or found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settlement {
    pub(crate) outcome: Outcome,
    pub(crate) evidence: Evidence,
    pub(crate) invitation_id: Option<InvitationId>,
    pub(crate) url: Option<String>,
    pub(crate) reason: String,
}

impl Settlement {
    /// An outcome without an invitation.
    pub(crate) fn new(outcome: Outcome, evidence: Evidence, reason: impl Into<String>) -> Self {
        Self {
            outcome,
            evidence,
            invitation_id: None,
            url: None,
            reason: reason.into(),
        }
    }

    /// An outcome that this invitation shows.
    pub(crate) fn with_invitation(outcome: Outcome, evidence: Evidence, invitation: Invitation) -> Self {
        Self {
            invitation_id: Some(invitation.id),
            url: invitation.url,
            ..Self::new(outcome, evidence, "")
        }
    }
}
