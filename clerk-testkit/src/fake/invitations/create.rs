use bytes::Bytes;

use super::admit::admit;
use super::{Invitation, NewInvitation, request};
use crate::fake::body::{Null, read_array, read_object};
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance, json};

/// How many people one bulk call takes.
const BULK_MAX: usize = 10;

/// Answers `CreateInvitation`.
pub(in crate::fake) fn create(instance: &mut Instance, call: &mut Call<'_>) -> Result<Bytes, Refusal> {
    let fields = read_object(call.request)?;
    let new = request::read(fields, Null::Refused, &instance.config().malformed)?;
    let invitation = invite(instance, call, new)?;
    Ok(json(&invitation.shown(call.at.wall)).into())
}

/// Answers `CreateBulkInvitations`: for all of the people or for none.
pub(in crate::fake) fn create_bulk(instance: &mut Instance, call: &mut Call<'_>) -> Result<Bytes, Refusal> {
    let people = read_array(call.request, BULK_MAX)?;
    let malformed = &instance.config().malformed;
    let people = people
        .into_iter()
        .map(|person| request::read(person, Null::Accepted, malformed));
    let people: Vec<NewInvitation> = people.collect::<Result<_, _>>()?;
    admit(instance, &people, call.at.wall)?;
    let count = call.extent.of(people.len());
    let made = people.into_iter().take(count).map(|new| {
        let invitation = make(instance, call, new);
        json(&invitation.shown(call.at.wall))
    });
    Ok(format!("[{}]", made.collect::<Vec<_>>().join(",")).into())
}

/// Invites one person, unless the instance refuses.
pub(in crate::fake) fn invite<'a>(
    instance: &'a mut Instance,
    call: &mut Call<'_>,
    new: NewInvitation,
) -> Result<&'a Invitation, Refusal> {
    admit(instance, std::slice::from_ref(&new), call.at.wall)?;
    Ok(make(instance, call, new))
}

fn make<'a>(instance: &'a mut Instance, call: &mut Call<'_>, new: NewInvitation) -> &'a Invitation {
    if new.notify {
        instance.mail(&new.email_address);
    }
    let invitation = instance.invitations.make(new, call.at);
    call.created.push(invitation.id.clone());
    invitation
}
