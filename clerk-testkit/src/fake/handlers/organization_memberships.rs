use clerk_core::ErrorCode;
use http::StatusCode;

use super::organization_invitations::{already_a_member, membership_quota_exceeded};
use super::users::Filter;
use super::{organization_roles, organizations, users};
use crate::fake::body::{Null, read_object};
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::list::{List, ListParams, OrderField, OrderKey, Scope};
use crate::fake::metadata::merge;
use crate::fake::records::{ADMIN, Grant, OrganizationMembership, User};
use crate::fake::store::{Index, Stored};

const ORGANIZATION_ID: &str = "organization_id";
const USER_ID: &str = "user_id";
const ROLE: &str = "role";

const ORDERS: &[OrderField<OrganizationMembership>] = &[
    ("created_at", |_, membership| membership.created_at.into()),
    ("email_address", |instance, membership| {
        of_user(instance, membership, User::primary_email_address)
    }),
    ("phone_number", |instance, membership| {
        of_user(instance, membership, |user| {
            user.phone_numbers.first().map(|contact| contact.phone_number.as_str())
        })
    }),
    ("first_name", |instance, membership| {
        of_user(instance, membership, |user| user.first_name.as_deref())
    }),
    ("last_name", |instance, membership| {
        of_user(instance, membership, |user| user.last_name.as_deref())
    }),
    ("username", |instance, membership| {
        of_user(instance, membership, |user| user.username.as_deref())
    }),
];

/// Returns a field of the member.
fn of_user(instance: &Instance, membership: &OrganizationMembership, field: fn(&User) -> Option<&str>) -> OrderKey {
    instance.users.get(&membership.user_id).and_then(field).into()
}

/// Carries out `ListOrganizationMemberships`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let organization_id = organizations::find(instance, call.params.get(ORGANIZATION_ID))?.id();
    let query = call.query();
    let mut errors = Vec::new();
    let filter = Filter::read(&query, &mut errors);
    let params = ListParams {
        filters: Filter::OF_MEMBERS,
        statuses: &[],
        orders: ORDERS,
    };
    let list = List::read(&query, &params, errors)?;
    let roles = query.texts(ROLE);
    let scope = Scope::AnyOf(Index::OrganizationId, &[organization_id.to_owned()]);
    let page = list.page(
        instance,
        call,
        &instance.organization_memberships,
        scope,
        |membership| {
            (roles.is_empty() || roles.contains(&membership.role))
                && filter.includes_creation(membership.created_at)
                && instance
                    .users
                    .get(&membership.user_id)
                    .is_some_and(|user| filter.identifies(instance, user))
        },
    );
    Ok(page.envelope(|membership| instance.membership_json(membership)))
}

/// Carries out `InstanceGetOrganizationMemberships`.
pub(crate) fn list_of_instance(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    organizations::check_enabled(instance)?;
    list_in(instance, call, ORDERS, Scope::All)
}

/// Carries out `UsersGetOrganizationMemberships`.
pub(crate) fn list_of_user(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let user = users::find(&instance.users, call.params.get(USER_ID))?;
    let scope = Scope::AnyOf(Index::UserId, &[user.id().to_owned()]);
    list_in(instance, call, &[], scope)
}

fn list_in(
    instance: &Instance,
    call: &Call<'_>,
    orders: &'static [OrderField<OrganizationMembership>],
    scope: Scope<'_>,
) -> HandlerResult {
    let params = ListParams {
        filters: &[],
        statuses: &[],
        orders,
    };
    let query = call.query();
    let list = List::read(&query, &params, Vec::new())?;
    let page = list.page(instance, call, &instance.organization_memberships, scope, |_| true);
    Ok(page.envelope(|membership| instance.membership_json(membership)))
}

