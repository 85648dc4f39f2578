use bytes::Bytes;

use crate::fake::error::ErrorItem;
use crate::fake::query::Query;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fake) struct Paging {
    limit: usize,
    offset: usize,
}

impl Paging {
    const DEFAULT_LIMIT: usize = 10;
    const MAX_LIMIT: usize = 500;

    /// Reads `limit` and `offset`.
    pub(in crate::fake) fn read(query: &Query, errors: &mut Vec<ErrorItem>) -> Self {
        let mut number = |name: &str, default: usize| match query.get(name).map(str::parse) {
            None => default,
            Some(Ok(number)) => number,
            Some(Err(_)) => {
                errors.push(ErrorItem::param_type_invalid(name));
                default
            }
        };
        let limit = number("limit", Self::DEFAULT_LIMIT);
        let offset = number("offset", 0);
        if !(1..=Self::MAX_LIMIT).contains(&limit) {
            errors.push(ErrorItem::param_value_invalid("limit"));
        }
        Self { limit, offset }
    }

    /// The asked for part of `items` as a bare array; `show` writes an item as JSON.
    pub(in crate::fake) fn bare<T>(self, items: &[T], show: impl FnMut(&T) -> String) -> Bytes {
        format!("[{}]", self.part(items, show)).into()
    }

    /// The same in an envelope that tells how many there are on all pages.
    pub(in crate::fake) fn enveloped<T>(self, items: &[T], show: impl FnMut(&T) -> String) -> Bytes {
        let total = items.len();
        format!(r#"{{"data":[{}],"total_count":{total}}}"#, self.part(items, show)).into()
    }

    fn part<T>(self, items: &[T], show: impl FnMut(&T) -> String) -> String {
        let shown: Vec<String> = items.iter().skip(self.offset).take(self.limit).map(show).collect();
        shown.join(",")
    }
}
