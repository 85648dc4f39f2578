use bytes::Bytes;

use super::WaitlistEntry;
use super::entry::Status;
use crate::fake::address::identity;
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance};
use crate::fake::list::{Order, OrderField, Paging, read_statuses};

/// Who was never invited comes before who was.
const ORDER_FIELDS: [OrderField<WaitlistEntry>; 3] = [
    ("created_at", |a, b| a.created_at.cmp(&b.created_at)),
    ("email_address", |a, b| a.email_address.cmp(&b.email_address)),
    ("invited_at", |a, b| a.invited_at.cmp(&b.invited_at)),
];

/// Answers `ListWaitlistEntries`.
pub(in crate::fake) fn list(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let query = call.query();
    let mut errors = Vec::new();
    let status = read_statuses(&query, &Status::NAMES, &mut errors).first().copied();
    let order = Order::read(&query, &ORDER_FIELDS, &mut errors);
    let paging = Paging::read(&query, &mut errors);
    Refusal::if_any(errors)?;
    let text = query.get("query").map(str::trim).unwrap_or_default();
    let mut found: Vec<&WaitlistEntry> = instance
        .waitlist_entries
        .iter()
        .filter(|entry| instance.is_listed(entry.made_at, call))
        .filter(|entry| status.is_none_or(|status| entry.status.name() == status))
        .filter(|entry| entry.id == text || entry.email_address.contains(&identity(text)))
        .collect();
    order.sort(&mut found);
    Ok(paging.enveloped(&found, |entry| entry.shown(&instance.invitations, call.at.wall)))
}
