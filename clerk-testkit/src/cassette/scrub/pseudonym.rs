//! Who is called what in a file.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const PREFIX: &str = "person-";
const SUFFIX: &str = "@example.com";
/// Twelve digits tell ten thousand people apart but for one chance in five million.
const DIGITS: usize = 12;

/// What stands for an address: `person-<12 digits>@example.com`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pseudonym(u64);

impl Pseudonym {
    /// The same address in any case gets the same pseudonym, in every file.
    pub(super) fn of(address: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"clerk-testkit pseudonym 1\0");
        hasher.update(address.to_lowercase().as_bytes());
        let hash = hasher.finalize();
        let number = hash[..DIGITS / 2]
            .iter()
            .fold(0, |number, &byte| number << 8 | u64::from(byte));
        Self(number)
    }

    /// The pseudonym that an address is; `None` for anyone's own.
    pub(super) fn read(address: &str) -> Option<Self> {
        let digits = address.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        // A sign in front would be read as well.
        if digits.len() != DIGITS || !digits.bytes().all(|c| c.is_ascii_hexdigit()) {
            return None;
        }
        u64::from_str_radix(digits, 16).ok().map(Self)
    }

    /// The address that it is.
    pub(super) fn to_address(self) -> String {
        let mut address = String::with_capacity(PREFIX.len() + DIGITS + SUFFIX.len());
        let _ = write!(address, "{PREFIX}{:0DIGITS$x}{SUFFIX}", self.0);
        address
    }
}

/// Whom to call by their own addresses: `ada@example.com`, or all of `@example.com`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Keep(Vec<String>);

impl Keep {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn address(&mut self, address: &str) {
        self.0.push(address.to_lowercase());
    }

    pub(crate) fn domain(&mut self, domain: &str) {
        self.0.push(format!("@{}", domain.to_lowercase()));
    }

    pub(super) fn keeps(&self, address: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let address = address.to_lowercase();
        let domain = address.rfind('@').map_or("", |at| &address[at..]);
        self.0.iter().any(|kept| *kept == address || *kept == domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_read_from_its_own_address_alone() {
        for number in 0..100 {
            let address = format!("person{number}@example.com");
            let pseudonym = Pseudonym::of(&address);
            assert_eq!(Pseudonym::read(&pseudonym.to_address()), Some(pseudonym), "{address}");
            assert_eq!(Pseudonym::of(&address.to_uppercase()), pseudonym, "{address}");
        }
        for other in [
            "ada@example.com",
            "person-1@example.com",
            "person-+54d9ab1ff5f@example.com",
            "person-549d9ab1ff5f@example.org",
            "person-549d9ab1ff5f0@example.com",
        ] {
            assert_eq!(Pseudonym::read(other), None, "{other}");
        }
    }
}
