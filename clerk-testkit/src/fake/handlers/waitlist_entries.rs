use std::collections::BTreeSet;

use clerk_core::ErrorCode;
use http::StatusCode;

use super::{deleted, invitations};
use crate::fake::body::{Fields, Null, read_array, read_object, read_optional_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::instance_config::InstanceConfig;
use crate::fake::list::{List, ListParams, Scope, json_array};
use crate::fake::records::{NewInvitation, Status, WaitlistEntry};
use crate::fake::store::{Index, Stored};

/// The largest number of people in a bulk call.
const BULK_MAX: usize = 50;

const LIST_PARAMS: ListParams<WaitlistEntry> = ListParams {
    filters: &["query"],
    statuses: &Status::NAMES,
    orders: &[
        ("created_at", |_, entry| entry.created_at.into()),
        ("email_address", |_, entry| entry.email_address.as_str().into()),
        // Entries that were never invited come first.
        ("invited_at", |_, entry| entry.invited_at.into()),
    ],
};

/// A request to put an address on the waitlist.
#[derive(Debug)]
struct NewEntry {
    email_address: String,
    notify: bool,
}

/// Carries out `CreateWaitlistEntry`, which returns the existing entry if there is one.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let new = read_new(read_object(call.request)?, call.config)?;
    Ok(find_or_create(instance, call, new).into())
}

/// Carries out `CreateBulkWaitlistEntries`.
pub(crate) fn create_bulk(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let people = read_array(call.request, BULK_MAX, |person| read_new(person, call.config))?;
    let mut earlier = BTreeSet::new();
    if !people.iter().all(|new| earlier.insert(new.email_address.as_str())) {
        return Err(repeated_address());
    }
    let count = call.extent.apply(people.len());
    let people = people.into_iter().take(count);
    Ok(json_array(people.map(|new| find_or_create(instance, call, new))).into())
}

/// Carries out `ListWaitlistEntries`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let query = call.query();
    let list = List::read(&query, &LIST_PARAMS, Vec::new())?;
    let page = list.page(instance, call, &instance.waitlist_entries, Scope::All, |entry| {
        list.includes_status(entry.status.name()) && query.matches_id_or_address(entry.id(), &entry.email_address)
    });
    Ok(page.envelope(|entry| entry.to_json(&instance.invitations, call.at.wall)))
}

/// Carries out `InviteWaitlistEntry`. The invitation follows the rules of invitations to the application.
pub(crate) fn invite(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let entry = find_unlocked(instance, call)?;
    let email_address = entry.email_address.clone();
    let status = entry.status;
    let mut fields = read_optional_object(call.request)?;
    let ignore_existing: Option<bool> = fields.take("ignore_existing", Null::Accepted);
    fields.finish()?;
    let ignore_existing = ignore_existing.unwrap_or(false);
    match status {
        Status::Completed => return Err(already_completed()),
        Status::Invited if !ignore_existing => return Err(already_invited()),
        Status::Invited | Status::Pending | Status::Rejected => {}
    }
    let new = NewInvitation {
        ignore_existing,
        ..NewInvitation::new(email_address)
    };
    let invitation_id = invitations::invite(instance, call, new)?.id().to_owned();
    update(instance, call, |entry| entry.set_invited(invitation_id, call.at.wall))
}

/// Carries out `RejectWaitlistEntry`. An invitation that the entry led to is not affected.
pub(crate) fn reject(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    match find_unlocked(instance, call)?.status {
        Status::Completed => return Err(already_completed()),
        Status::Rejected => return Err(already_rejected()),
        Status::Pending | Status::Invited => {}
    }
    update(instance, call, |entry| entry.set_status(Status::Rejected, call.at.wall))
}

/// Carries out `DeleteWaitlistEntry`.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    match find_unlocked(instance, call)?.status {
        Status::Completed => return Err(already_completed()),
        Status::Rejected => return Err(already_rejected()),
        Status::Invited => return Err(already_invited()),
        Status::Pending => {}
    }
    instance.waitlist_entries.remove(entry_id(call));
    Ok(deleted("waitlist_entry", entry_id(call)))
}

fn read_new(mut fields: Fields, config: &InstanceConfig) -> Result<NewEntry, Refusal> {
    let email_address = fields.take_address(&config.malformed);
    let notify: Option<bool> = fields.take("notify", Null::Accepted);
    fields.finish()?;
    Ok(NewEntry {
        email_address,
        notify: notify.unwrap_or(true),
    })
}

/// Returns the entry of the address as JSON, and creates it if there is none.
fn find_or_create(instance: &mut Instance, call: &mut Call<'_>, new: NewEntry) -> String {
    let wall = call.at.wall;
    if let Some(entry) = instance
        .waitlist_entries
        .by(Index::EmailAddress, &new.email_address)
        .next()
    {
        return entry.to_json(&instance.invitations, wall);
    }
    if new.notify {
        instance.send_mail(&new.email_address);
    }
    let entry = instance.waitlist_entries.create(new.email_address, false, call.at);
    call.created.push(entry.id().to_owned());
    entry.to_json(&instance.invitations, wall)
}

fn entry_id<'a>(call: &Call<'a>) -> &'a str {
    call.params.get("waitlist_entry_id")
}

/// Returns the entry of the path, unless a batch action has locked it.
fn find_unlocked<'a>(instance: &'a Instance, call: &Call<'_>) -> Result<&'a WaitlistEntry, Refusal> {
    let entry = instance.waitlist_entries.get(entry_id(call)).ok_or_else(not_found)?;
    if entry.is_locked {
        return Err(locked());
    }
    Ok(entry)
}

/// Updates the entry of the path, and returns it as JSON.
fn update(instance: &mut Instance, call: &Call<'_>, update: impl FnOnce(&mut WaitlistEntry)) -> HandlerResult {
    let invitations = &instance.invitations;
    let updated = instance.waitlist_entries.update(entry_id(call), |entry| {
        update(entry);
        entry.to_json(invitations, call.at.wall).into()
    });
    updated.ok_or_else(not_found)
}

fn not_found() -> Refusal {
    Refusal::not_found("No waitlist entry has this id.")
}

fn repeated_address() -> Refusal {
    let error = ErrorItem::for_param(ErrorCode::FormParamDuplicate, "email_address", "occurs more than once");
    Refusal::from_errors(StatusCode::UNPROCESSABLE_ENTITY, vec![error])
}

fn locked() -> Refusal {
    conflict(ErrorCode::WaitlistEntryLocked, "A batch action has locked the entry.")
}

fn already_invited() -> Refusal {
    let code = ErrorCode::WaitlistEntryAlreadyInvited;
    conflict(code, "The entry has already been invited.")
}

fn already_completed() -> Refusal {
    let code = ErrorCode::WaitlistEntryAlreadyCompleted;
    conflict(code, "The person has already signed up.")
}

fn already_rejected() -> Refusal {
    let code = ErrorCode::WaitlistEntryAlreadyRejected;
    conflict(code, "The entry has already been rejected.")
}

fn conflict(code: ErrorCode, hint: &str) -> Refusal {
    Refusal::new(StatusCode::CONFLICT, code, "conflict", hint)
}
