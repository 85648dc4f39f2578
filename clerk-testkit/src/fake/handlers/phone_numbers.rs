use super::{contacts, deleted, respond, users};
use crate::fake::body::{Fields, Null, read_object, read_optional_object};
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, HandlerResult, Instance};
use crate::fake::records::{PhoneNumber, User, Verification};
use crate::fake::store::{Index, Stored};

const ID: &str = "phone_number_id";
const PHONE_NUMBER: &str = "phone_number";

/// Carries out `GetPhoneNumber`.
pub(crate) fn get(instance: &Instance, call: &Call<'_>) -> HandlerResult {
    let (_, contact) = find(instance, call.params.get(ID))?;
    Ok(respond(contact))
}

/// Carries out `CreatePhoneNumber`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> HandlerResult {
    let wall = call.at.wall;
    let mut fields = read_object(call.request)?;
    let user_id: Option<String> = fields.take_required("user_id");
    let number: Option<String> = fields.take_required(PHONE_NUMBER);
    if number.as_deref().is_some_and(|number| !users::is_phone_number(number)) {
        fields.refuse(ErrorItem::param_format_invalid(PHONE_NUMBER));
    }
    let changes = Changes::take(&mut fields);
    fields.finish()?;
    let (user_id, number) = (user_id.unwrap_or_default(), number.unwrap_or_default());
    users::find(&instance.users, &user_id)?;
    if !instance.users.positions_by(Index::PhoneNumber, &number).is_empty() {
        Refusal::if_any(vec![ErrorItem::identifier_exists(PHONE_NUMBER)])?;
    }
    let created = instance.users.update(&user_id, |user| {
        let id = user.add_phone_number(number, Verification::PHONE_CODE, wall);
        changes.apply(user, &id);
        user.updated_at = wall;
        id
    });
    let id = created.ok_or_else(not_found)?;
    let body = respond(find(instance, &id)?.1);
    call.created.push(id);
    instance.announce_change(&user_id, call.at);
    Ok(body)
}

/// Carries out `UpdatePhoneNumber`.
pub(crate) fn update(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let (id, wall) = (call.params.get(ID), call.at.wall);
    let user_id = find(instance, id)?.0.id().to_owned();
    let mut fields = read_optional_object(call.request)?;
    let changes = Changes::take(&mut fields);
    fields.finish()?;
    instance.users.update(&user_id, |user| {
        changes.apply(user, id);
        if let Some(contact) = user.phone_numbers.iter_mut().find(|contact| contact.id == id) {
            contact.updated_at = wall;
        }
        user.updated_at = wall;
    });
    instance.announce_change(&user_id, call.at);
    Ok(respond(find(instance, id)?.1))
}

/// Carries out `DeletePhoneNumber`.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> HandlerResult {
    let id = call.params.get(ID);
    let (user, _) = find(instance, id)?;
    contacts::keep_last_identifier(user)?;
    let user_id = user.id().to_owned();
    instance.users.update(&user_id, |user| {
        contacts::remove(&mut user.phone_numbers, &mut user.primary_phone_number_id, id);
        user.updated_at = call.at.wall;
    });
    instance.announce_change(&user_id, call.at);
    Ok(deleted("phone_number", id))
}

/// What a request sets.
#[derive(Debug, Clone, Copy)]
struct Changes {
    verified: Option<bool>,
    primary: Option<bool>,
    second_factor: Option<bool>,
}

impl Changes {
    fn take(fields: &mut Fields) -> Self {
        Self {
            verified: fields.take("verified", Null::Accepted),
            primary: fields.take("primary", Null::Accepted),
            second_factor: fields.take("reserved_for_second_factor", Null::Accepted),
        }
    }

    fn apply(self, user: &mut User, id: &str) {
        let verified = |verified| {
            if verified {
                Verification::ADMIN
            } else {
                Verification::PHONE_CODE
            }
        };
        if let Some(contact) = user.phone_numbers.iter_mut().find(|contact| contact.id == id) {
            contact.verification = self.verified.map_or(contact.verification, verified);
            contact.reserved_for_second_factor = self.second_factor.unwrap_or(contact.reserved_for_second_factor);
        }
        if self.primary == Some(true) {
            user.primary_phone_number_id = Some(id.to_owned());
        }
    }
}

fn find<'a>(instance: &'a Instance, id: &str) -> Result<(&'a User, &'a PhoneNumber), Refusal> {
    contacts::find(instance, id, |user| &user.phone_numbers).ok_or_else(not_found)
}

fn not_found() -> Refusal {
    Refusal::not_found("No phone number has this id.")
}
