//! What the lists have in common: their query parameters, filtering by status, ordering and paging.

use std::sync::Arc;

use bytes::Bytes;
use clerk_core::model::Timestamp;

use super::error::{ErrorItem, Refusal};
use super::instance::{Call, Instance};
use super::list_cache::Validity;
use super::query::Query;
use super::store::{Index, Store, Stored};

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 500;

/// A field that a list can be ordered by, and its value.
pub(super) type OrderField<T> = (&'static str, fn(&Instance, &T) -> OrderKey);

/// The value of a field by which a list is ordered. Entries without one come first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OrderKey {
    None,
    Number(i64),
    Text(String),
}

impl From<Timestamp> for OrderKey {
    fn from(time: Timestamp) -> Self {
        Self::Number(time.as_millis())
    }
}

impl From<&str> for OrderKey {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<Self>> From<Option<T>> for OrderKey {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

/// The parameters that a list operation takes besides `limit` and `offset`.
#[derive(Debug)]
pub(super) struct ListParams<T: 'static> {
    pub(super) filters: &'static [&'static str],
    /// The values of `status`, which a list without any does not take.
    pub(super) statuses: &'static [&'static str],
    /// The values of `order_by`, which a list without any does not take.
    pub(super) orders: &'static [OrderField<T>],
}

/// Where a list looks for its entries.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'s> {
    All,
    /// Among the records that have one of these values of a field.
    AnyOf(Index, &'s [String]),
}

/// The part of a list that a request asks for.
#[derive(Debug)]
pub(super) struct List<'q, T> {
    query: &'q Query,
    statuses: Vec<&'q str>,
    order: Order<T>,
    limit: usize,
    offset: usize,
    starting_after: Option<usize>,
}

impl<'q, T> List<'q, T> {
    /// Reads the parameters of a query.
    ///
    /// # Errors
    ///
    /// `fake_not_simulated` for a parameter that the fake does not have, or else a 422 with `errors` and all
    /// errors found here.
    pub(super) fn read(query: &'q Query, params: &ListParams<T>, mut errors: Vec<ErrorItem>) -> Result<Self, Refusal> {
        let own: &[&str] = if params.statuses.is_empty() { &[] } else { &["status"] };
        let order_by: &[&str] = if params.orders.is_empty() { &[] } else { &["order_by"] };
        query.refuse_not_simulated(&[&["limit", "offset"], order_by, own, params.filters].concat())?;
        let order = Order::read(query, params, &mut errors);
        let limit = read_number(query, "limit", DEFAULT_LIMIT, &mut errors);
        if !(1..=MAX_LIMIT).contains(&limit) {
            errors.push(ErrorItem::param_value_invalid("limit"));
        }
        let list = Self {
            query,
            statuses: query.all("status").filter(|status| !status.is_empty()).collect(),
            order,
            limit,
            offset: read_number(query, "offset", 0, &mut errors),
            starting_after: None,
        };
        if list.statuses.iter().any(|status| !params.statuses.contains(status)) {
            errors.push(ErrorItem::param_value_invalid("status"));
        }
        Refusal::if_any(errors)?;
        Ok(list)
    }

    /// Whether the list is in the order of `created_at`.
    pub(super) fn is_by_creation(&self) -> bool {
        let order = self.query.get("order_by").unwrap_or_default();
        matches!(order.trim_start_matches(['+', '-']), "" | "created_at")
    }

    /// Starts after the record at a position.
    pub(super) const fn start_after(&mut self, position: usize) {
        self.starting_after = Some(position);
    }

    /// Whether the request filters by status.
    pub(super) fn has_statuses(&self) -> bool {
        !self.statuses.is_empty()
    }

