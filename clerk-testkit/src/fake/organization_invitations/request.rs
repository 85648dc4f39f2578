use std::collections::BTreeSet;

use clerk_core::model::Metadata;

use super::CreateOrganizationInvitation;
use crate::fake::body::{Fields, Null};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::lifecycle::EXPIRES_IN_DAYS;

/// Reads one person to invite. All that is not required takes `null` too.
pub(super) fn read(mut fields: Fields, malformed: &BTreeSet<String>) -> Result<CreateOrganizationInvitation, Refusal> {
    let email_address = fields.take_address(malformed);
    let role: Option<String> = fields.take_required("role");
    let inviter_id: Option<String> = fields.take("inviter_user_id", Null::Accepted);
    let mut metadata =
        |name| -> Option<Metadata> { fields.take_or(name, Null::Accepted, ErrorItem::param_value_invalid) };
    let public_metadata = metadata("public_metadata");
    let private_metadata = metadata("private_metadata");
    fields.take_redirect_url(Null::Accepted);
    let notify: Option<bool> = fields.take("notify", Null::Accepted);
    let expires_in_days = fields.take_expiry();
    fields.finish()?;
    Ok(CreateOrganizationInvitation {
        email_address,
        role: role.unwrap_or_default(),
        inviter_id,
        public_metadata: public_metadata.unwrap_or_default(),
        private_metadata: private_metadata.unwrap_or_default(),
        notify: notify.unwrap_or(true),
        expires_in_days: expires_in_days.unwrap_or(EXPIRES_IN_DAYS),
    })
}
