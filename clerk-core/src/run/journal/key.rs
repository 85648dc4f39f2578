//! The key of a journal.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The key with which a journal hashes what is sent for each person.
///
/// With a random key, nobody can prepare two rows with the same hash, of which the second one would count as unchanged. The
/// key is in the journal's first record, as 32 hexadecimal digits. The default is the key 0.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct JournalKey(u128);

impl JournalKey {
    /// Creates a key from its number.
    pub const fn new(key: u128) -> Self {
        Self(key)
    }

    /// Returns a random key. The randomness is the one that the standard library has from the operating system for its hash
    /// maps.
    pub fn random() -> Self {
        let half = || u128::from(RandomState::new().hash_one(0));
        Self(half() << 64 | half())
    }

    pub(super) const fn number(self) -> u128 {
        self.0
    }
}

impl Serialize for JournalKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:032x}", self.0))
    }
}

impl<'de> Deserialize<'de> for JournalKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let key = u128::from_str_radix(&text, 16).map_err(|_| D::Error::custom("a key has 32 hexadecimal digits"))?;
        Ok(Self(key))
    }
}

impl fmt::Debug for JournalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalKey").finish_non_exhaustive()
    }
}
