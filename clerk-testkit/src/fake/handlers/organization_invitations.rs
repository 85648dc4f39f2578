use clerk_core::ErrorCode;
use clerk_core::model::Timestamp;
use http::StatusCode;
use serde_json::json;

use super::{BULK_MAX, find_duplicates, organization_roles, organizations, respond, users};
use crate::fake::body::{Fields, Null, read_array, read_object, read_optional_object};
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::instance_config::{InstanceConfig, OrganizationDuplicate, PendingDuplicate};
use crate::fake::list::{List, ListParams, OrderField, Scope, json_array, json_envelope};
use crate::fake::records::{
    ADMIN, EXPIRES_IN_DAYS, NewOrganizationInvitation, Organization, OrganizationInvitation, Resolution, STATUSES,
    User, to_json,
};
use crate::fake::store::{Index, Stored, normalize};

const ORDERS: &[OrderField<OrganizationInvitation>] = &[
    ("created_at", |_, invitation| invitation.state.created_at.into()),
    ("email_address", |_, invitation| {
        invitation.email_address.as_str().into()
    }),
];

/// Carries out `CreateOrganizationInvitation`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    find_organization(instance, call)?;
    let new = read_new(read_object(call.request)?, call.config)?;
    check(instance, std::slice::from_ref(&new), call)?;
    Ok(create_checked(instance, call, new).into())
}

/// Carries out `CreateOrganizationInvitationBulk`, for all of the people or for none.
pub(crate) fn create_bulk(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    find_organization(instance, call)?;
    let people = read_array(call.request, BULK_MAX, |person| read_new(person, call.config))?;
    check(instance, &people, call)?;
    let count = call.extent.apply(people.len());
    let people = people.into_iter().take(count);
    let created = json_array(people.map(|new| create_checked(instance, call, new)));
    Ok(json_envelope(&created, count))
}

/// Carries out `ListOrganizationInvitations`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    find_organization(instance, call)?;
    let address = call.query().get("email_address").map(normalize);
    let scope = Scope::AnyOf(Index::OrganizationId, &[organization_id(call).to_owned()]);
    list_matching(instance, call, &["email_address"], scope, to_json_plain, |invitation| {
        address
            .as_ref()
            .is_none_or(|address| invitation.email_address == *address)
    })
}

/// Carries out `ListPendingOrganizationInvitations`.
pub(crate) fn list_pending(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    find_organization(instance, call)?;
    let scope = Scope::AnyOf(Index::OrganizationId, &[organization_id(call).to_owned()]);
    list_matching(instance, call, &[], scope, to_json_plain, |invitation| {
        invitation.state.is_pending(call.at.wall)
    })
}

/// Carries out `ListInstanceOrganizationInvitations`.
pub(crate) fn list_of_instance(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    organizations::check_enabled(instance)?;
    let part_of_address = call.query().get("query").map(normalize).unwrap_or_default();
    list_matching(
        instance,
        call,
        &["query"],
        Scope::All,
        to_json_with_organization,
        |invitation| invitation.email_address.contains(&part_of_address),
    )
}

/// Carries out `UsersGetOrganizationInvitations`.
pub(crate) fn list_of_user(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let user = users::find(&instance.users, call.params.get("user_id"))?;
    let addresses = user.email_addresses.iter().map(|contact| contact.email_address.clone());
    let addresses: Vec<String> = addresses.collect();
    let scope = Scope::AnyOf(Index::EmailAddress, &addresses);
    list_matching(instance, call, &[], scope, to_json_with_organization, |_| true)
}

fn to_json_plain(_: &Instance, invitation: &OrganizationInvitation, wall: Timestamp) -> String {
    to_json(&invitation.view(wall))
}

fn to_json_with_organization(instance: &Instance, invitation: &OrganizationInvitation, wall: Timestamp) -> String {
    let organization = instance.organizations.get(&invitation.organization_id);
    to_json(&invitation.view_with_organization(organization, wall))
}

