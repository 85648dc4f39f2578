//! A file for each resource, with a handler for each of its operations.

pub(super) mod instance;
pub(super) mod invitations;
pub(super) mod organization_invitations;
pub(super) mod organization_memberships;
pub(super) mod organizations;
pub(super) mod users;
pub(super) mod waitlist_entries;

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::json;

/// The largest number of people in a bulk call that invites.
const BULK_MAX: usize = 10;

/// Writes the response to a deletion.
fn deleted(object: &str, id: &str) -> Bytes {
    let body = json!({ "object": object, "id": id, "deleted": true });
    body.to_string().into()
}

/// Returns, each once, the addresses that occur earlier in the same call or have a pending invitation. Those that ignore
/// existing invitations are left out.
fn find_duplicates<'a>(
    people: impl Iterator<Item = (&'a str, bool)>,
    has_pending: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut earlier = BTreeSet::new();
    let mut duplicates: Vec<String> = Vec::new();
    for (address, ignores_existing) in people {
        let is_repeated = !earlier.insert(address);
        let is_duplicate = !ignores_existing && (is_repeated || has_pending(address));
        if is_duplicate && !duplicates.iter().any(|known| known == address) {
            duplicates.push(address.to_owned());
        }
    }
    duplicates
}
