//! Where a recorded answer names people. It is searched once, however often it is given.

use super::address::{self, Context, Place};
use super::pseudonym::Pseudonym;
use super::{DEPTH, base64_run, rewrite};

/// The pseudonyms in an answer.
#[derive(Debug)]
pub(crate) struct Places {
    pub(super) plain: Vec<(Place, Pseudonym)>,
    /// Whether there are more in base64, where an address changes what stands around it.
    pub(super) has_encoded: bool,
}

impl Places {
    pub(crate) fn find(bytes: &[u8]) -> Self {
        Self {
            plain: address::find(bytes, Context::Text, &mut Pseudonym::read),
            has_encoded: has_encoded(bytes),
        }
    }
}

fn has_encoded(bytes: &[u8]) -> bool {
    let mut has_any = false;
    base64_run::rewrite(bytes, DEPTH, &mut |decoded, depth| {
        rewrite(decoded, Context::Noise, depth, &mut |address| {
            has_any |= Pseudonym::read(address).is_some();
            None
        });
        None
    });
    has_any
}
