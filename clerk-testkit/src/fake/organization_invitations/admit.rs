use std::collections::BTreeSet;

use super::CreateOrganizationInvitation;
use crate::fake::address::each_once;
use crate::fake::config::OrganizationDuplicate;
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance};
use crate::fake::organizations::ADMIN;
use crate::fake::users::User;

/// Refuses all of these if the instance or the organization refuses one.
pub(super) fn admit(
    instance: &Instance,
    organization_id: &str,
    people: &[CreateOrganizationInvitation],
    call: &Call<'_>,
) -> Result<(), Refusal> {
    let organization = instance.organizations.find(organization_id)?;
    for new in people {
        if !instance.organizations.has_role(&new.role) {
            return Err(Refusal::role_not_found());
        }
        if let Some(inviter) = &new.inviter_id {
            administrator(instance, organization_id, inviter)?;
        }
    }
    instance.let_in(people.iter().map(address))?;
    if people
        .iter()
        .any(|new| organization.role_of(&new.email_address).is_some())
    {
        return Err(Refusal::already_a_member());
    }
    refuse_duplicates(instance, organization_id, people, call)?;
    let pending = instance
        .organization_invitations
        .count_pending(organization_id, call.at.wall);
    if organization.has_room_for(pending + people.len()) {
        Ok(())
    } else {
        Err(Refusal::membership_quota_exceeded())
    }
}

fn refuse_duplicates(
    instance: &Instance,
    organization_id: &str,
    people: &[CreateOrganizationInvitation],
    call: &Call<'_>,
) -> Result<(), Refusal> {
    let mut before = BTreeSet::new();
    let invitations = &instance.organization_invitations;
    let duplicates = people
        .iter()
        .map(address)
        .filter(|address| !before.insert(*address) || invitations.has_pending(organization_id, address, call.at.wall));
    let duplicates = each_once(duplicates);
    if duplicates.is_empty() {
        return Ok(());
    }
    Err(match instance.config().organization_duplicate {
        OrganizationDuplicate::NotUnique => Refusal::not_unique(),
        OrganizationDuplicate::DuplicateRecord => Refusal::duplicate(&duplicates),
    })
}

fn address(new: &CreateOrganizationInvitation) -> &str {
    &new.email_address
}

/// The user of this id, who has to be an administrator of the organization.
pub(super) fn administrator<'a>(
    instance: &'a Instance,
    organization_id: &str,
    user_id: &str,
) -> Result<&'a User, Refusal> {
    let organization = instance.organizations.find(organization_id)?;
    let user = instance.users.get(user_id)?;
    match organization.role_of(&user.email_address) {
        Some(ADMIN) => Ok(user),
        Some(_) => Err(Refusal::permission_missing()),
        None => Err(Refusal::not_a_member()),
    }
}
