use clerk_core::ErrorCode;
use http::StatusCode;

use super::{deleted, organizations, respond};
use crate::fake::body::{Null, read_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::list::{List, ListParams, Scope};
use crate::fake::query::contains;
use crate::fake::records::{OrganizationDomain, to_json};
use crate::fake::store::{Index, Stored};

const ORGANIZATION_ID: &str = "organization_id";
const DOMAIN_ID: &str = "domain_id";
const NAME: &str = "name";
const ENROLLMENT_MODE: &str = "enrollment_mode";
const MODES: [&str; 4] = [
    "manual_invitation",
    "automatic_invitation",
    "automatic_suggestion",
    "enterprise_sso",
];

const LIST_ALL_PARAMS: ListParams<OrganizationDomain> = ListParams {
    filters: &[ORGANIZATION_ID, "verified", ENROLLMENT_MODE, "query", "domains"],
    statuses: &[],
    orders: &[
        ("created_at", |_, domain| domain.created_at.into()),
        ("name", |_, domain| domain.name.as_str().into()),
    ],
};

const LIST_PARAMS: ListParams<OrganizationDomain> = ListParams {
    filters: &["verified", ENROLLMENT_MODE],
    statuses: &[],
    orders: &[],
};

/// Carries out `ListOrganizationDomains`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let id = organizations::find(instance, call.params.get(ORGANIZATION_ID))?.id();
    let scope = Scope::AnyOf(Index::OrganizationId, &[id.to_owned()]);
    list_in(instance, call, &LIST_PARAMS, scope)
}

/// Carries out `ListAllOrganizationDomains`.
pub(crate) fn list_of_instance(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    organizations::check_enabled(instance)?;
    list_in(instance, call, &LIST_ALL_PARAMS, Scope::All)
}

fn list_in(
    instance: &Instance,
    call: &Call<'_>,
    params: &ListParams<OrganizationDomain>,
    scope: Scope<'_>,
) -> HandlerResult {
    let query = call.query();
    let mut errors = Vec::new();
    let verified = query.flag("verified", &mut errors);
    let modes = query.choice(ENROLLMENT_MODE);
    if !modes.is_within(&MODES) {
        errors.push(ErrorItem::param_value_invalid(ENROLLMENT_MODE));
    }
    let text = query.get("query").map(str::trim);
    if text == Some("") {
        errors.push(ErrorItem::param_value_invalid("query"));
    }
    let list = List::read(&query, params, errors)?;
    let (names, organization_id) = (query.choice("domains"), query.get(ORGANIZATION_ID));
    let page = list.page(instance, call, &instance.organization_domains, scope, |domain| {
        verified.is_none_or(|verified| domain.is_verified == verified)
            && modes.has(&domain.enrollment_mode)
            && names.has(&domain.name)
            && organization_id.is_none_or(|id| domain.organization_id == id)
            && text.is_none_or(|text| match text.starts_with("org_") {
                true => domain.organization_id == text,
                false => contains(&domain.name, text),
            })
    });
    Ok(page.envelope(|domain| {
        let organization = instance.organizations.get(&domain.organization_id);
        to_json(&domain.view(organization))
    }))
}

/// Carries out `CreateOrganizationDomain`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let organization_id = organizations::find(instance, call.params.get(ORGANIZATION_ID))?
        .id()
        .to_owned();
    let mut fields = read_object(call.request)?;
    let name: Option<String> = fields.take_required(NAME);
    let name = name.unwrap_or_default().trim().to_ascii_lowercase();
    if !name.is_empty() && !is_domain(&name) {
        fields.refuse(ErrorItem::param_format_invalid(NAME));
    }
    let mode = fields.take_one_of(ENROLLMENT_MODE, Null::Refused, &MODES);
    let verified: Option<bool> = fields.take("verified", Null::Accepted);
    fields.finish()?;
    let mode = mode.unwrap_or_else(|| MODES[0].to_owned());
    check_mode(instance, &mode)?;
    if let Some(domain) = instance.organization_domains.by(Index::Key, &name).next() {
        let code = if domain.organization_id == organization_id {
            "organization_domain_already_exists_same_organization"
        } else {
            "organization_domain_already_exists"
        };
        let error = ErrorItem::for_param(ErrorCode::from(code), NAME, "is a domain of an organization");
        Refusal::if_any(vec![error])?;
    }
    let domain = instance.organization_domains.insert_with(|_, id| OrganizationDomain {
        id,
        organization_id,
        name,
        enrollment_mode: mode,
        is_verified: verified.unwrap_or(true),
        created_at: call.at.wall,
        updated_at: call.at.wall,
    });
    call.created.push(domain.id.clone());
    Ok(respond(&domain.view(None)))
}

/// Carries out `UpdateOrganizationDomain`.
pub(crate) fn update(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = find(instance, call)?.id.clone();
    let mut fields = read_object(call.request)?;
    let mode = fields.take_one_of(ENROLLMENT_MODE, Null::Accepted, &MODES);
    let verified: Option<bool> = fields.take("verified", Null::Accepted);
    fields.finish()?;
    if let Some(mode) = &mode {
        check_mode(instance, mode)?;
    }
    let changed = instance.organization_domains.update(&id, |domain| {
        if let Some(mode) = mode {
            domain.enrollment_mode = mode;
        }
        domain.is_verified = verified.unwrap_or(domain.is_verified);
        domain.updated_at = call.at.wall;
        respond(&domain.view(None))
    });
    changed.ok_or_else(not_found)
}

/// Carries out `DeleteOrganizationDomain`.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = find(instance, call)?.id.clone();
    instance.organization_domains.remove(&id);
    Ok(deleted("organization_domain", &id))
}

/// Returns the domain of the path.
fn find<'a>(instance: &'a Instance, call: &Call<'_>) -> Result<&'a OrganizationDomain, Refusal> {
    let organization = organizations::find(instance, call.params.get(ORGANIZATION_ID))?;
    let found = instance.organization_domains.get(call.params.get(DOMAIN_ID));
    found
        .filter(|domain| domain.organization_id == organization.id())
        .ok_or_else(not_found)
}

/// Refuses a mode that the settings of the instance turn off.
fn check_mode(instance: &Instance, mode: &str) -> Result<(), Refusal> {
    let settings = &instance.settings.organizations;
    let (code, hint) = if !settings.domains_enabled {
        (
            "organization_domains_not_enabled",
            "The settings of the instance turn domains off.",
        )
    } else if mode != MODES[3] && !settings.domains_enrollment_modes.iter().any(|known| known == mode) {
        let code = "organization_domain_enrollment_mode_not_enabled";
        (code, "The settings of the instance turn this enrollment mode off.")
    } else {
        return Ok(());
    };
    Err(Refusal::new(
        StatusCode::FORBIDDEN,
        ErrorCode::from(code),
        "not enabled",
        hint,
    ))
}

fn is_domain(name: &str) -> bool {
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    name.contains('.') && name.split('.').all(is_label)
}

fn not_found() -> Refusal {
    Refusal::not_found("The organization has no domain with this id.")
}
