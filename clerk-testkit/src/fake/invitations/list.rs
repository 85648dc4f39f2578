use bytes::Bytes;

use super::Invitation;
use crate::fake::address;
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, Instance, json};
use crate::fake::lifecycle::{REVOKED, STATUSES};
use crate::fake::list::{Order, OrderField, Paging, read_statuses};
use crate::fake::query::Query;

const ORDER_FIELDS: [OrderField<Invitation>; 3] = [
    ("created_at", |a, b| a.life.created_at.cmp(&b.life.created_at)),
    ("email_address", |a, b| a.email_address.cmp(&b.email_address)),
    ("expires_at", |a, b| a.life.expires_at.cmp(&b.life.expires_at)),
];

/// Answers `ListInvitations`.
pub(in crate::fake) fn list(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let query = call.query();
    let mut errors = Vec::new();
    let status = read_statuses(&query, &STATUSES, &mut errors).first().copied();
    let order = Order::read(&query, &ORDER_FIELDS, &mut errors);
    let paging = Paging::read(&query, &mut errors);
    let is_enveloped = read_paginated(&query, &mut errors);
    Refusal::if_any(errors)?;
    let mut found: Vec<&Invitation> = instance
        .invitations
        .iter()
        .filter(|invitation| instance.is_listed(invitation.life.made_at, call))
        .filter(|invitation| has_status(invitation.life.status(call.at.wall), status))
        .filter(|invitation| query.get("query").is_none_or(|text| fits(invitation, text)))
        .collect();
    order.sort(&mut found);
    let show = |invitation: &&Invitation| json(&invitation.shown(call.at.wall));
    Ok(if is_enveloped {
        paging.enveloped(&found, show)
    } else {
        paging.bare(&found, show)
    })
}

/// Whoever asks for no status gets all but the revoked.
fn has_status(status: &str, asked: Option<&str>) -> bool {
    asked.map_or(status != REVOKED, |asked| status == asked)
}

fn fits(invitation: &Invitation, text: &str) -> bool {
    invitation.id == text.trim() || invitation.email_address.contains(&address::identity(text))
}

fn read_paginated(query: &Query, errors: &mut Vec<ErrorItem>) -> bool {
    match query.get("paginated") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            errors.push(ErrorItem::param_type_invalid("paginated"));
            false
        }
    }
}
