use clerk_core::ErrorCode;
use clerk_core::model::Metadata;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::{respond, users};
use crate::fake::body::{Fields, Null, read_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::list::{List, ListParams, OrderKey, Scope};
use crate::fake::metadata::merge;
use crate::fake::query::{Query, contains};
use crate::fake::records::{ADMIN, Grant, Organization, to_json};
use crate::fake::store::{Index, Stored};

const ORGANIZATION_ID: &str = "organization_id";
const NAME: &str = "name";
const SLUG: &str = "slug";
const MAX_NAME: usize = 256;

const COUNT_MEMBERS: &str = "include_members_count";
const FIND_ADMINISTRATOR: &str = "include_missing_member_with_elevated_permissions";

const LIST_PARAMS: ListParams<Organization> = ListParams {
    filters: &[COUNT_MEMBERS, FIND_ADMINISTRATOR, "query", "user_id", ORGANIZATION_ID],
    statuses: &[],
    orders: &[
        ("created_at", |_, organization| organization.created_at.into()),
        ("name", |_, organization| organization.name.as_str().into()),
        ("members_count", |instance, organization| {
            let count = instance.organization_memberships.count(organization.id());
            OrderKey::Number(i64::try_from(count).unwrap_or(i64::MAX))
        }),
    ],
};

/// Carries out `ListOrganizations`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    check_enabled(instance)?;
    let query = call.query();
    let mut errors = Vec::new();
    let extras = Extras::read(&query, &mut errors);
    let (ids, user_ids) = (query.choice(ORGANIZATION_ID), query.choice("user_id"));
    let list = List::read(&query, &LIST_PARAMS, errors)?;
    let text = query.get("query").map(str::trim);
    let page = list.page(instance, call, &instance.organizations, Scope::All, |organization| {
        let id = organization.id();
        let members = instance.organization_memberships.by(Index::OrganizationId, id);
        ids.has(id)
            && user_ids.has_any(members.map(|membership| membership.user_id.as_str()))
            && text.is_none_or(|text| {
                id == text || contains(&organization.name, text) || contains(&organization.slug, text)
            })
    });
    Ok(page.envelope(|organization| extras.to_json(instance, organization)))
}

/// Carries out `GetOrganization`, by id or slug.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let query = call.query();
    query.refuse_not_simulated(&[COUNT_MEMBERS, FIND_ADMINISTRATOR])?;
    let mut errors = Vec::new();
    let extras = Extras::read(&query, &mut errors);
    Refusal::if_any(errors)?;
    let id_or_slug = call.params.get(ORGANIZATION_ID);
    let by_slug = instance.organizations.by(Index::Slug, id_or_slug).next();
    let organization = by_slug.map_or_else(|| find(instance, id_or_slug), Ok)?;
    check_enabled(instance)?;
    Ok(extras.to_json(instance, organization).into())
}

/// Carries out `CreateOrganization`. Its creator becomes the first member.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    check_enabled(instance)?;
    let limit = call.config.metadata_limit;
    let mut fields = read_object(call.request)?;
    let name = take_name(&mut fields, true).unwrap_or_default();
    let created_by: Option<String> = fields.take("created_by", Null::Accepted);
    let public_metadata = fields.take_metadata("public_metadata", Null::Accepted, limit);
    let private_metadata = fields.take_metadata("private_metadata", Null::Accepted, limit);
    let slug = take_slug(&mut fields);
    let max: Option<u64> = fields.take("max_allowed_memberships", Null::Accepted);
    let created_at = fields.take_time("created_at");
    let role_set_key: Option<String> = fields.take("role_set_key", Null::Accepted);
    fields.finish()?;
    if let Some(slug) = &slug {
        check_slug(instance, slug, None)?;
    }
    if let Some(user_id) = &created_by {
        users::find(&instance.users, user_id).map_err(|_| creator_not_found())?;
    }
    let wall = call.at.wall;
    let slug = slug.unwrap_or_else(|| derive_slug(instance, &name));
    let default_max = instance.settings.organizations.max_allowed_memberships;
    let organization = instance.organizations.insert_with(|_, id| {
        let mut organization = Organization::new(id, name, slug, created_at.unwrap_or(wall));
        organization.updated_at = wall;
        organization.max_allowed_memberships = max.unwrap_or(default_max);
        organization.public_metadata = public_metadata.unwrap_or_default();
        organization.private_metadata = private_metadata.unwrap_or_default();
        organization.created_by.clone_from(&created_by);
        if role_set_key.is_some() {
            organization.role_set_key = role_set_key;
        }
        organization
    });
    let id = organization.id().to_owned();
    let body = respond(organization);
    if let Some(user_id) = created_by {
        let grant = Grant::new(&instance.settings.organizations.creator_role);
        instance.organization_memberships.create(&id, &user_id, grant, wall);
    }
    call.created.push(id);
    Ok(body)
}

