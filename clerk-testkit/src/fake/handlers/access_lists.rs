//! The allowlist and the blocklist.

use clerk_core::ErrorCode;
use clerk_core::model::EmailAddress;
use http::StatusCode;

use super::users::is_phone_number;
use super::{deleted, list_all, respond};
use crate::fake::body::{Fields, Null, read_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::list::{json_array, json_envelope};
use crate::fake::records::{NewInvitation, to_json};
use crate::fake::store::{Stored, normalize};

const IDENTIFIER: &str = "identifier";
const IDENTIFIER_ID: &str = "identifier_id";

/// Carries out `ListAllowlistIdentifiers`.
pub(crate) fn list_allowed(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    list_all(instance, call, &instance.allowlist, to_json)
}

/// Carries out `ListBlocklistIdentifiers`, which returns the whole list, newest first.
pub(crate) fn list_blocked(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    call.query().refuse_not_simulated(&[])?;
    let mut identifiers: Vec<String> = instance.blocklist.iter().map(|(_, item)| to_json(item)).collect();
    identifiers.reverse();
    let count = identifiers.len();
    Ok(json_envelope(&json_array(identifiers.into_iter()), count))
}

/// Carries out `CreateAllowlistIdentifier`. With `notify`, an address is invited.
pub(crate) fn allow(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let mut fields = read_object(call.request)?;
    let identifier = take_identifier(&mut fields);
    let notify: Option<bool> = fields.take("notify", Null::Refused);
    fields.finish()?;
    if instance.allowlist.has(&identifier) {
        return Err(duplicate());
    }
    let invites = notify == Some(true) && is_address(&identifier);
    let invitation_id = invites.then(|| {
        instance.send_mail(&identifier);
        let new = NewInvitation::new(identifier.clone());
        instance.invitations.create(new, call.at).id().to_owned()
    });
    let id = instance.allowlist.create(identifier, call.at.wall).id().to_owned();
    let body = instance.allowlist.update(&id, |item| {
        item.invitation_id = invitation_id;
        respond(item)
    });
    call.created.push(id);
    body.ok_or_else(not_found)
}

/// Carries out `CreateBlocklistIdentifier`.
pub(crate) fn block(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let mut fields = read_object(call.request)?;
    let identifier = take_identifier(&mut fields);
    fields.finish()?;
    if instance.blocklist.has(&identifier) {
        return Err(duplicate());
    }
    let item = instance.blocklist.create(identifier, call.at.wall);
    call.created.push(item.id().to_owned());
    Ok(respond(item))
}

/// Carries out `DeleteAllowlistIdentifier`.
pub(crate) fn disallow(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = call.params.get(IDENTIFIER_ID);
    instance.allowlist.remove(id).ok_or_else(not_found)?;
    Ok(deleted("allowlist_identifier", id))
}

/// Carries out `DeleteBlocklistIdentifier`.
pub(crate) fn unblock(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = call.params.get(IDENTIFIER_ID);
    instance.blocklist.remove(id).ok_or_else(not_found)?;
    Ok(deleted("blocklist_identifier", id))
}

/// Takes an email address, `*@` and a domain, a phone number or a wallet, normalized.
fn take_identifier(fields: &mut Fields) -> String {
    let Some(typed) = fields.take_required::<String>(IDENTIFIER) else {
        return String::new();
    };
    let identifier = normalize(&typed);
    let is_domain = identifier.starts_with("*@") && identifier.contains('.');
    let is_wallet = identifier.starts_with("0x");
    if !(is_address(&identifier) || is_domain || is_wallet || is_phone_number(&identifier)) {
        fields.refuse(ErrorItem::param_format_invalid(IDENTIFIER));
    }
    identifier
}

fn is_address(identifier: &str) -> bool {
    !identifier.starts_with("*@") && EmailAddress::from(identifier).validate().is_ok()
}

fn duplicate() -> Refusal {
    let hint = "The list has the identifier.";
    Refusal::new(
        StatusCode::BAD_REQUEST,
        ErrorCode::DuplicateRecord,
        "duplicate identifier",
        hint,
    )
}

fn not_found() -> Refusal {
    Refusal::not_found("The list has no identifier with this id.")
}
