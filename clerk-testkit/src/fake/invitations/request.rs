use std::collections::BTreeSet;

use clerk_core::model::Metadata;

use super::NewInvitation;
use crate::fake::body::{Fields, Null};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::lifecycle::EXPIRES_IN_DAYS;

const PUBLIC_METADATA: &str = "public_metadata";
const TEMPLATE_SLUG: &str = "template_slug";

/// Reads one person to invite. Some fields take `null` in a bulk call alone: `null` says what holds for those.
pub(super) fn read(mut fields: Fields, null: Null, malformed: &BTreeSet<String>) -> Result<NewInvitation, Refusal> {
    let email_address = fields.take_address(malformed);
    let public_metadata: Option<Metadata> = fields.take_or(PUBLIC_METADATA, null, ErrorItem::param_value_invalid);
    fields.take_redirect_url(null);
    read_template(&mut fields);
    let notify: Option<bool> = fields.take("notify", Null::Accepted);
    let ignore_existing: Option<bool> = fields.take("ignore_existing", Null::Accepted);
    let expires_in_days = fields.take_expiry();
    fields.finish()?;
    Ok(NewInvitation {
        email_address,
        public_metadata: public_metadata.unwrap_or_default(),
        notify: notify.unwrap_or(true),
        ignore_existing: ignore_existing.unwrap_or(false),
        expires_in_days: expires_in_days.unwrap_or(EXPIRES_IN_DAYS),
    })
}

fn read_template(fields: &mut Fields) {
    let template: Option<String> = fields.take(TEMPLATE_SLUG, Null::Refused);
    if template.is_some_and(|slug| !matches!(slug.as_str(), "invitation" | "waitlist_invitation")) {
        fields.refuse(ErrorItem::param_value_invalid(TEMPLATE_SLUG));
    }
}
