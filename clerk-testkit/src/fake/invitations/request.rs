use std::collections::BTreeSet;

use clerk_core::model::Metadata;
use http::Uri;
use serde_json::value::RawValue;

use super::NewInvitation;
use crate::fake::address;
use crate::fake::body::{Fields, Null};
use crate::fake::error::{ErrorItem, Refusal};

const EMAIL_ADDRESS: &str = "email_address";
const EXPIRES_IN_DAYS: &str = "expires_in_days";
const PUBLIC_METADATA: &str = "public_metadata";
const REDIRECT_URL: &str = "redirect_url";
const TEMPLATE_SLUG: &str = "template_slug";

/// Which operation the object belongs to: the two differ in where they take `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Single,
    Bulk,
}

/// Reads one person to invite. The addresses in `malformed` are refused whatever their form.
pub(super) fn read(json: &RawValue, form: Form, malformed: &BTreeSet<String>) -> Result<NewInvitation, Refusal> {
    let Some(mut fields) = Fields::of(json) else {
        return Err(Refusal::body_shape(match form {
            Form::Single => "an object",
            Form::Bulk => "an array of objects",
        }));
    };
    let null = match form {
        Form::Single => Null::Refused,
        Form::Bulk => Null::Accepted,
    };
    let email_address = read_address(&mut fields, malformed);
    let public_metadata: Option<Metadata> = fields.take_or(PUBLIC_METADATA, null, ErrorItem::param_value_invalid);
    read_redirect_url(&mut fields, null);
    read_template(&mut fields);
    let notify: Option<bool> = fields.take("notify", Null::Accepted);
    let ignore_existing: Option<bool> = fields.take("ignore_existing", Null::Accepted);
    let expires_in_days = read_expiry(&mut fields);
    fields.finish()?;
    Ok(NewInvitation {
        public_metadata: public_metadata.unwrap_or_default(),
        notify: notify.unwrap_or(true),
        ignore_existing: ignore_existing.unwrap_or(false),
        expires_in_days: expires_in_days.unwrap_or(NewInvitation::EXPIRES_IN_DAYS),
        ..NewInvitation::new(email_address)
    })
}

/// The address as Clerk keeps it; empty if it was refused.
fn read_address(fields: &mut Fields, malformed: &BTreeSet<String>) -> String {
    let Some(typed) = fields.take_required::<String>(EMAIL_ADDRESS) else {
        return String::new();
    };
    let identity = address::identity(&typed);
    if !address::is_well_formed(&typed) || malformed.contains(&identity) {
        fields.refuse(ErrorItem::param_format_invalid(EMAIL_ADDRESS));
    }
    identity
}

fn read_redirect_url(fields: &mut Fields, null: Null) {
    let url: Option<String> = fields.take(REDIRECT_URL, null);
    let is_url = |url: &str| url.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_some());
    if url.is_some_and(|url| !is_url(&url)) {
        fields.refuse(ErrorItem::param_format_invalid(REDIRECT_URL));
    }
}

fn read_template(fields: &mut Fields) {
    let template: Option<String> = fields.take(TEMPLATE_SLUG, Null::Refused);
    if template.is_some_and(|slug| !matches!(slug.as_str(), "invitation" | "waitlist_invitation")) {
        fields.refuse(ErrorItem::param_value_invalid(TEMPLATE_SLUG));
    }
}

fn read_expiry(fields: &mut Fields) -> Option<u32> {
    let days: i64 = fields.take(EXPIRES_IN_DAYS, Null::Accepted)?;
    let valid = u32::try_from(days).ok().filter(|days| (1..=365).contains(days));
    if valid.is_none() {
        fields.refuse(ErrorItem::param_value_invalid(EXPIRES_IN_DAYS));
    }
    valid
}
