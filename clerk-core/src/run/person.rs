use std::fmt;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::api::invitations::CreateInvitation;
use crate::api::organization_invitations::CreateOrganizationInvitation;
use crate::model::{EmailAddress, NormalizedEmailAddress};

/// One person of an invitation run: an address, and the JSON that invites it.
pub(super) struct Person {
    pub(super) email_address: EmailAddress,
    pub(super) ignore_existing: bool,
    /// The item of the request's body, or why there can be none.
    pub(super) body: Result<Box<RawValue>, &'static str>,
}

impl Person {
    fn new(email_address: &EmailAddress, ignore_existing: bool, item: &impl Serialize) -> Self {
        Self {
            email_address: email_address.clone(),
            ignore_existing,
            body: to_raw_value(item).map_err(|_| "the request cannot be written as JSON"),
        }
    }
}

impl From<CreateInvitation> for Person {
    fn from(invitation: CreateInvitation) -> Self {
        let mut person = Self::new(invitation.email_address(), invitation.ignores_existing(), &invitation);
        if let Some(problem) = invitation.problem() {
            person.body = Err(problem);
        }
        person
    }
}

impl From<CreateOrganizationInvitation> for Person {
    fn from(invitation: CreateOrganizationInvitation) -> Self {
        let mut person = Self::new(invitation.email_address(), false, &invitation);
        if let Some(problem) = invitation.problem() {
            person.body = Err(problem);
        }
        person
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("email_address", &self.email_address)
            .field("ignore_existing", &self.ignore_existing)
            .finish_non_exhaustive()
    }
}

/// A number to keep in the place of an address where a million are kept. 128 bits do not collide by chance.
pub(super) fn key(address: &NormalizedEmailAddress) -> u128 {
    let text = address.as_str().as_bytes();
    u128::from(fingerprint(b"a", text)) << 64 | u128::from(fingerprint(b"b", text))
}

/// A number that tells one text from another, the same on every machine and in every version (FNV-1a, mixed).
pub(super) fn fingerprint(salt: &[u8], text: &[u8]) -> u64 {
    let hash = salt.iter().chain(text).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}
