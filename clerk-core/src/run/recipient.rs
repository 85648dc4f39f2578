//! The people of a run: as the input has them, and as the run carries them from there to their outcome.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use siphasher::sip128::SipHasher13;

use super::classify::Refusal;
use super::journal::{AttemptedRecipient, Record};
use super::outcome::{Evidence, Outcome, Settlement};
use crate::api::invitations::CreateInvitation;
use crate::api::organization_invitations::CreateOrganizationInvitation;
use crate::model::{EmailAddress, InvitationId, NormalizedEmailAddress, Timestamp, WaitlistEntry};

/// The reason of a pending recipient that an attempt may have invited.
const UNRESOLVED: &str = "an attempt may have invited them: run again on the same journal to find out";

/// The reason of a pending recipient if the journal was not read.
const UNREAD: &str = "the run stopped before it could compare its journal with Clerk: run again on the same journal";

/// The reason of a pending recipient whose invitation was revoked to invite them again.
const WITHDRAWN: &str =
    "their earlier invitation is revoked, or was to be: run again on the same journal to invite them";

/// A row of the input: an address, and the JSON that invites it.
pub(super) struct RecipientInput {
    pub(super) email_address: EmailAddress,
    pub(super) ignore_existing: bool,
    /// The item of the request's body, or why there is none. For a waitlist entry, its id.
    pub(super) body: Result<Box<RawValue>, &'static str>,
}

impl RecipientInput {
    fn new(
        email_address: &EmailAddress,
        ignore_existing: bool,
        item: &impl Serialize,
        problem: Option<&'static str>,
    ) -> Self {
        let body = match problem {
            Some(problem) => Err(problem),
            None => to_raw_value(item).map_err(|_| "the request cannot be written as JSON"),
        };
        Self {
            email_address: email_address.clone(),
            ignore_existing,
            body,
        }
    }
}

impl From<CreateInvitation> for RecipientInput {
    fn from(invitation: CreateInvitation) -> Self {
        let ignore_existing = invitation.ignores_existing();
        Self::new(
            invitation.email_address(),
            ignore_existing,
            &invitation,
            invitation.problem(),
        )
    }
}

impl From<CreateOrganizationInvitation> for RecipientInput {
    fn from(invitation: CreateOrganizationInvitation) -> Self {
        Self::new(invitation.email_address(), false, &invitation, invitation.problem())
    }
}

impl From<WaitlistEntry> for RecipientInput {
    fn from(entry: WaitlistEntry) -> Self {
        Self::new(&entry.email_address, false, &entry.id, None)
    }
}

impl fmt::Debug for RecipientInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecipientInput")
            .field("email_address", &self.email_address)
            .field("ignore_existing", &self.ignore_existing)
            .finish_non_exhaustive()
    }
}

/// What earlier runs did for a recipient, if it depends on Clerk what to do now.
#[derive(Debug, Default)]
pub(super) enum Earlier {
    #[default]
    Nothing,
    /// The recipient has this outcome, unless they are invited again.
    Settled {
        outcome: Outcome,
        id: Option<InvitationId>,
        /// Whether the row has changed since.
        has_changed: bool,
        /// Whether no record of a later invitation can be lost.
        is_latest: bool,
    },
    /// Their invitations were revoked. Those with these ids were to be, to invite them again.
    Withdrawn(Vec<InvitationId>),
}

/// A person to invite, from the input until they have their outcome.
#[derive(Debug)]
pub(super) struct Recipient {
    pub(super) position: usize,
    pub(super) email_address: EmailAddress,
    pub(super) identity: NormalizedEmailAddress,
    pub(super) ignore_existing: bool,
    pub(super) body: Box<RawValue>,
    pub(super) fingerprint: u64,
    /// The invitations that Clerk had for the address before the first attempt, if that was read.
    pub(super) baseline: Option<Vec<InvitationId>>,
    pub(super) earlier: Earlier,
    /// The pending invitations to revoke before they are invited again.
    pub(super) to_revoke: Vec<InvitationId>,
    /// Whether an attempt may have invited them. It stays true when a later read shows that the attempt did nothing,
    /// because the invitation could still be created after the read.
    pub(super) maybe_invited: bool,
    /// When the last attempt of an earlier run that may have invited them was given up, by the journal.
    pub(super) given_up: Option<Timestamp>,
    /// Whether this run has sent them.
    pub(super) is_sent: bool,
    /// How many attempts may have invited them.
    pub(super) ambiguous_attempts: u8,
    /// The refusal that becomes their outcome unless a read finds an invitation of an earlier attempt.
    pub(super) refusal: Option<Refusal>,
}

impl Recipient {
    pub(super) fn new(
        position: usize,
        email_address: EmailAddress,
        ignore_existing: bool,
        body: Box<RawValue>,
        fingerprint: u64,
    ) -> Self {
        Self {
            position,
            identity: email_address.normalized(),
            email_address,
            ignore_existing,
            body,
            fingerprint,
            baseline: None,
            earlier: Earlier::Nothing,
            to_revoke: Vec::new(),
            maybe_invited: false,
            given_up: None,
            is_sent: false,
            ambiguous_attempts: 0,
            refusal: None,
        }
    }

    pub(super) fn into_settlement(self, outcome: Outcome, evidence: Evidence) -> Settlement {
        Settlement::new(self.position, self.email_address, outcome, evidence)
    }

    /// Leaves the recipient pending when the run stops. `knows_history` is whether the run has read its journal.
    pub(super) fn into_pending(self, knows_history: bool) -> Settlement {
        let reason = match (knows_history, self.maybe_invited) {
            (false, _) => Some(UNREAD),
            (true, true) => Some(UNRESOLVED),
            (true, false) if matches!(self.earlier, Earlier::Withdrawn(_)) => Some(WITHDRAWN),
            (true, false) => None,
        };
        let pending = self.into_settlement(Outcome::Pending, Evidence::None);
        match reason {
            Some(reason) => pending.with_reason(reason),
            None => pending,
        }
    }

    /// Returns the role that the request has, if they are invited to an organization.
    pub(super) fn role(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct WithRole {
            role: Option<String>,
        }
        serde_json::from_str::<WithRole>(self.body.get()).ok()?.role
    }

    /// Returns the record that is kept before their invitations are revoked.
    pub(super) fn replacing(&self) -> Record {
        Record::Replacing {
            address: self.identity.as_str().into(),
            ids: self.to_revoke.clone(),
        }
    }

    /// Returns what the record of an attempt says of this recipient.
    pub(super) fn attempted(&self) -> AttemptedRecipient {
        AttemptedRecipient::new(self.identity.as_str(), self.fingerprint, self.baseline.clone())
    }
}

/// Hashes an address, for sets of a million addresses. 128 bits do not collide by chance.
pub(super) fn key(address: &NormalizedEmailAddress) -> u128 {
    SipHasher13::new().hash(address.as_str().as_bytes()).as_u128()
}