/// Carries out `UpdateOrganization`.
pub(crate) fn update(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = find(instance, call.params.get(ORGANIZATION_ID))?.id().to_owned();
    let mut fields = read_object(call.request)?;
    let name = take_name(&mut fields, false);
    let slug = take_slug(&mut fields);
    let max: Option<Option<u64>> = fields.take_nullable("max_allowed_memberships");
    let admin_delete_enabled: Option<bool> = fields.take("admin_delete_enabled", Null::Accepted);
    let created_at = fields.take_time("created_at");
    let role_set_key: Option<Option<String>> = fields.take_nullable("role_set_key");
    fields.finish()?;
    if let Some(slug) = &slug {
        check_slug(instance, slug, Some(&id))?;
    }
    change(instance, call, &id, |organization| {
        if let Some(name) = name {
            organization.name = name;
        }
        if let Some(slug) = slug {
            organization.slug = slug;
        }
        if let Some(max) = max {
            organization.max_allowed_memberships = max.unwrap_or_default();
        }
        if let Some(enabled) = admin_delete_enabled {
            organization.admin_delete_enabled = enabled;
        }
        if let Some(created_at) = created_at {
            organization.created_at = created_at;
        }
        if let Some(role_set_key) = role_set_key {
            organization.role_set_key = role_set_key;
        }
    })
}

/// Carries out `DeleteOrganization`.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = find(instance, call.params.get(ORGANIZATION_ID))?.id().to_owned();
    let organization = instance.remove_organization(&id).ok_or_else(not_found)?;
    let body = json!({ "object": "organization", "id": id, "slug": organization.slug, "deleted": true });
    Ok(body.to_string().into())
}

/// Carries out `MergeOrganizationMetadata`.
pub(crate) fn merge_metadata(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    change_metadata(instance, call, merge)
}

/// Carries out `ReplaceOrganizationMetadata`.
pub(crate) fn replace_metadata(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    change_metadata(instance, call, |_, new| new.clone())
}

fn change_metadata(
    instance: &mut Instance,
    call: &Call<'_>,
    combine: fn(&Metadata, &Metadata) -> Metadata,
) -> HandlerResult {
    let id = find(instance, call.params.get(ORGANIZATION_ID))?.id().to_owned();
    let mut fields = read_object(call.request)?;
    let limit = call.config.metadata_limit;
    let public = fields.take_metadata("public_metadata", Null::Refused, limit);
    let private = fields.take_metadata("private_metadata", Null::Refused, limit);
    fields.finish()?;
    change(instance, call, &id, |organization| {
        if let Some(new) = public {
            organization.public_metadata = combine(&organization.public_metadata, &new);
        }
        if let Some(new) = private {
            organization.private_metadata = combine(&organization.private_metadata, &new);
        }
    })
}

fn change(instance: &mut Instance, call: &Call<'_>, id: &str, change: impl FnOnce(&mut Organization)) -> HandlerResult {
    let changed = instance.organizations.update(id, |organization| {
        change(organization);
        organization.updated_at = call.at.wall;
        respond(organization)
    });
    changed.ok_or_else(not_found)
}

/// Returns the organization of an id.
pub(super) fn find<'a>(instance: &'a Instance, id: &str) -> Result<&'a Organization, Refusal> {
    check_enabled(instance)?;
    instance.organizations.get(id).ok_or_else(not_found)
}

