use clerk_core::ErrorCode;
use http::StatusCode;

use super::organization_roles::is_segment;
use super::{deleted, respond};
use crate::fake::body::{Fields, Null, read_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::list::{List, ListParams, Scope};
use crate::fake::query::contains;
use crate::fake::records::{Permission, to_json};
use crate::fake::store::{Index, Stored};

const PERMISSION_ID: &str = "permission_id";
const KEY: &str = "key";

const LIST_PARAMS: ListParams<Permission> = ListParams {
    filters: &["query"],
    statuses: &[],
    orders: &[
        ("created_at", |_, permission| permission.created_at.into()),
        ("name", |_, permission| permission.name.as_str().into()),
        ("key", |_, permission| permission.key.as_str().into()),
    ],
};

/// Carries out `ListOrganizationPermissions`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let query = call.query();
    let list = List::read(&query, &LIST_PARAMS, Vec::new())?;
    let text = query.get("query").map(str::trim);
    let page = list.page(instance, call, &instance.permissions, Scope::All, |permission| {
        text.is_none_or(|text| {
            permission.id() == text || contains(&permission.name, text) || contains(&permission.key, text)
        })
    });
    Ok(page.envelope(to_json))
}

/// Carries out `GetOrganizationPermission`.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    Ok(respond(find(instance, call)?))
}

/// Carries out `CreateOrganizationPermission`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let mut fields = read_object(call.request)?;
    let name: Option<String> = fields.take_required("name");
    let key: Option<String> = fields.take_required(KEY);
    check_key(&mut fields, key.as_deref());
    let description: Option<String> = fields.take("description", Null::Refused);
    fields.finish()?;
    let (name, key) = (name.unwrap_or_default(), key.unwrap_or_default());
    check_free(instance, &key, None)?;
    let description = description.unwrap_or_default();
    let permission = instance
        .permissions
        .create_custom(&key, &name, description, call.at.wall);
    call.created.push(permission.id().to_owned());
    Ok(respond(permission))
}

/// Carries out `UpdateOrganizationPermission`.
pub(crate) fn update(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = find_modifiable(instance, call)?.id().to_owned();
    let mut fields = read_object(call.request)?;
    let name: Option<String> = fields.take("name", Null::Refused);
    let key: Option<String> = fields.take(KEY, Null::Refused);
    check_key(&mut fields, key.as_deref());
    let description: Option<String> = fields.take("description", Null::Refused);
    fields.finish()?;
    if let Some(key) = &key {
        check_free(instance, key, Some(&id))?;
    }
    let changed = instance.permissions.update(&id, |permission| {
        let texts = [
            (&mut permission.name, name),
            (&mut permission.key, key),
            (&mut permission.description, description),
        ];
        for (field, new) in texts {
            if let Some(new) = new {
                *field = new;
            }
        }
        permission.updated_at = call.at.wall;
        respond(permission)
    });
    changed.ok_or_else(not_found)
}

/// Carries out `DeleteOrganizationPermission`, which takes the permission from all roles.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = find_modifiable(instance, call)?.id().to_owned();
    instance.permissions.remove(&id);
    Ok(deleted("permission", &id))
}

fn find<'a>(instance: &'a Instance, call: &Call<'_>) -> Result<&'a Permission, Refusal> {
    instance
        .permissions
        .get(call.params.get(PERMISSION_ID))
        .ok_or_else(not_found)
}

fn find_modifiable<'a>(instance: &'a Instance, call: &Call<'_>) -> Result<&'a Permission, Refusal> {
    let permission = find(instance, call)?;
    if !permission.is_system() {
        return Ok(permission);
    }
    let code = ErrorCode::from("organization_system_permission_not_modifiable");
    let hint = "Every instance has this permission.";
    Err(Refusal::new(StatusCode::FORBIDDEN, code, "system permission", hint))
}

/// Refuses a key that is not `org:feature:action`, or that has the form of a system permission.
fn check_key(fields: &mut Fields, key: Option<&str>) {
    let is_valid = |key: &str| match *key.split(':').collect::<Vec<_>>() {
        ["org", feature, action] => is_segment(feature) && is_segment(action) && !feature.starts_with("sys_"),
        _ => false,
    };
    if key.is_some_and(|key| !is_valid(key)) {
        fields.refuse(ErrorItem::param_format_invalid(KEY));
    }
}

fn check_free(instance: &Instance, key: &str, own_id: Option<&str>) -> Result<(), Refusal> {
    let mut others = instance.permissions.by(Index::Key, key);
    if others.any(|permission| Some(permission.id()) != own_id) {
        return Refusal::if_any(vec![ErrorItem::identifier_exists(KEY)]);
    }
    Ok(())
}

fn not_found() -> Refusal {
    Refusal::not_found("No permission has this id.")
}
