use super::{organizations, users};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::list::{List, ListParams};
use crate::fake::records::Membership;
use crate::fake::store::normalize;

const FILTERS: [&str; 2] = ["email_address", "role"];

const LIST_PARAMS: ListParams<Membership> = ListParams {
    filters: &FILTERS,
    statuses: &[],
    orders: &[
        ("created_at", |a, b| a.created_at.cmp(&b.created_at)),
        ("email_address", |a, b| a.email_address.cmp(&b.email_address)),
    ],
    orders_not_simulated: &["phone_number", "first_name", "last_name", "username"],
};

const LIST_PARAMS_OF_USER: ListParams<Membership> = ListParams {
    filters: &[],
    ..LIST_PARAMS
};

/// Carries out `ListOrganizationMemberships`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let organization = organizations::find(instance, call.params.get("organization_id"))?;
    let query = call.query();
    let addresses: Vec<String> = query.all("email_address").map(normalize).collect();
    let roles: Vec<&str> = query.all("role").collect();
    list_matching(instance, call, &LIST_PARAMS, |membership| {
        membership.organization_id == organization.id()
            && (addresses.is_empty() || addresses.contains(&membership.email_address))
            && (roles.is_empty() || roles.contains(&membership.role.as_str()))
    })
}

/// Carries out `UsersGetOrganizationMemberships`.
pub(crate) fn list_of_user(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let user = users::find(&instance.users, call.params.get("user_id"))?;
    list_matching(instance, call, &LIST_PARAMS_OF_USER, |membership| {
        membership.email_address == user.email_address
    })
}

fn list_matching(
    instance: &Instance,
    call: &Call<'_>,
    params: &ListParams<Membership>,
    matches: impl Fn(&Membership) -> bool,
) -> HandlerResult {
    let query = call.query();
    let list = List::read(&query, params, Vec::new())?;
    let found = instance.memberships.iter().filter(|membership| matches(membership));
    Ok(list
        .page(found)
        .envelope(|membership| instance.membership_json(membership)))
}
