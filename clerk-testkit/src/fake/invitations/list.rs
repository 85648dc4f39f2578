use std::cmp::Ordering;

use bytes::Bytes;

use super::Invitation;
use crate::fake::address;
use crate::fake::error::{ErrorItem, Refusal};
use crate::fake::instance::{Call, Instance, json};
use crate::fake::page::Paging;
use crate::fake::query::Query;

const STATUSES: [&str; 4] = ["pending", "accepted", "revoked", "expired"];

/// Answers `ListInvitations`.
pub(crate) fn list(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let query = Query::parse(call.request.uri().query().unwrap_or_default());
    let mut errors = Vec::new();
    let status = read_status(&query, &mut errors);
    let order = Order::read(&query, &mut errors);
    let paging = Paging::read(&query, &mut errors);
    if !errors.is_empty() {
        return Err(Refusal::of_params(errors));
    }
    let read_lag = instance.config().read_lag;
    let mut found: Vec<&Invitation> = instance
        .invitations
        .iter()
        .filter(|invitation| invitation.made_at.saturating_add(read_lag) <= call.now)
        .filter(|invitation| has_status(invitation.status(call.wall), status))
        .filter(|invitation| query.get("query").is_none_or(|text| fits(invitation, text)))
        .collect();
    order.sort(&mut found);
    let page = paging.of(&found).map(|invitation| json(&invitation.shown(call.wall)));
    Ok(paging.answer(page, found.len()))
}

fn read_status<'a>(query: &'a Query, errors: &mut Vec<ErrorItem>) -> Option<&'a str> {
    let status = query.get("status").filter(|status| !status.is_empty())?;
    if !STATUSES.contains(&status) {
        errors.push(ErrorItem::param_value_invalid("status"));
    }
    Some(status)
}

/// Whoever asks for no status gets all but the revoked.
fn has_status(status: &str, asked: Option<&str>) -> bool {
    asked.map_or(status != "revoked", |asked| status == asked)
}

fn fits(invitation: &Invitation, text: &str) -> bool {
    invitation.id == text.trim() || invitation.email_address.contains(&address::identity(text))
}

#[derive(Debug, Clone, Copy)]
struct Order {
    compare: fn(&Invitation, &Invitation) -> Ordering,
    descending: bool,
}

impl Order {
    fn read(query: &Query, errors: &mut Vec<ErrorItem>) -> Self {
        let text = query.get("order_by").filter(|text| !text.is_empty());
        let text = text.unwrap_or("-created_at");
        let field = text.strip_prefix(['+', '-']).unwrap_or(text);
        let compare: fn(&Invitation, &Invitation) -> Ordering = match field {
            "email_address" => |a, b| a.email_address.cmp(&b.email_address),
            "expires_at" => |a, b| a.expires_at.cmp(&b.expires_at),
            "created_at" => |a, b| a.created_at.cmp(&b.created_at),
            _ => {
                errors.push(ErrorItem::param_value_invalid("order_by"));
                |_, _| Ordering::Equal
            }
        };
        Self {
            compare,
            descending: text.starts_with('-'),
        }
    }

    /// Sorts invitations that are in the order of their making; equal ones stay in it, or come in its reverse.
    fn sort(self, invitations: &mut [&Invitation]) {
        invitations.sort_by(|a, b| (self.compare)(a, b));
        if self.descending {
            invitations.reverse();
        }
    }
}
