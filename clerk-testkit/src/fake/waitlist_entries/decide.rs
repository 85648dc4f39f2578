use bytes::Bytes;

use super::WaitlistEntry;
use super::entry::Status;
use crate::fake::body::{Null, read_optional_object};
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance, deleted};
use crate::fake::invitations::{self, NewInvitation};

/// Answers `InviteWaitlistEntry`: the invitation is one to the application, and refused as those are.
pub(in crate::fake) fn invite(instance: &mut Instance, call: &mut Call<'_>) -> Result<Bytes, Refusal> {
    let entry = find(instance, call)?;
    let email_address = entry.email_address.clone();
    let status = entry.status;
    let mut fields = read_optional_object(call.request)?;
    let ignore_existing: Option<bool> = fields.take("ignore_existing", Null::Accepted);
    fields.finish()?;
    let ignore_existing = ignore_existing.unwrap_or(false);
    match status {
        Status::Completed => return Err(Refusal::entry_completed()),
        Status::Invited if !ignore_existing => return Err(Refusal::entry_invited()),
        Status::Invited | Status::Pending | Status::Rejected => {}
    }
    let new = NewInvitation {
        ignore_existing,
        ..NewInvitation::new(email_address)
    };
    let invitation_id = invitations::invite(instance, call, new)?.id.clone();
    change(instance, call, |entry| {
        entry.set_status(Status::Invited, call.at.wall);
        entry.invitation_id = Some(invitation_id);
        entry.invited_at = Some(call.at.wall);
    })
}

/// Answers `RejectWaitlistEntry`. An invitation that came of the entry stays what it is.
pub(in crate::fake) fn reject(instance: &mut Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    match find(instance, call)?.status {
        Status::Completed => return Err(Refusal::entry_completed()),
        Status::Rejected => return Err(Refusal::entry_rejected()),
        Status::Pending | Status::Invited => {}
    }
    change(instance, call, |entry| entry.set_status(Status::Rejected, call.at.wall))
}

/// Answers `DeleteWaitlistEntry`.
pub(in crate::fake) fn delete(instance: &mut Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    match find(instance, call)?.status {
        Status::Completed => return Err(Refusal::entry_completed()),
        Status::Rejected => return Err(Refusal::entry_rejected()),
        Status::Invited => return Err(Refusal::entry_invited()),
        Status::Pending => {}
    }
    instance.waitlist_entries.remove(id(call));
    Ok(deleted("waitlist_entry", id(call)))
}

fn id<'a>(call: &Call<'a>) -> &'a str {
    call.params.get("waitlist_entry_id")
}

/// The entry that the call is for, if nothing else is at work on it.
fn find<'a>(instance: &'a Instance, call: &Call<'_>) -> Result<&'a WaitlistEntry, Refusal> {
    let entry = instance.waitlist_entries.find(id(call)).ok_or_else(not_found)?;
    if entry.is_locked {
        return Err(Refusal::entry_locked());
    }
    Ok(entry)
}

/// Changes the entry that the call is for, and shows it.
fn change(instance: &mut Instance, call: &Call<'_>, change: impl FnOnce(&mut WaitlistEntry)) -> Result<Bytes, Refusal> {
    let entry = instance.waitlist_entries.find_mut(id(call)).ok_or_else(not_found)?;
    change(entry);
    Ok(entry.shown(&instance.invitations, call.at.wall).into())
}

fn not_found() -> Refusal {
    Refusal::not_found("There is no waitlist entry of this id.")
}
