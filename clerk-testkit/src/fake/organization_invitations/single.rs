use bytes::Bytes;

use super::OrganizationInvitation;
use super::admit::administrator;
use crate::fake::body::{Null, read_optional_object};
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance, json};
use crate::fake::lifecycle::Fate;

/// Answers `GetOrganizationInvitation`.
pub(in crate::fake) fn get(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let organization_id = call.organization(instance)?;
    let found = instance.organization_invitations.find(call.params.get("invitation_id"));
    let found = found.filter(|invitation| invitation.organization_id == organization_id);
    let invitation = found.ok_or_else(not_found)?;
    Ok(json(&invitation.shown(call.at.wall)).into())
}

/// Answers `RevokeOrganizationInvitation`.
pub(in crate::fake) fn revoke(instance: &mut Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let organization_id = call.organization(instance)?;
    let mut fields = read_optional_object(call.request)?;
    let requesting_user_id: Option<String> = fields.take("requesting_user_id", Null::Accepted);
    fields.finish()?;
    if let Some(user_id) = requesting_user_id {
        administrator(instance, organization_id, &user_id)?;
    }
    let found = instance
        .organization_invitations
        .find_mut(call.params.get("invitation_id"));
    let found = found.filter(|invitation| invitation.organization_id == organization_id);
    let invitation: &mut OrganizationInvitation = found.ok_or_else(not_found)?;
    if !invitation.life.is_pending(call.at.wall) {
        return Err(Refusal::not_pending());
    }
    invitation.life.meet(Fate::Revoked, call.at.wall);
    Ok(json(&invitation.shown(call.at.wall)).into())
}

fn not_found() -> Refusal {
    Refusal::not_found("The organization has no invitation of this id.")
}
