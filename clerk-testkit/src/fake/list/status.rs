use crate::fake::error::ErrorItem;
use crate::fake::query::Query;

/// Reads `status`, which can be given several times: each has to be one of those `known`.
pub(in crate::fake) fn read_statuses<'a>(
    query: &'a Query,
    known: &[&str],
    errors: &mut Vec<ErrorItem>,
) -> Vec<&'a str> {
    let asked: Vec<&str> = query.all("status").filter(|status| !status.is_empty()).collect();
    if asked.iter().any(|status| !known.contains(status)) {
        errors.push(ErrorItem::param_value_invalid("status"));
    }
    asked
}
