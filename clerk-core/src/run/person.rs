use std::fmt;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::api::invitations::CreateInvitation;
use crate::api::organization_invitations::CreateOrganizationInvitation;
use crate::model::EmailAddress;

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

/// What makes two addresses the same person: the address, trimmed and ASCII-lowercased. Plus tags and dots are kept,
/// since they can be other people.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Identity(Box<str>);

impl Identity {
    pub(super) fn of(address: &str) -> Self {
        Self(address.trim().to_ascii_lowercase().into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// A number to keep in the place of the identity where a million are kept. 128 bits do not collide by chance.
    pub(super) fn key(&self) -> u128 {
        u128::from(fingerprint(b"a", self.0.as_bytes())) << 64 | u128::from(fingerprint(b"b", self.0.as_bytes()))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::model::Redacted.fmt(f)
    }
}

/// A number that tells one text from another, the same on every machine and in every version (FNV-1a, mixed).
pub(super) fn fingerprint(salt: &[u8], text: &[u8]) -> u64 {
    let hash = salt.iter().chain(text).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ (mixed >> 33)
}

/// Why a text cannot be an email address, if it cannot. What can be one is Clerk's to judge.
pub(super) fn address_problem(address: &str) -> Option<&'static str> {
    let address = address.trim();
    if address.is_empty() {
        return Some("the address is empty");
    }
    // RFC 5321, 4.5.3.1: 64 bytes, an @, and 255; 254 in all by its erratum 1690.
    if address.len() > 254 {
        return Some("the address is longer than 254 bytes");
    }
    if address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Some("the address has a space or a control character in it");
    }
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Some("the address has no @");
    };
    if local.is_empty() || local.len() > 64 {
        return Some("the part before the @ is empty or longer than 64 bytes");
    }
    if domain.split('.').any(str::is_empty) {
        return Some("the part behind the @ is not a domain");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_an_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let cases = [
            ("ada@example.com", true),
            ("  Ada@Example.COM ", true),
            ("ada+tag@example.com", true),
            ("\"a@b\"@example.com", true),
            ("josé@例え.jp", true),
            ("ada@localhost", true),
            ("", false),
            ("ada", false),
            ("@example.com", false),
            ("ada@", false),
            ("ada@.com", false),
            ("ada@example..com", false),
            ("ada@example.com.", false),
            ("ada lovelace@example.com", false),
            ("ada@exam\tple.com", false),
            ("a\u{a0}b@example.com", false),
            (&long, false),
        ];
        for (address, fine) in cases {
            assert_eq!(address_problem(address).is_none(), fine, "{address:?}");
        }
    }

    #[test]
    fn case_and_padding_do_not_make_another_person_and_tags_do() {
        let same = |a, b| Identity::of(a) == Identity::of(b) && Identity::of(a).key() == Identity::of(b).key();
        assert!(same(" Ada@Example.com", "ada@example.com"));
        assert!(!same("ada+1@example.com", "ada@example.com"));
        assert!(!same("a.da@example.com", "ada@example.com"));
        assert!(!same("ÄDA@example.com", "äda@example.com"), "only ASCII has one case");
    }
}