/// Carries out `GetOrganizationInvitation`.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    find_organization(instance, call)?;
    let found = instance.organization_invitations.get(call.params.get("invitation_id"));
    let found = found.filter(|invitation| invitation.organization_id == organization_id(call));
    let invitation = found.ok_or_else(not_found)?;
    Ok(to_json(&invitation.view(call.at.wall)).into())
}

/// Carries out `RevokeOrganizationInvitation`.
pub(crate) fn revoke(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    find_organization(instance, call)?;
    let mut fields = read_optional_object(call.request)?;
    let requesting_user_id: Option<String> = fields.take("requesting_user_id", Null::Accepted);
    fields.finish()?;
    if let Some(user_id) = requesting_user_id {
        find_admin(instance, call, &user_id)?;
    }
    let (id, wall) = (call.params.get("invitation_id"), call.at.wall);
    let found = instance.organization_invitations.get(id);
    let found = found.filter(|invitation| invitation.organization_id == organization_id(call));
    if !found.ok_or_else(not_found)?.state.is_pending(wall) {
        return Err(not_pending());
    }
    let revoked = instance.organization_invitations.update(id, |invitation| {
        invitation.state.resolve(Resolution::Revoked, wall);
        respond(&invitation.view(wall))
    });
    revoked.ok_or_else(not_found)
}

fn organization_id<'a>(call: &Call<'a>) -> &'a str {
    call.params.get("organization_id")
}

/// Returns the organization of the path.
fn find_organization<'a>(instance: &'a Instance, call: &Call<'_>) -> Result<&'a Organization, Refusal> {
    organizations::find(instance, organization_id(call))
}

/// Returns the user of an id, who must be an administrator of the organization of the path.
fn find_admin<'a>(instance: &'a Instance, call: &Call<'_>, user_id: &str) -> Result<&'a User, Refusal> {
    let user = users::find(&instance.users, user_id)?;
    match instance.role_in(organization_id(call), user) {
        Some(ADMIN) => Ok(user),
        Some(_) => Err(permission_missing()),
        None => Err(not_a_member()),
    }
}

/// Reads the fields of one person. Every field that is not required accepts `null`.
fn read_new(mut fields: Fields, config: &InstanceConfig) -> Result<NewOrganizationInvitation, Refusal> {
    let email_address = fields.take_address(&config.malformed);
    let role: Option<String> = fields.take_required("role");
    let inviter_id: Option<String> = fields.take("inviter_user_id", Null::Accepted);
    let public_metadata = fields.take_metadata("public_metadata", Null::Accepted, config.metadata_limit);
    let private_metadata = fields.take_metadata("private_metadata", Null::Accepted, config.metadata_limit);
    let redirect_url = fields.take_redirect_url(Null::Accepted);
    let notify: Option<bool> = fields.take("notify", Null::Accepted);
    let expires_in_days = fields.take_expires_in_days();
    fields.finish()?;
    Ok(NewOrganizationInvitation {
        email_address,
        role: role.unwrap_or_default(),
        inviter_id,
        public_metadata: public_metadata.unwrap_or_default(),
        private_metadata: private_metadata.unwrap_or_default(),
        redirect_url,
        notify: notify.unwrap_or(true),
        expires_in_days: expires_in_days.unwrap_or(EXPIRES_IN_DAYS),
    })
}

/// Refuses all of `people` if the instance or the organization refuses one of them.
fn check(instance: &Instance, people: &[NewOrganizationInvitation], call: &Call<'_>) -> Result<(), Refusal> {
    let organization = find_organization(instance, call)?;
    for new in people {
        organization_roles::check_exists(instance, &new.role)?;
        if let Some(inviter_id) = &new.inviter_id {
            find_admin(instance, call, inviter_id)?;
        }
    }
    let addresses = || people.iter().map(|new| new.email_address.as_str());
    instance.check_access(addresses(), call.at.wall)?;
    let is_member = |address| {
        let user = instance.users.find(address);
        user.is_some_and(|user| instance.role_in(organization_id(call), user).is_some())
    };
    if addresses().any(is_member) {
        return Err(already_a_member());
    }
    let (invitations, wall) = (&instance.organization_invitations, call.at.wall);
    let refuses_pending = call.config.pending_duplicate == PendingDuplicate::Refused;
    let duplicates = find_duplicates(addresses().map(|address| (address, false)), |address| {
        refuses_pending && invitations.has_pending(organization_id(call), address, wall)
    });
    if !duplicates.is_empty() {
        return Err(match call.config.organization_duplicate {
            OrganizationDuplicate::NotUnique => not_unique(),
            OrganizationDuplicate::DuplicateRecord => Refusal::duplicate(&duplicates),
        });
    }
    if instance.has_room_for(organization, people.len(), wall) {
        Ok(())
    } else {
        Err(membership_quota_exceeded())
    }
}