/// Carries out `CreateOrganizationMembership`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let organization = organizations::find(instance, call.params.get(ORGANIZATION_ID))?;
    let organization_id = organization.id().to_owned();
    let limit = call.config.metadata_limit;
    let mut fields = read_object(call.request)?;
    let user_id: Option<String> = fields.take_required(USER_ID);
    let role: Option<String> = fields.take_required(ROLE);
    let public_metadata = fields.take_metadata("public_metadata", Null::Accepted, limit);
    let private_metadata = fields.take_metadata("private_metadata", Null::Accepted, limit);
    fields.finish()?;
    let (user_id, role) = (user_id.unwrap_or_default(), role.unwrap_or_default());
    let user = users::find(&instance.users, &user_id)?;
    organization_roles::check_exists(instance, &role)?;
    if instance.role_in(&organization_id, user).is_some() {
        return Err(already_a_member());
    }
    if !instance.has_room_for(organization, 1, call.at.wall) {
        return Err(membership_quota_exceeded());
    }
    let grant = Grant {
        role,
        public_metadata: public_metadata.unwrap_or_default(),
        private_metadata: private_metadata.unwrap_or_default(),
    };
    let memberships = &mut instance.organization_memberships;
    let created = memberships.create(&organization_id, &user_id, grant, call.at.wall);
    let id = created.ok_or_else(already_a_member)?;
    let body = show(instance, &id);
    call.created.push(id);
    body
}

/// Carries out `UpdateOrganizationMembership`.
pub(crate) fn update(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = find(instance, call)?.id().to_owned();
    let mut fields = read_object(call.request)?;
    let role: Option<String> = fields.take_required(ROLE);
    fields.finish()?;
    let role = role.unwrap_or_default();
    organization_roles::check_exists(instance, &role)?;
    if role != ADMIN {
        check_other_administrator(instance, find(instance, call)?)?;
    }
    change(instance, call, &id, |membership| membership.role = role)
}

/// Carries out `UpdateOrganizationMembershipMetadata`.
pub(crate) fn merge_metadata(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = find(instance, call)?.id().to_owned();
    let mut fields = read_object(call.request)?;
    let limit = call.config.metadata_limit;
    let public = fields.take_metadata("public_metadata", Null::Refused, limit);
    let private = fields.take_metadata("private_metadata", Null::Refused, limit);
    fields.finish()?;
    change(instance, call, &id, |membership| {
        if let Some(new) = public {
            membership.public_metadata = merge(&membership.public_metadata, &new);
        }
        if let Some(new) = private {
            membership.private_metadata = merge(&membership.private_metadata, &new);
        }
    })
}

/// Carries out `DeleteOrganizationMembership`, whose response is the membership.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let membership = find(instance, call)?;
    check_other_administrator(instance, membership)?;
    let (id, body) = (membership.id().to_owned(), instance.membership_json(membership));
    instance.organization_memberships.remove(&id);
    Ok(body.into())
}

fn change(
    instance: &mut Instance,
    call: &Call<'_>,
    id: &str,
    change: impl FnOnce(&mut OrganizationMembership),
) -> HandlerResult {
    instance.organization_memberships.update(id, |membership| {
        change(membership);
        membership.updated_at = call.at.wall;
    });
    show(instance, id)
}

/// Returns the membership of the path.
fn find<'a>(instance: &'a Instance, call: &Call<'_>) -> Result<&'a OrganizationMembership, Refusal> {
    let organization = organizations::find(instance, call.params.get(ORGANIZATION_ID))?;
    let memberships = &instance.organization_memberships;
    memberships
        .find(organization.id(), call.params.get(USER_ID))
        .ok_or_else(not_found)
}

fn show(instance: &Instance, id: &str) -> HandlerResult {
    let membership = instance.organization_memberships.get(id).ok_or_else(not_found)?;
    Ok(instance.membership_json(membership).into())
}

/// Refuses to take the role from the last administrator.
fn check_other_administrator(instance: &Instance, membership: &OrganizationMembership) -> Result<(), Refusal> {
    let memberships = &instance.organization_memberships;
    let mut others = memberships.by(Index::OrganizationId, &membership.organization_id);
    if membership.role != ADMIN || others.any(|other| other.id() != membership.id() && other.role == ADMIN) {
        return Ok(());
    }
    let code = ErrorCode::from("organization_minimum_permissions_needed");
    let hint = "The organization would have no administrator.";
    Err(Refusal::new(StatusCode::BAD_REQUEST, code, "last administrator", hint))
}

fn not_found() -> Refusal {
    Refusal::not_found("The user is not a member of the organization.")
}
