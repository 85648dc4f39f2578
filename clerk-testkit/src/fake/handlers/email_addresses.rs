use super::{contacts, deleted, respond, users};
use crate::fake::body::{Null, read_object, read_optional_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::records::{EmailAddress, User, Verification};
use crate::fake::store::Stored;

const ID: &str = "email_address_id";

/// Carries out `GetEmailAddress`.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let (_, contact) = find(instance, call.params.get(ID))?;
    Ok(respond(contact))
}

/// Carries out `CreateEmailAddress`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let wall = call.at.wall;
    let mut fields = read_object(call.request)?;
    let user_id: Option<String> = fields.take_required("user_id");
    let address = fields.take_address(&call.config.malformed);
    let verified: Option<bool> = fields.take("verified", Null::Accepted);
    let primary: Option<bool> = fields.take("primary", Null::Accepted);
    let _: Option<bool> = fields.take("notify_primary_email_address_changed", Null::Accepted);
    fields.finish()?;
    let user_id = user_id.unwrap_or_default();
    users::find(&instance.users, &user_id)?;
    if instance.users.find(&address).is_some() {
        Refusal::if_any(vec![ErrorItem::identifier_exists("email_address")])?;
    }
    let verification = verification(verified.unwrap_or(false));
    let created = instance.users.update(&user_id, |user| {
        let id = user.add_email_address(address, verification, wall);
        if primary == Some(true) {
            user.primary_email_address_id = Some(id.clone());
        }
        user.updated_at = wall;
        id
    });
    let id = created.ok_or_else(not_found)?;
    let body = respond(find(instance, &id)?.1);
    call.created.push(id);
    instance.announce_change(&user_id, call.at);
    Ok(body)
}

/// Carries out `UpdateEmailAddress`.
pub(crate) fn update(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let (id, wall) = (call.params.get(ID), call.at.wall);
    let user_id = find(instance, id)?.0.id().to_owned();
    let mut fields = read_optional_object(call.request)?;
    let verified: Option<bool> = fields.take("verified", Null::Accepted);
    let primary: Option<bool> = fields.take("primary", Null::Accepted);
    let _: Option<bool> = fields.take("notify_primary_email_address_changed", Null::Accepted);
    fields.finish()?;
    instance.users.update(&user_id, |user| {
        if let Some(contact) = user.email_addresses.iter_mut().find(|contact| contact.id == id) {
            contact.verification = verified.map_or(contact.verification, verification);
            contact.updated_at = wall;
        }
        if primary == Some(true) {
            user.primary_email_address_id = Some(id.to_owned());
        }
        user.updated_at = wall;
    });
    instance.announce_change(&user_id, call.at);
    Ok(respond(find(instance, id)?.1))
}

/// Carries out `DeleteEmailAddress`.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = call.params.get(ID);
    let (user, _) = find(instance, id)?;
    contacts::keep_last_identifier(user)?;
    let user_id = user.id().to_owned();
    instance.users.update(&user_id, |user| {
        contacts::remove(&mut user.email_addresses, &mut user.primary_email_address_id, id);
        user.updated_at = call.at.wall;
    });
    instance.announce_change(&user_id, call.at);
    Ok(deleted("email_address", id))
}

fn find<'a>(instance: &'a Instance, id: &str) -> Result<(&'a User, &'a EmailAddress), Refusal> {
    contacts::find(instance, id, |user| &user.email_addresses).ok_or_else(not_found)
}

const fn verification(verified: bool) -> Verification {
    if verified {
        Verification::ADMIN
    } else {
        Verification::EMAIL_CODE
    }
}

fn not_found() -> Refusal {
    Refusal::not_found("No email address has this id.")
}