/// Creates an invitation that passed the check, and returns it as JSON.
fn create_checked(instance: &mut Instance, call: &mut Call<'_>, new: NewOrganizationInvitation) -> String {
    if new.notify {
        instance.send_mail(&new.email_address);
    }
    let inviter = new.inviter_id.as_ref().and_then(|id| instance.users.get(id));
    let invitations = &mut instance.organization_invitations;
    let invitation = invitations.create(organization_id(call), new, inviter, call.at);
    call.created.push(invitation.id().to_owned());
    to_json(&invitation.view(call.at.wall))
}

/// Returns the page of the invitations in `scope` for which `matches` holds.
fn list_matching(
    instance: &Instance,
    call: &Call<'_>,
    filters: &'static [&'static str],
    scope: Scope<'_>,
    to_json: fn(&Instance, &OrganizationInvitation, Timestamp) -> String,
    matches: impl Fn(&OrganizationInvitation) -> bool,
) -> HandlerResult {
    let params = ListParams {
        filters,
        statuses: &STATUSES,
        orders: ORDERS,
    };
    let query = call.query();
    let list = List::read(&query, &params, Vec::new())?;
    let wall = call.at.wall;
    let page = list.page(
        instance,
        call,
        &instance.organization_invitations,
        scope,
        |invitation| list.includes_status(invitation.state.status(wall)) && matches(invitation),
    );
    Ok(page.envelope(|invitation| to_json(instance, invitation, wall)))
}

fn not_found() -> Refusal {
    Refusal::not_found("The organization has no invitation with this id.")
}

/// Does not name the address, because Clerk does not.
pub(super) fn already_a_member() -> Refusal {
    let code = ErrorCode::AlreadyAMemberInOrganization;
    let hint = "A member of the organization already has one of these addresses.";
    Refusal::new(StatusCode::BAD_REQUEST, code, "already a member", hint)
}

fn not_unique() -> Refusal {
    let code = ErrorCode::OrganizationInvitationNotUnique;
    let hint = "An invitation to the organization is already pending for one of these addresses.";
    Refusal::new(StatusCode::BAD_REQUEST, code, "duplicate invitation", hint)
}

pub(super) fn not_a_member() -> Refusal {
    let code = ErrorCode::NotAMemberInOrganization;
    let hint = "The user is not a member of the organization.";
    Refusal::new(StatusCode::FORBIDDEN, code, "not a member", hint)
}

fn permission_missing() -> Refusal {
    let code = ErrorCode::from("missing_organization_permission");
    let hint = "The user is not an administrator of the organization.";
    Refusal::new(StatusCode::FORBIDDEN, code, "missing permission", hint)
        .with_meta(json!({ "permissions": ["org:sys_memberships:manage"] }))
}

pub(super) fn membership_quota_exceeded() -> Refusal {
    let code = ErrorCode::OrganizationMembershipQuotaExceeded;
    let hint = "Members and pending invitations together would exceed the limit of the organization.";
    Refusal::new(StatusCode::FORBIDDEN, code, "organization full", hint)
}

fn not_pending() -> Refusal {
    let code = ErrorCode::OrganizationInvitationNotPending;
    Refusal::new(
        StatusCode::NOT_FOUND,
        code,
        "not pending",
        "The invitation is not pending.",
    )
}