/// Refuses every call on organizations if the instance has none.
pub(super) fn check_enabled(instance: &Instance) -> Result<(), Refusal> {
    if instance.settings.organizations.enabled {
        return Ok(());
    }
    let code = ErrorCode::from("organization_not_enabled_in_instance");
    let hint = "The settings of the instance turn organizations off.";
    Err(Refusal::new(StatusCode::FORBIDDEN, code, "no organizations", hint))
}

/// What a request asks for besides the organization itself.
#[derive(Debug, Clone, Copy)]
struct Extras {
    counts_members: bool,
    finds_administrator: bool,
}

impl Extras {
    fn read(query: &Query, errors: &mut Vec<ErrorItem>) -> Self {
        Self {
            counts_members: query.flag(COUNT_MEMBERS, errors).unwrap_or(false),
            finds_administrator: query.flag(FIND_ADMINISTRATOR, errors).unwrap_or(false),
        }
    }

    fn to_json(self, instance: &Instance, organization: &Organization) -> String {
        #[derive(Serialize)]
        struct View<'a> {
            #[serde(flatten)]
            organization: &'a Organization,
            #[serde(skip_serializing_if = "Option::is_none")]
            members_count: Option<usize>,
            #[serde(skip_serializing_if = "Option::is_none")]
            missing_member_with_elevated_permissions: Option<bool>,
        }

        let id = organization.id();
        let memberships = &instance.organization_memberships;
        let lacks_administrator = || {
            let mut members = memberships.by(Index::OrganizationId, id);
            !members.any(|membership| membership.role == ADMIN)
        };
        to_json(&View {
            organization,
            members_count: self.counts_members.then(|| memberships.count(id)),
            missing_member_with_elevated_permissions: self.finds_administrator.then(lacks_administrator),
        })
    }
}

fn take_name(fields: &mut Fields, is_required: bool) -> Option<String> {
    let name: Option<String> = if is_required {
        fields.take_required(NAME)
    } else {
        fields.take(NAME, Null::Accepted)
    };
    let name = name?;
    if name.trim().is_empty() {
        fields.refuse(ErrorItem::param_value_invalid(NAME));
    } else if name.chars().count() > MAX_NAME {
        fields.refuse(ErrorItem::param_too_long(NAME));
    }
    Some(name)
}

fn take_slug(fields: &mut Fields) -> Option<String> {
    let slug: String = fields.take(SLUG, Null::Accepted)?;
    let is_valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() || !slug.chars().all(is_valid) {
        fields.refuse(ErrorItem::param_format_invalid(SLUG));
    }
    Some(slug)
}

/// Refuses a slug that another organization has.
fn check_slug(instance: &Instance, slug: &str, own_id: Option<&str>) -> Result<(), Refusal> {
    if instance.settings.organizations.slug_disabled {
        let code = ErrorCode::from("organization_slugs_disabled");
        let hint = "The settings of the instance turn slugs off.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, code, "no slugs", hint));
    }
    let mut others = instance.organizations.by(Index::Slug, slug);
    if others.any(|organization| Some(organization.id()) != own_id) {
        return Refusal::if_any(vec![ErrorItem::identifier_exists(SLUG)]);
    }
    Ok(())
}

/// Derives a slug that no organization has from a name.
fn derive_slug(instance: &Instance, name: &str) -> String {
    let words = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    let slug = if slug.is_empty() {
        "organization".to_owned()
    } else {
        slug
    };
    let is_free = |slug: &String| instance.organizations.positions_by(Index::Slug, slug).is_empty();
    if is_free(&slug) {
        return slug;
    }
    // One of more numbers than there are organizations is free.
    let numbered = (2..instance.organizations.len() + 3).map(|number| format!("{slug}-{number}"));
    numbered.into_iter().find(is_free).unwrap_or(slug)
}

fn not_found() -> Refusal {
    Refusal::not_found("No organization has this id.")
}

fn creator_not_found() -> Refusal {
    let code = ErrorCode::from("organization_creator_not_found");
    let hint = "No user has the id in created_by.";
    Refusal::new(StatusCode::BAD_REQUEST, code, "creator not found", hint)
}
