//! A final outcome: what the run announces of a recipient, and what its journal keeps.

use super::classify::Refusal;
use super::journal::Record;
use super::outcome::{Evidence, Outcome, Settlement};
use super::recipient::Recipient;
use super::target::InvitationSummary;
use crate::model::{InvitationId, NormalizedEmailAddress};

/// The outcome of a recipient for good.
#[derive(Debug)]
pub(super) struct FinalOutcome {
    pub(super) settlement: Settlement,
    identity: NormalizedEmailAddress,
    /// The fingerprint of what was refused, by which a later run notices that the row has changed.
    fingerprint: Option<u64>,
}

impl FinalOutcome {
    pub(super) fn new(recipient: Recipient, outcome: Outcome, evidence: Evidence) -> Self {
        Self {
            identity: recipient.identity.clone(),
            settlement: recipient.into_settlement(outcome, evidence),
            fingerprint: None,
        }
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
        let mut refused = Self::new(recipient, refusal.outcome, Evidence::Refusal);
        refused.fingerprint = (refusal.outcome == Outcome::Refused).then_some(fingerprint);
        refused.settlement.code = Some(refusal.code);
        refused.settlement.reason = Some(refusal.reason);
        refused
    }

    pub(super) fn record(&self) -> Record {
        Record::Settled {
            address: self.identity.as_str().into(),
            outcome: match self.settlement.outcome {
                Outcome::CreatedEarlier => Outcome::Created,
                outcome => outcome,
            },
            evidence: self.settlement.evidence,
            id: self.settlement.invitation_id.clone(),
            code: self.settlement.code.clone(),
            fingerprint: self.fingerprint,
        }
    }
}
