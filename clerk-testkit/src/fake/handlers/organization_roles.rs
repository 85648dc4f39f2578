use bytes::Bytes;
use clerk_core::ErrorCode;
use http::StatusCode;

use super::{deleted, respond};
use crate::fake::body::{Null, read_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::list::{List, ListParams, Scope};
use crate::fake::query::contains;
use crate::fake::records::{Permission, Role, to_json};
use crate::fake::store::{Index, Stored};

const ROLE_ID: &str = "organization_role_id";
const PERMISSION_ID: &str = "permission_id";
const KEY: &str = "key";

const LIST_PARAMS: ListParams<Role> = ListParams {
    filters: &["query"],
    statuses: &[],
    orders: &[
        ("created_at", |_, role| role.created_at.into()),
        ("name", |_, role| role.name.as_str().into()),
        ("key", |_, role| role.key.as_str().into()),
    ],
};

/// Carries out `ListOrganizationRoles`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let query = call.query();
    let list = List::read(&query, &LIST_PARAMS, Vec::new())?;
    let text = query.get("query").map(str::trim);
    let page = list.page(instance, call, &instance.roles, Scope::All, |role| {
        text.is_none_or(|text| role.id() == text || contains(&role.name, text) || contains(&role.key, text))
    });
    Ok(page.envelope(|role| to_json(&role.view(&instance.permissions))))
}

/// Carries out `GetOrganizationRole`.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    Ok(show(instance, find(instance, call)?))
}

/// Carries out `CreateOrganizationRole`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let mut fields = read_object(call.request)?;
    let name: Option<String> = fields.take_required("name");
    let key: Option<String> = fields.take_required(KEY);
    let description: Option<String> = fields.take("description", Null::Accepted);
    let permissions: Option<Vec<String>> = fields.take("permissions", Null::Accepted);
    let _: Option<bool> = fields.take("include_in_initial_role_set", Null::Accepted);
    if key.as_deref().is_some_and(|key| !is_role_key(key)) {
        fields.refuse(ErrorItem::param_format_invalid(KEY));
    }
    fields.finish()?;
    let (name, key) = (name.unwrap_or_default(), key.unwrap_or_default());
    check_free(instance, &key, None)?;
    let permissions = permissions.unwrap_or_default();
    check_permissions(instance, &permissions)?;
    let role = instance
        .roles
        .create(&key, &name, description, permissions, call.at.wall);
    call.created.push(role.id().to_owned());
    Ok(respond(&role.view(&instance.permissions)))
}

/// Carries out `UpdateOrganizationRole`.
pub(crate) fn update(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let role = find(instance, call)?;
    let (id, old_key) = (role.id().to_owned(), role.key.clone());
    let mut fields = read_object(call.request)?;
    let name: Option<String> = fields.take("name", Null::Accepted);
    let key: Option<String> = fields.take(KEY, Null::Accepted);
    let description: Option<Option<String>> = fields.take_nullable("description");
    let permissions: Option<Vec<String>> = fields.take("permissions", Null::Accepted);
    if key.as_deref().is_some_and(|key| !is_role_key(key)) {
        fields.refuse(ErrorItem::param_format_invalid(KEY));
    }
    fields.finish()?;
    if let Some(key) = &key {
        check_free(instance, key, Some(&id))?;
    }
    check_permissions(instance, permissions.as_deref().unwrap_or_default())?;
    if let Some(key) = &key {
        instance.rename_role(&old_key, key);
    }
    change(instance, call, &id, |role| {
        if let Some(name) = name {
            role.name = name;
        }
        if let Some(key) = key {
            role.key = key;
        }
        if let Some(description) = description {
            role.description = description;
        }
        if let Some(permissions) = permissions {
            role.permissions = permissions;
        }
    })
}

