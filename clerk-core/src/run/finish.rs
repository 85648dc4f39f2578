use super::intake::Guest;
use super::journal::Record;

use super::settle::Refusal;
use super::target::Found;
use super::{Evidence, Outcome, Settlement};
use crate::model::{InvitationId, NormalizedEmailAddress};

/// An outcome for good: what is announced, and what the journal keeps of it.
#[derive(Debug)]
pub(super) struct Final {
    pub(super) settlement: Settlement,
    identity: NormalizedEmailAddress,
    /// What was refused, so that a mended row can be told.
    fingerprint: Option<u64>,
}

impl Final {
    pub(super) fn of(guest: Guest, outcome: Outcome, evidence: Evidence) -> Self {
        Self {
            identity: guest.identity.clone(),
            settlement: guest.settle(outcome, evidence),
            fingerprint: None,
        }
    }

    pub(super) fn with_id(mut self, id: InvitationId) -> Self {
        self.settlement.invitation_id = Some(id);
        self
    }

    pub(super) fn created(guest: Guest, found: Found, evidence: Evidence) -> Self {
        let mut created = Self::of(guest, Outcome::Created, evidence).with_id(found.id);
        created.settlement.url = found.url;
        created
    }

    pub(super) fn refused(guest: Guest, refusal: Refusal) -> Self {
        let fingerprint = guest.fingerprint;
        let mut refused = Self::of(guest, refusal.outcome, Evidence::Refusal);
        refused.fingerprint = (refusal.outcome == Outcome::Refused).then_some(fingerprint);
        refused.settlement.code = Some(refusal.code);
        refused.settlement.reason = Some(refusal.reason);
        refused
    }

    pub(super) fn record(&self) -> Record {
        Record::Settled {
            address: self.identity.as_str().into(),
            outcome: self.settlement.outcome,
            evidence: self.settlement.evidence,
            id: self.settlement.invitation_id.clone(),
            code: self.settlement.code.clone(),
            fingerprint: self.fingerprint,
        }
    }
}
