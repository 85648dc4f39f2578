use bytes::Bytes;
use serde_json::json;

use super::respond;
use crate::fake::body::{Null, read_optional_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::records::INSTANCE_ID;

const MODES: [&str; 3] = ["manual_invitation", "automatic_invitation", "automatic_suggestion"];

/// Carries out `GetInstance`.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let instance = json!({
        "object": "instance",
        "id": INSTANCE_ID,
        "environment_type": call.config.environment(),
        "allowed_origins": instance.settings.allowed_origins,
        "workspace_id": null,
    });
    Ok(instance.to_string().into())
}

/// Carries out `UpdateInstance`. The fake keeps the allowed origins only, since no operation shows the rest.
pub(crate) fn update(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let mut fields = read_optional_object(call.request)?;
    for flag in ["test_mode", "hibp", "cookieless_dev", "url_based_session_syncing"] {
        let _: Option<bool> = fields.take(flag, Null::Accepted);
    }
    for text in ["support_email", "clerk_js_version", "development_origin"] {
        let _: Option<String> = fields.take(text, Null::Accepted);
    }
    fields.take_one_of(
        "preferred_sign_in_strategy_when_password_required",
        Null::Accepted,
        &["password", "otp", ""],
    );
    let allowed_origins: Option<Vec<String>> = fields.take("allowed_origins", Null::Refused);
    fields.finish()?;
    if allowed_origins.is_some() {
        instance.settings.allowed_origins = allowed_origins;
    }
    // A 204.
    Ok(Bytes::new())
}

/// Carries out `UpdateInstanceRestrictions`.
pub(crate) fn update_restrictions(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let mut fields = read_optional_object(call.request)?;
    let names = [
        "allowlist",
        "blocklist",
        "allowlist_blocklist_disabled_on_sign_in",
        "block_email_subaddresses",
        "block_disposable_email_domains",
    ];
    let flags: [Option<bool>; 5] = names.map(|name| fields.take(name, Null::Accepted));
    fields.finish()?;
    let restrictions = &mut instance.settings.restrictions;
    set_flags(
        [
            &mut restrictions.allowlist,
            &mut restrictions.blocklist,
            &mut restrictions.allowlist_blocklist_disabled_on_sign_in,
            &mut restrictions.block_email_subaddresses,
            &mut restrictions.block_disposable_email_domains,
        ],
        flags,
    );
    instance.settings.sign_up.restricted_to_allowlist = instance.settings.restrictions.allowlist;
    Ok(respond(&instance.settings.restrictions))
}

/// Carries out `UpdateInstanceAuthConfig`.
pub(crate) fn update_settings(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let mut fields = read_optional_object(call.request)?;
    let restricted: Option<bool> = fields.take("restricted_to_allowlist", Null::Accepted);
    let from: Option<String> = fields.take("from_email_address", Null::Accepted);
    let progressive: Option<bool> = fields.take("progressive_sign_up", Null::Accepted);
    let _: Option<bool> = fields.take("test_mode", Null::Accepted);
    fields.finish()?;
    let settings = &mut instance.settings.sign_up;
    if let Some(restricted) = restricted {
        settings.restricted_to_allowlist = restricted;
        instance.settings.restrictions.allowlist = restricted;
    }
    if let Some(from) = from {
        settings.from_email_address = from;
    }
    settings.progressive_sign_up = progressive.unwrap_or(settings.progressive_sign_up);
    Ok(respond(settings))
}

/// Carries out `GetInstanceOrganizationSettings`.
pub(crate) fn get_organization_settings(instance: &Instance, _: &Call<'_>) -> HandlerResult {
    Ok(respond(&instance.settings.organizations))
}

/// Carries out `UpdateInstanceOrganizationSettings`.
pub(crate) fn update_organization_settings(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let mut fields = read_optional_object(call.request)?;
    let max: Option<u64> = fields.take("max_allowed_memberships", Null::Accepted);
    let modes: Option<Vec<String>> = fields.take("domains_enrollment_modes", Null::Refused);
    if modes.iter().flatten().any(|mode| !MODES.contains(&mode.as_str())) {
        fields.refuse(ErrorItem::param_value_invalid("domains_enrollment_modes"));
    }
    let creator_role_id: Option<String> = fields.take("creator_role_id", Null::Accepted);
    let domains_role_id: Option<String> = fields.take("domains_default_role_id", Null::Accepted);
    let names = ["enabled", "admin_delete_enabled", "domains_enabled", "slug_disabled"];
    let flags: [Option<bool>; 4] = names.map(|name| fields.take(name, Null::Accepted));
    fields.finish()?;
    let creator_role = find_role(instance, creator_role_id)?;
    let domains_role = find_role(instance, domains_role_id)?;
    let settings = &mut instance.settings.organizations;
    set_flags(
        [
            &mut settings.enabled,
            &mut settings.admin_delete_enabled,
            &mut settings.domains_enabled,
            &mut settings.slug_disabled,
        ],
        flags,
    );
    settings.max_allowed_memberships = max.unwrap_or(settings.max_allowed_memberships);
    if let Some(modes) = modes {
        settings.domains_enrollment_modes = modes;
    }
    if let Some(role) = creator_role {
        settings.creator_role = role;
    }
    if let Some(role) = domains_role {
        settings.domains_default_role = role;
    }
    Ok(respond(settings))
}

/// Sets those flags that a request has.
fn set_flags<const N: usize>(flags: [&mut bool; N], new: [Option<bool>; N]) {
    for (flag, new) in flags.into_iter().zip(new) {
        *flag = new.unwrap_or(*flag);
    }
}

/// Returns the key of the role of an id.
fn find_role(instance: &Instance, id: Option<String>) -> Result<Option<String>, Refusal> {
    let Some(id) = id else { return Ok(None) };
    let role = instance.roles.get(&id);
    let role = role.ok_or_else(|| Refusal::not_found("No role has this id."))?;
    Ok(Some(role.key.clone()))
}
