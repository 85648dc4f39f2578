use bytes::Bytes;

use super::admit::{administrator, admit};
use super::invitation::Inviter;
use super::{CreateOrganizationInvitation, request};
use crate::fake::body::{read_array, read_object};
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance, json};
use crate::fake::kept::Kept;

/// How many people one bulk call takes.
const BULK_MAX: usize = 10;

/// Answers `CreateOrganizationInvitation`.
pub(in crate::fake) fn create(instance: &mut Instance, call: &mut Call<'_>) -> Result<Bytes, Refusal> {
    let organization_id = call.organization(instance)?;
    let fields = read_object(call.request)?;
    let new = request::read(fields, &instance.config().malformed)?;
    admit(instance, organization_id, std::slice::from_ref(&new), call)?;
    Ok(make(instance, organization_id, call, new)?.into())
}

/// Answers `CreateOrganizationInvitationBulk`: for all of the people or for none.
pub(in crate::fake) fn create_bulk(instance: &mut Instance, call: &mut Call<'_>) -> Result<Bytes, Refusal> {
    let organization_id = call.organization(instance)?;
    let people = read_array(call.request, BULK_MAX)?;
    let malformed = &instance.config().malformed;
    let people = people.into_iter().map(|person| request::read(person, malformed));
    let people: Vec<CreateOrganizationInvitation> = people.collect::<Result<_, _>>()?;
    admit(instance, organization_id, &people, call)?;
    let count = call.extent.of(people.len());
    let made = people
        .into_iter()
        .take(count)
        .map(|new| make(instance, organization_id, call, new))
        .collect::<Result<Vec<_>, _>>()?;
    let data = made.join(",");
    Ok(format!(r#"{{"data":[{data}],"total_count":{count}}}"#).into())
}

/// Makes the invitation, as JSON text.
fn make(
    instance: &mut Instance,
    organization_id: &str,
    call: &mut Call<'_>,
    new: CreateOrganizationInvitation,
) -> Result<String, Refusal> {
    let inviter = match &new.inviter_id {
        Some(user_id) => Some(Inviter::from(administrator(instance, organization_id, user_id)?)),
        None => None,
    };
    if new.notify {
        instance.mail(&new.email_address);
    }
    let invitations = &mut instance.organization_invitations;
    let invitation = invitations.make(organization_id, new, inviter, call.at);
    call.created.push(invitation.id().to_owned());
    Ok(json(&invitation.shown(call.at.wall)))
}
