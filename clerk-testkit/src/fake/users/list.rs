use bytes::Bytes;

use super::filter::Filter;
use super::user::User;
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance};
use crate::fake::list::{Order, OrderField, Paging};

const ORDER_FIELDS: [OrderField<User>; 1] = [("created_at", |a, b| a.created_at.cmp(&b.created_at))];

/// Answers `GetUserList`.
pub(in crate::fake) fn list(instance: &Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let query = call.query();
    let mut errors = Vec::new();
    let filter = Filter::read(&query, &["order_by", "limit", "offset"], &mut errors);
    let paging = Paging::read(&query, &mut errors);
    let order = Order::read(&query, &ORDER_FIELDS, &mut errors);
    Refusal::if_any(errors)?;
    let mut found: Vec<&User> = instance.users.iter().filter(|user| filter.fits(user)).collect();
    order.sort(&mut found);
    Ok(paging.bare(&found, |user| user.shown().to_string()))
}