    /// Whether the request asks for items of this status. Without a filter it asks for all.
    pub(super) fn includes_status(&self, status: &str) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&status)
    }

    /// Returns the page of the records in `scope` for which `matches` holds. Records that are equal in the order stay in the
    /// order of creation, or in its reverse if the order is descending.
    pub(super) fn page<'a>(
        &self,
        instance: &'a Instance,
        call: &Call<'_>,
        store: &'a Store<T>,
        scope: Scope<'_>,
        matches: impl Fn(&T) -> bool,
    ) -> Page<'a, T>
    where
        T: Stored,
    {
        let key = format!(
            "{}?{}",
            call.request.uri().path(),
            self.query.without(&["limit", "offset", "starting_after"])
        );
        let changes = instance.changes();
        let positions = instance.lists.get(&key, changes, call.at).unwrap_or_else(|| {
            let (positions, valid) = self.find(instance, call, store, scope, matches);
            instance.lists.insert(key, &positions, valid);
            positions
        });
        let start = match self.starting_after {
            Some(after) => positions
                .iter()
                .position(|position| *position == after)
                .map_or(0, |index| index + 1),
            None => 0,
        };
        let page = positions.iter().skip(start).skip(self.offset).take(self.limit);
        Page {
            items: page.filter_map(|position| store.at(*position)).collect(),
            total_count: positions.len(),
        }
    }

    /// Returns the positions of the whole list, and for how long it stays the same.
    fn find(
        &self,
        instance: &Instance,
        call: &Call<'_>,
        store: &Store<T>,
        scope: Scope<'_>,
        matches: impl Fn(&T) -> bool,
    ) -> (Arc<[usize]>, Validity)
    where
        T: Stored,
    {
        let mut valid = Validity::new(instance.changes(), call.at);
        let mut keep = |record: &T| {
            if let Some(expires_at) = record.expires_at() {
                valid.limit(expires_at);
            }
            let appears = record
                .created()
                .map(|created| created.saturating_add(call.config.read_lag));
            if let Some(appears) = appears.filter(|appears| *appears > call.at.now) {
                valid.limit_monotonic(appears);
                return false;
            }
            matches(record)
        };
        let mut positions: Vec<usize> = match scope {
            Scope::All => store
                .iter()
                .filter_map(|(position, record)| keep(record).then_some(position))
                .collect(),
            Scope::AnyOf(index, values) => {
                let found = values.iter().flat_map(|value| store.positions_by(index, value));
                let mut found: Vec<usize> = found.copied().collect();
                found.sort_unstable();
                found.dedup();
                found.retain(|position| store.at(*position).is_some_and(&mut keep));
                found
            }
        };
        if let Some(value) = self.order.value {
            let value = |position: &usize| store.at(*position).map(|record| value(instance, record));
            positions.sort_by_cached_key(value);
        }
        if self.order.is_descending {
            positions.reverse();
        }
        (positions.into(), valid)
    }
}

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page<'a, T> {
    items: Vec<&'a T>,
    total_count: usize,
}

impl<'a, T> Page<'a, T> {
    /// Writes the page as a bare array, or in an envelope if the request asks for it.
    pub(super) fn array_or_envelope(self, is_paginated: bool, to_json: impl Fn(&'a T) -> String) -> Bytes {
        if is_paginated {
            self.envelope(to_json)
        } else {
            self.array(to_json)
        }
    }

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
    /// The value that decides, or `None` for the order of creation.
    value: Option<fn(&Instance, &T) -> OrderKey>,
    is_descending: bool,
}

impl<T> Order<T> {
    /// Reads `order_by`: a field after an optional plus or minus sign. By default, the newest come first.
    fn read(query: &Query, params: &ListParams<T>, errors: &mut Vec<ErrorItem>) -> Self {
        let order = query.get("order_by").filter(|order| !order.is_empty());
        let order = order.unwrap_or("-created_at");
        let field = order.strip_prefix(['+', '-']).unwrap_or(order);
        let found = params.orders.iter().find(|(name, _)| *name == field);
        if found.is_none() && !params.orders.is_empty() {
            errors.push(ErrorItem::param_value_invalid("order_by"));
        }
        Self {
            value: found.map(|(_, value)| *value),
            is_descending: order.starts_with('-'),
        }
    }
}

/// Reads `paginated`, with which some lists of bare arrays have an envelope instead.
pub(super) fn read_paginated(query: &Query, errors: &mut Vec<ErrorItem>) -> bool {
    query.flag("paginated", errors).unwrap_or(false)
}

fn read_number(query: &Query, name: &str, default: usize, errors: &mut Vec<ErrorItem>) -> usize {
    let number = query.get(name).map(str::parse);
    if let Some(Err(_)) = number {
        errors.push(ErrorItem::param_type_invalid(name));
    }
    number.and_then(Result::ok).unwrap_or(default)
}
