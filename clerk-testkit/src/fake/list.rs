//! What the lists have in common: their query parameters, filtering by status, ordering and paging.

use std::cmp::Ordering;

use bytes::Bytes;

use super::error::{ErrorItem, Refusal};
use super::query::Query;

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 500;

/// A field that a list can be ordered by, and its comparison.
pub(super) type OrderField<T> = (&'static str, fn(&T, &T) -> Ordering);

/// The parameters that a list operation takes besides `limit`, `offset` and `order_by`.
#[derive(Debug)]
pub(super) struct ListParams<T: 'static> {
    pub(super) filters: &'static [&'static str],
    /// The values of `status`, which a list without any does not take.
    pub(super) statuses: &'static [&'static str],
    pub(super) orders: &'static [OrderField<T>],
    /// Fields that Clerk orders by and the fake does not.
    pub(super) orders_not_simulated: &'static [&'static str],
}

/// The part of a list that a request asks for.
#[derive(Debug)]
pub(super) struct List<'q, T> {
    statuses: Vec<&'q str>,
    order: Order<T>,
    limit: usize,
    offset: usize,
}

impl<'q, T> List<'q, T> {
    /// Reads the parameters of a query.
    ///
    /// # Errors
    ///
    /// `fake_not_simulated` for a parameter or an order that the fake does not have, or else a 422 with `errors` and all
    /// errors found here.
    pub(super) fn read(query: &'q Query, params: &ListParams<T>, mut errors: Vec<ErrorItem>) -> Result<Self, Refusal> {
        let own: &[&str] = if params.statuses.is_empty() { &[] } else { &["status"] };
        query.refuse_not_simulated(&[&["limit", "offset", "order_by"], own, params.filters].concat())?;
        let order = Order::read(query, params, &mut errors)?;
        let limit = read_number(query, "limit", DEFAULT_LIMIT, &mut errors);
        if !(1..=MAX_LIMIT).contains(&limit) {
            errors.push(ErrorItem::param_value_invalid("limit"));
        }
        let list = Self {
            statuses: query.all("status").filter(|status| !status.is_empty()).collect(),
            order,
            limit,
            offset: read_number(query, "offset", 0, &mut errors),
        };
        if list.statuses.iter().any(|status| !params.statuses.contains(status)) {
            errors.push(ErrorItem::param_value_invalid("status"));
        }
        Refusal::if_any(errors)?;
        Ok(list)
    }

    /// Whether the request filters by status.
    pub(super) fn has_statuses(&self) -> bool {
        !self.statuses.is_empty()
    }

    /// Whether the request asks for items of this status. Without a filter it asks for all.
    pub(super) fn includes_status(&self, status: &str) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&status)
    }

    /// Returns the page of `items`, which come in the order of creation. Equal items stay in it, or in its reverse if the
    /// order is descending.
    pub(super) fn page<'a>(&self, items: impl Iterator<Item = &'a T>) -> Page<'a, T> {
        let mut items: Vec<&T> = items.collect();
        items.sort_by(|a, b| (self.order.compare)(a, b));
        if self.order.is_descending {
            items.reverse();
        }
        let total_count = items.len();
        let items = items.into_iter().skip(self.offset).take(self.limit).collect();
        Page { items, total_count }
    }
}

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page<'a, T> {
    items: Vec<&'a T>,
    total_count: usize,
}

impl<'a, T> Page<'a, T> {
    /// Writes the page as a bare array; `to_json` writes an item.
    pub(super) fn array(self, to_json: impl Fn(&'a T) -> String) -> Bytes {
        json_array(self.items.into_iter().map(to_json)).into()
    }

    /// Writes the page in an envelope with the total count of all pages.
    pub(super) fn envelope(self, to_json: impl Fn(&'a T) -> String) -> Bytes {
        let total_count = self.total_count;
        json_envelope(&json_array(self.items.into_iter().map(to_json)), total_count)
    }
}

/// Joins JSON texts to an array.
pub(super) fn json_array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// Wraps a JSON array in the envelope of lists.
pub(super) fn json_envelope(array: &str, total_count: usize) -> Bytes {
    format!(r#"{{"data":{array},"total_count":{total_count}}}"#).into()
}

/// The order of a list.
#[derive(Debug)]
struct Order<T> {
    compare: fn(&T, &T) -> Ordering,
    is_descending: bool,
}

impl<T> Order<T> {
    /// Reads `order_by`: a field after an optional plus or minus sign. By default, the newest come first.
    fn read(query: &Query, params: &ListParams<T>, errors: &mut Vec<ErrorItem>) -> Result<Self, Refusal> {
        let order = query.get("order_by").filter(|order| !order.is_empty());
        let order = order.unwrap_or("-created_at");
        let field = order.strip_prefix(['+', '-']).unwrap_or(order);
        if params.orders_not_simulated.contains(&field) {
            let simulated: Vec<_> = params.orders.iter().map(|(name, _)| *name).collect();
            return Err(Refusal::not_simulated(format!(
                "The fake does not simulate ordering by {field}. It can order this list by: {}.",
                simulated.join(", ")
            )));
        }
        let found = params.orders.iter().find(|(name, _)| *name == field);
        if found.is_none() {
            errors.push(ErrorItem::param_value_invalid("order_by"));
        }
        Ok(Self {
            compare: found.map_or(|_, _| Ordering::Equal, |(_, compare)| *compare),
            is_descending: order.starts_with('-'),
        })
    }
}

fn read_number(query: &Query, name: &str, default: usize, errors: &mut Vec<ErrorItem>) -> usize {
    let number = query.get(name).map(str::parse);
    if let Some(Err(_)) = number {
        errors.push(ErrorItem::param_type_invalid(name));
    }
    number.and_then(Result::ok).unwrap_or(default)
}
