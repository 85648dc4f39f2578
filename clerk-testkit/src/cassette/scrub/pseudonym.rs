//! Pseudonyms for email addresses.

use std::fmt::Write as _;
use std::ops::Range;

use clerk_core::model::NormalizedEmailAddress;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const PREFIX: &str = "person-";
/// Two of ten thousand people share a pseudonym with a probability of one in five million.
const DIGITS: usize = 12;
const SUFFIX: &str = "@example.com";
const ENCODED_SUFFIX: &str = "%40example.com";

/// The replacement for an address: `person-<12 hexadecimal digits>@example.com`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::cassette) struct Pseudonym(u64);

impl Pseudonym {
    /// Derives the pseudonym from an address. It is the same in every file, and for every spelling of the same person.
    pub(super) fn new(address: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"clerk-testkit pseudonym 1\0");
        hasher.update(NormalizedEmailAddress::new(address).as_str());
        let hash = hasher.finalize();
        let digits = hash[..DIGITS / 2].iter();
        Self(digits.fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    /// Reads a pseudonym. Returns `None` for any other address.
    pub(in crate::cassette) fn parse(address: &str) -> Option<Self> {
        let digits = address.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        Self::from_digits(digits)
    }

    /// Returns the pseudonyms in `text` and where they are, percent-encoded or not.
    pub(super) fn find(text: &str) -> impl Iterator<Item = (Range<usize>, Self)> + '_ {
        text.match_indices(PREFIX).filter_map(|(start, _)| {
            let digits = start + PREFIX.len();
            let suffix = digits + DIGITS;
            let rest = text.get(suffix..)?;
            let found = [SUFFIX, ENCODED_SUFFIX]
                .into_iter()
                .find(|found| rest.starts_with(found))?;
            Some((
                start..suffix + found.len(),
                Self::from_digits(text.get(digits..suffix)?)?,
            ))
        })
    }

    fn from_digits(digits: &str) -> Option<Self> {
        // `from_str_radix` would accept a sign.
        let is_valid = digits.len() == DIGITS && digits.bytes().all(|c| c.is_ascii_hexdigit());
        u64::from_str_radix(digits, 16).ok().filter(|_| is_valid).map(Self)
    }

    /// Returns the pseudonym as an address.
    pub(super) fn to_address(self) -> String {
        let mut address = String::with_capacity(PREFIX.len() + DIGITS + SUFFIX.len());
        let _ = write!(address, "{PREFIX}{:0DIGITS$x}{SUFFIX}", self.0);
        address
    }
}

/// Addresses that are not replaced: `ada@example.com`, or all of `@example.com`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::cassette) struct Keep(Vec<String>);

impl Keep {
    pub(in crate::cassette) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::cassette) fn address(&mut self, address: &str) {
        self.0.push(NormalizedEmailAddress::new(address).as_str().to_owned());
    }

    pub(in crate::cassette) fn domain(&mut self, domain: &str) {
        self.0.push(format!("@{}", domain.to_ascii_lowercase()));
    }

    /// Adds what `other` keeps.
    pub(in crate::cassette) fn extend(&mut self, other: &Self) {
        let new = other.0.iter().filter(|kept| !self.0.contains(kept));
        self.0.extend(new.cloned().collect::<Vec<_>>());
    }

    pub(in crate::cassette) fn keeps(&self, address: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let address = NormalizedEmailAddress::new(address);
        let address = address.as_str();
        let domain = address.rfind('@').map_or("", |at| &address[at..]);
        self.0.iter().any(|kept| *kept == address || *kept == domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_form_is_a_pseudonym() {
        for number in 0..100 {
            let address = format!("person{number}@example.com");
            let pseudonym = Pseudonym::new(&address);
            assert_eq!(Pseudonym::parse(&pseudonym.to_address()), Some(pseudonym), "{address}");
            assert_eq!(Pseudonym::new(&address.to_uppercase()), pseudonym, "{address}");
        }
        for other in [
            "ada@example.com",
            "person-1@example.com",
            "person-+54d9ab1ff5f@example.com",
            "person-549d9ab1ff5f@example.org",
            "person-549d9ab1ff5f0@example.com",
        ] {
            assert_eq!(Pseudonym::parse(other), None, "{other}");
            assert_eq!(Pseudonym::find(other).count(), 0, "{other}");
        }
    }

    #[test]
    fn pseudonyms_are_found_in_text() {
        let ada = Pseudonym::new("ada@example.org");
        let address = ada.to_address();
        let encoded = address.replace('@', "%40");
        let text = format!("person-{address} é{encoded}\\n{address}");
        let found: Vec<_> = Pseudonym::find(&text)
            .map(|(range, found)| (&text[range], found))
            .collect();
        assert_eq!(found, [(&*address, ada), (&*encoded, ada), (&*address, ada)]);
    }
}
