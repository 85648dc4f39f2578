use bytes::Bytes;
use clerk_core::model::Timestamp;

use super::OrganizationInvitation;
use super::invitation::Shown;
use crate::fake::address::identity;
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance, json};
use crate::fake::lifecycle::STATUSES;
use crate::fake::list::{Order, OrderField, Paging, read_statuses};

const ORDER_FIELDS: [OrderField<OrganizationInvitation>; 2] = [
    ("created_at", |a, b| a.life.created_at.cmp(&b.life.created_at)),
    ("email_address", |a, b| a.email_address.cmp(&b.email_address)),
];

/// Answers `ListOrganizationInvitations`.
pub(in crate::fake) fn list(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let organization_id = call.organization(instance)?;
    let address = call.query().get("email_address").map(identity);
    answer(instance, call, OrganizationInvitation::shown, |invitation| {
        invitation.organization_id == organization_id
            && address
                .as_ref()
                .is_none_or(|address| invitation.email_address == *address)
    })
}

/// Answers `ListPendingOrganizationInvitations`.
pub(in crate::fake) fn list_pending(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let organization_id = call.organization(instance)?;
    answer(instance, call, OrganizationInvitation::shown, |invitation| {
        invitation.organization_id == organization_id && invitation.life.is_pending(call.at.wall)
    })
}

/// Answers `ListInstanceOrganizationInvitations`.
pub(in crate::fake) fn list_of_instance(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let text = call.query().get("query").map(identity).unwrap_or_default();
    let show = OrganizationInvitation::shown_with_organization;
    answer(instance, call, show, |invitation| {
        invitation.email_address.contains(&text)
    })
}

/// Answers `UsersGetOrganizationInvitations`.
pub(in crate::fake) fn list_of_user(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let user = instance.users.get(call.params.get("user_id"))?;
    let show = OrganizationInvitation::shown_with_organization;
    answer(instance, call, show, |invitation| {
        invitation.email_address == user.email_address
    })
}

/// The page that is asked for of those that `fits` holds for.
fn answer(
    instance: &Instance,
    call: &Call<'_>,
    show: fn(&OrganizationInvitation, Timestamp) -> Shown<'_>,
    fits: impl Fn(&OrganizationInvitation) -> bool,
) -> Result<Bytes, Refusal> {
    let query = call.query();
    let mut errors = Vec::new();
    let statuses = read_statuses(&query, &STATUSES, &mut errors);
    let order = Order::read(&query, &ORDER_FIELDS, &mut errors);
    let paging = Paging::read(&query, &mut errors);
    Refusal::if_any(errors)?;
    let wall = call.at.wall;
    let mut found: Vec<&OrganizationInvitation> = instance
        .organization_invitations
        .iter()
        .filter(|invitation| instance.is_listed(invitation.life.made_at, call))
        .filter(|invitation| statuses.is_empty() || statuses.contains(&invitation.life.status(wall)))
        .filter(|invitation| fits(invitation))
        .collect();
    order.sort(&mut found);
    Ok(paging.enveloped(&found, |invitation| json(&show(invitation, wall))))
}
