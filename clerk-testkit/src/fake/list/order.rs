use std::cmp::Ordering;

use crate::fake::error::ErrorItem;
use crate::fake::query::Query;

/// A field that a list can be ordered by, and how.
pub(in crate::fake) type OrderField<T> = (&'static str, fn(&T, &T) -> Ordering);

/// The order that is asked for.
#[derive(Debug)]
pub(in crate::fake) struct Order<T> {
    compare: fn(&T, &T) -> Ordering,
    descending: bool,
}

impl<T> Order<T> {
    /// Reads `order_by`, which can be one of these fields behind a plus or minus sign. Without it the newest are first.
    pub(in crate::fake) fn read(query: &Query, fields: &[OrderField<T>], errors: &mut Vec<ErrorItem>) -> Self {
        let text = query.get("order_by").filter(|text| !text.is_empty());
        let text = text.unwrap_or("-created_at");
        let name = text.strip_prefix(['+', '-']).unwrap_or(text);
        let field = fields.iter().find(|(known, _)| *known == name);
        if field.is_none() {
            errors.push(ErrorItem::param_value_invalid("order_by"));
        }
        Self {
            compare: field.map_or(|_, _| Ordering::Equal, |(_, compare)| *compare),
            descending: text.starts_with('-'),
        }
    }

    /// Sorts what is in the order of its making; equals stay in it, or come in its reverse.
    pub(in crate::fake) fn sort(&self, items: &mut [&T]) {
        items.sort_by(|a, b| (self.compare)(a, b));
        if self.descending {
            items.reverse();
        }
    }
}
