use std::collections::BTreeSet;

use bytes::Bytes;

use crate::fake::body::{Fields, Null, read_array, read_object};
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance};

/// How many people one bulk call takes.
const BULK_MAX: usize = 50;

/// A person to put on the waitlist.
#[derive(Debug)]
struct NewEntry {
    email_address: String,
    notify: bool,
}

/// Answers `CreateWaitlistEntry`: with the entry that is there, if one is.
pub(in crate::fake) fn create(instance: &mut Instance, call: &mut Call<'_>) -> Result<Bytes, Refusal> {
    let fields = read_object(call.request)?;
    let new = read(fields, &instance.config().malformed)?;
    Ok(find_or_make(instance, call, new).into())
}

/// Answers `CreateBulkWaitlistEntries`.
pub(in crate::fake) fn create_bulk(instance: &mut Instance, call: &mut Call<'_>) -> Result<Bytes, Refusal> {
    let people = read_array(call.request, BULK_MAX)?;
    let malformed = &instance.config().malformed;
    let people = people.into_iter().map(|person| read(person, malformed));
    let people: Vec<NewEntry> = people.collect::<Result<_, _>>()?;
    let mut before = BTreeSet::new();
    if !people.iter().all(|new| before.insert(new.email_address.as_str())) {
        return Err(Refusal::repeated_address());
    }
    let count = call.extent.of(people.len());
    let people = people.into_iter().take(count);
    let entries: Vec<String> = people.map(|new| find_or_make(instance, call, new)).collect();
    Ok(format!("[{}]", entries.join(",")).into())
}

fn read(mut fields: Fields, malformed: &BTreeSet<String>) -> Result<NewEntry, Refusal> {
    let email_address = fields.take_address(malformed);
    let notify: Option<bool> = fields.take("notify", Null::Accepted);
    fields.finish()?;
    Ok(NewEntry {
        email_address,
        notify: notify.unwrap_or(true),
    })
}

/// The entry as JSON text.
fn find_or_make(instance: &mut Instance, call: &mut Call<'_>, new: NewEntry) -> String {
    let wall = call.at.wall;
    if let Some(entry) = instance.waitlist_entries.of_address(&new.email_address).next() {
        return entry.shown(&instance.invitations, wall);
    }
    if new.notify {
        instance.mail(&new.email_address);
    }
    let entry = instance.waitlist_entries.make(new.email_address, false, call.at);
    call.created.push(entry.id.clone());
    entry.shown(&instance.invitations, wall)
}
