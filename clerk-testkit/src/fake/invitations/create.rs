use bytes::Bytes;
use serde_json::value::RawValue;

use super::NewInvitation;
use super::request::{self, Form};
use crate::fake::body::read_json;
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Extent, Instance, json};

/// How many people one bulk call takes.
const BULK_MAX: usize = 10;

/// Answers `CreateInvitation`.
pub(crate) fn create(instance: &mut Instance, call: &mut Call<'_>) -> Result<Bytes, Refusal> {
    let body = read_json(call.request)?;
    let mut made = invite(instance, call, &[body], Form::Single)?;
    Ok(made.pop().unwrap_or_default().into())
}

/// Answers `CreateBulkInvitations`: for all of the people or for none.
pub(crate) fn create_bulk(instance: &mut Instance, call: &mut Call<'_>) -> Result<Bytes, Refusal> {
    let body = read_json(call.request)?;
    let people: Vec<Box<RawValue>> =
        serde_json::from_str(body.get()).map_err(|_| Refusal::body_shape("an array of objects"))?;
    match people.len() {
        0 => return Err(Refusal::body_shape("an array of at least one object")),
        1..=BULK_MAX => {}
        _ => return Err(Refusal::bulk_size_exceeded(BULK_MAX)),
    }
    let made = invite(instance, call, &people, Form::Bulk)?;
    Ok(format!("[{}]", made.join(",")).into())
}

/// Makes the invitations, each as JSON text.
fn invite(
    instance: &mut Instance,
    call: &mut Call<'_>,
    people: &[Box<RawValue>],
    form: Form,
) -> Result<Vec<String>, Refusal> {
    let malformed = &instance.config().malformed;
    let invitations = people
        .iter()
        .map(|json| request::read(json, form, malformed))
        .collect::<Result<Vec<_>, _>>()?;
    instance.admit(&invitations, call.wall)?;
    let count = match call.extent {
        Extent::Whole => invitations.len(),
        Extent::Half => invitations.len().div_ceil(2),
    };
    let made = invitations.into_iter().take(count);
    Ok(made.map(|invitation| make(instance, call, invitation)).collect())
}

fn make(instance: &mut Instance, call: &mut Call<'_>, new: NewInvitation) -> String {
    if new.notify {
        instance.mail(&new.email_address);
    }
    let invitation = instance.invitations.make(new, call.wall, call.now);
    call.created.push(invitation.id.clone());
    json(&invitation.shown(call.wall))
}
