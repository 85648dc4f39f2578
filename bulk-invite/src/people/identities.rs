//! Finds the rows with the same address, in a few bytes for each row.

use std::hash::{BuildHasher, RandomState};

use clerk_core::model::NormalizedEmailAddress;
use siphasher::sip128::SipHasher13;

use super::Position;

/// The addresses of the valid rows so far, as hashes of 128 bits with a random key. Two of a million different addresses have the
/// same hash with a probability of about 10^-27.
#[derive(Debug)]
pub(super) struct Identities {
    hasher: SipHasher13,
    rows: Vec<Identity>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    hash: [u64; 2],
    line: u32,
    item: u32,
}

/// A row with the address of an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Duplicate {
    pub(super) position: Position,
    /// The line of the first valid row with the address.
    pub(super) first: u64,
}

impl Identities {
    pub(super) fn new() -> Self {
        let key = || RandomState::new().hash_one(0);
        Self {
            hasher: SipHasher13::new_with_keys(key(), key()),
            rows: Vec::new(),
        }
    }

    /// Adds a valid row.
    pub(super) fn add(&mut self, email_address: &str, position: Position) {
        let address = NormalizedEmailAddress::new(email_address);
        let hash = self.hasher.hash(address.as_str().as_bytes());
        self.rows.push(Identity {
            hash: [hash.h1, hash.h2],
            line: u32::try_from(position.line).unwrap_or(u32::MAX),
            item: position.item,
        });
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the duplicates in the order of the file.
    pub(super) fn into_duplicates(mut self) -> Vec<Duplicate> {
        self.rows.sort_unstable();
        let same_address = self.rows.chunk_by(|a, b| a.hash == b.hash);
        let mut duplicates: Vec<Duplicate> = same_address
            .filter_map(<[Identity]>::split_first)
            .flat_map(|(first, rest)| {
                rest.iter().map(|row| Duplicate {
                    position: Position {
                        line: row.line.into(),
                        item: row.item,
                    },
                    first: first.line.into(),
                })
            })
            .collect();
        duplicates.sort_unstable();
        duplicates
    }
}
