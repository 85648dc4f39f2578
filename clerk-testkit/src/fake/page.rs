use bytes::Bytes;

use super::error::ErrorItem;
use super::query::Query;

/// Which part of a list is asked for, and in which shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paging {
    limit: usize,
    offset: usize,
    enveloped: bool,
}

impl Paging {
    const DEFAULT_LIMIT: usize = 10;
    const MAX_LIMIT: usize = 500;

    /// Reads `limit`, `offset` and `paginated`.
    pub(super) fn read(query: &Query, errors: &mut Vec<ErrorItem>) -> Self {
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
        let enveloped = match query.get("paginated") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                errors.push(ErrorItem::param_type_invalid("paginated"));
                false
            }
        };
        Self {
            limit,
            offset,
            enveloped,
        }
    }

    /// The items of the page.
    pub(super) fn of<T>(self, items: &[T]) -> impl Iterator<Item = &T> {
        items.iter().skip(self.offset).take(self.limit)
    }

    /// The page as JSON, of `total` items: in an envelope that tells the total if that was asked for, else bare.
    pub(super) fn answer(self, page: impl Iterator<Item = String>, total: usize) -> Bytes {
        let data = page.collect::<Vec<_>>().join(",");
        if self.enveloped {
            format!(r#"{{"data":[{data}],"total_count":{total}}}"#).into()
        } else {
            format!("[{data}]").into()
        }
    }
}