/// Carries out `DeleteOrganizationRole`.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let role = find(instance, call)?;
    let (id, key) = (role.id().to_owned(), role.key.clone());
    let settings = &instance.settings.organizations;
    let mut members = instance.organization_memberships.iter();
    let mut invitations = instance.organization_invitations.iter();
    let refusal = if key == settings.creator_role {
        Some((
            "organization_role_default_creator_role",
            "Creators of organizations get the role.",
        ))
    } else if key == settings.domains_default_role {
        Some((
            "organization_role_domain_default_role",
            "Users of a domain get the role.",
        ))
    } else if members.any(|(_, membership)| membership.role == key) {
        Some(("organization_role_assigned_members", "Members have the role."))
    } else if invitations.any(|(_, new)| new.role == key && new.state.is_pending(call.at.wall)) {
        Some((
            "organization_role_exists_in_invitations",
            "Pending invitations give the role.",
        ))
    } else {
        None
    };
    if let Some((code, hint)) = refusal {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Refusal::new(status, ErrorCode::from(code), "role in use", hint));
    }
    instance.roles.remove(&id);
    Ok(deleted("role", &id))
}

/// Carries out `AssignPermissionToOrganizationRole`.
pub(crate) fn assign_permission(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let (id, permission_id, is_assigned) = find_assignment(instance, call)?;
    if is_assigned {
        let code = ErrorCode::from("organization_role_permission_association_exists");
        let hint = "The role has the permission.";
        return Err(Refusal::new(StatusCode::CONFLICT, code, "assigned", hint));
    }
    change(instance, call, &id, |role| role.permissions.push(permission_id))
}

/// Carries out `RemovePermissionFromOrganizationRole`.
pub(crate) fn remove_permission(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let (id, permission_id, is_assigned) = find_assignment(instance, call)?;
    if !is_assigned {
        let code = ErrorCode::from("organization_role_permission_association_not_found");
        let hint = "The role does not have the permission.";
        return Err(Refusal::new(StatusCode::NOT_FOUND, code, "not assigned", hint));
    }
    change(instance, call, &id, |role| {
        role.permissions.retain(|id| *id != permission_id);
    })
}

/// Returns the ids of the role and the permission of the path, and whether the role has the permission.
fn find_assignment(instance: &Instance, call: &Call<'_>) -> Result<(String, String, bool), Refusal> {
    let role = find(instance, call)?;
    let id = call.params.get(PERMISSION_ID);
    check_permissions(instance, &[id.to_owned()])?;
    let is_assigned = role.permissions.iter().any(|known| known == id);
    Ok((role.id().to_owned(), id.to_owned(), is_assigned))
}

fn change(instance: &mut Instance, call: &Call<'_>, id: &str, change: impl FnOnce(&mut Role)) -> HandlerResult {
    let permissions = &instance.permissions;
    let changed = instance.roles.update(id, |role| {
        change(role);
        role.updated_at = call.at.wall;
        respond(&role.view(permissions))
    });
    changed.ok_or_else(not_found)
}

fn show(instance: &Instance, role: &Role) -> Bytes {
    respond(&role.view(&instance.permissions))
}

fn find<'a>(instance: &'a Instance, call: &Call<'_>) -> Result<&'a Role, Refusal> {
    instance.roles.get(call.params.get(ROLE_ID)).ok_or_else(not_found)
}

/// Refuses a role that the instance does not have.
pub(super) fn check_exists(instance: &Instance, key: &str) -> Result<(), Refusal> {
    if instance.roles.find(key).is_some() {
        return Ok(());
    }
    let error = ErrorItem::for_param(ErrorCode::ResourceNotFound, "role", "is not a role of the instance");
    Err(Refusal::from_errors(StatusCode::NOT_FOUND, vec![error]))
}

fn check_free(instance: &Instance, key: &str, own_id: Option<&str>) -> Result<(), Refusal> {
    let mut others = instance.roles.by(Index::Key, key);
    if others.any(|role| Some(role.id()) != own_id) {
        return Refusal::if_any(vec![ErrorItem::identifier_exists(KEY)]);
    }
    Ok(())
}

fn check_permissions(instance: &Instance, ids: &[String]) -> Result<(), Refusal> {
    let found: Option<Vec<&Permission>> = ids.iter().map(|id| instance.permissions.get(id)).collect();
    found
        .map(drop)
        .ok_or_else(|| Refusal::not_found("No permission has this id."))
}

/// Whether the text is `org:` and lowercase letters, digits or underscores.
fn is_role_key(key: &str) -> bool {
    key.strip_prefix("org:").is_some_and(is_segment)
}

pub(super) fn is_segment(text: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !text.is_empty() && text.bytes().all(is_valid)
}

fn not_found() -> Refusal {
    Refusal::not_found("No role has this id.")
}
