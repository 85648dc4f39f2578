//! A file for each resource, with a handler for each of its operations.

pub(super) mod access_lists;
mod contacts;
pub(super) mod email_addresses;
pub(super) mod instance;
pub(super) mod invitations;
pub(super) mod organization_domains;
pub(super) mod organization_invitations;
pub(super) mod organization_memberships;
pub(super) mod organization_permissions;
pub(super) mod organization_roles;
pub(super) mod organizations;
pub(super) mod phone_numbers;
pub(super) mod redirect_urls;
pub(super) mod sessions;
pub(super) mod tokens;
pub(super) mod users;
pub(super) mod waitlist_entries;

use std::collections::BTreeSet;

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;

use super::instance::{Call, HandlerResult, Instance};
use super::list::{List, ListParams, Scope, read_paginated};
use super::records::to_json;
use super::store::{Store, Stored};

/// The largest number of people in a bulk call that invites.
const BULK_MAX: usize = 10;

/// Writes the response that shows `value`.
fn respond(value: &impl Serialize) -> Bytes {
    to_json(value).into()
}

/// Returns a page of all records, for a list without filters.
fn list_all<T: Stored + 'static>(
    instance: &Instance,
    call: &Call<'_>,
    store: &Store<T>,
    to_json: impl Fn(&T) -> String,
) -> HandlerResult {
    let params: ListParams<T> = ListParams {
        filters: &["paginated"],
        statuses: &[],
        orders: &[],
    };
    let query = call.query();
    let mut errors = Vec::new();
    let is_paginated = read_paginated(&query, &mut errors);
    let list = List::read(&query, &params, errors)?;
    let page = list.page(instance, call, store, Scope::All, |_| true);
    Ok(page.array_or_envelope(is_paginated, to_json))
}

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
