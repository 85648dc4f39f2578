//! A final outcome: what the run announces of a recipient, and what its journal keeps.

use super::classify::Refusal;
use super::journal::Record;
use super::outcome::{Evidence, Outcome, Settlement};
use super::recipient::Recipient;
use super::target::InvitationSummary;
use crate::model::{InvitationId, NormalizedEmailAddress};
use crate::sensitive::Sensitive;

/// The outcome of a recipient for good.
#[derive(Debug)]
pub(super) struct FinalOutcome {
    pub(super) settlement: Settlement,
    identity: NormalizedEmailAddress,
    /// The fingerprint of what was refused, by which a later run notices that the row has changed.
    fingerprint: Option<u64>,
    /// Whether the journal keeps it.
    is_recorded: bool,
}

/// An outcome that a look-up shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) outcome: Outcome,
    pub(super) id: Option<InvitationId>,
    pub(super) reason: Option<String>,
    /// Whether the journal keeps it, so that later runs have it without a look-up.
    pub(super) is_recorded: bool,
}

impl Known {
    pub(super) fn new(outcome: Outcome, id: Option<&InvitationId>) -> Self {
        Self {
            outcome,
            id: id.cloned(),
            reason: None,
            // What can change without the run is read again.
            is_recorded: !matches!(outcome, Outcome::CreatedEarlier | Outcome::Expired | Outcome::Revoked),
        }
    }
}

impl FinalOutcome {
    pub(super) fn new(recipient: Recipient, outcome: Outcome, evidence: Evidence) -> Self {
        Self {
            identity: recipient.identity.clone(),
            settlement: recipient.into_settlement(outcome, evidence),
            fingerprint: None,
            is_recorded: true,
        }
    }

    /// The outcome that a look-up shows.
    pub(super) fn known(recipient: Recipient, known: Known) -> Self {
        let mut settled = Self::new(recipient, known.outcome, Evidence::Read);
        settled.is_recorded = known.is_recorded;
        settled.settlement.invitation_id = known.id;
        settled.settlement.reason = known.reason.map(Sensitive::from);
        settled
    }

    pub(super) fn already_invited(recipient: Recipient, id: InvitationId) -> Self {
        let mut settled = Self::new(recipient, Outcome::AlreadyInvited, Evidence::Read);
        settled.settlement.invitation_id = Some(id);
        settled
    }

    pub(super) fn created(recipient: Recipient, invitation: InvitationSummary, evidence: Evidence) -> Self {
        // A read can find what an earlier run created and did not learn of.
        let outcome = if recipient.is_sent {
            Outcome::Created
        } else {
            Outcome::CreatedEarlier
        };
        let mut created = Self::new(recipient, outcome, evidence);
        created.settlement.invitation_id = Some(invitation.id);
        created.settlement.url = invitation.url;
        created
    }

    pub(super) fn refused(recipient: Recipient, refusal: Refusal) -> Self {
        let fingerprint = recipient.fingerprint;
        // Clerk does not say which role it does not know.
        let role = recipient
            .role()
            .filter(|_| refusal.parameter.as_deref() == Some("role"));
        let mut refused = Self::new(recipient, refusal.outcome, Evidence::Refusal);
        refused.fingerprint = (refusal.outcome == Outcome::Refused).then_some(fingerprint);
        refused.settlement.code = Some(refusal.code);
        refused.settlement.reason = Some(match role {
            Some(role) => format!("{} (the role is {role})", refusal.reason.as_str()).into(),
            None => refusal.reason,
        });
        refused
    }

    /// Returns the record that the journal keeps, if it keeps one.
    pub(super) fn record(&self) -> Option<Record> {
        self.is_recorded.then(|| Record::Settled {
            address: self.identity.as_str().into(),
            outcome: match self.settlement.outcome {
                Outcome::CreatedEarlier => Outcome::Created,
                outcome => outcome,
            },
            evidence: self.settlement.evidence,
            id: self.settlement.invitation_id.clone(),
            code: self.settlement.code.clone(),
            fingerprint: self.fingerprint,
        })
    }
}
