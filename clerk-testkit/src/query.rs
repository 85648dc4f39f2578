//! A query as a set of parameters.

use percent_encoding::percent_decode_str;

use crate::difference::Difference;

/// The parameters of a query, decoded and sorted.
pub(crate) fn parameters(query: Option<&str>) -> Vec<(String, String)> {
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let mut parameters: Vec<_> = query
        .unwrap_or_default()
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            (decode(name), decode(value))
        })
        .collect();
    parameters.sort();
    parameters
}

/// The parameters that only one of the two has, by name. Both are sorted.
pub(crate) fn diff(expected: &[(String, String)], actual: &[(String, String)]) -> Vec<Difference> {
    let mut names: Vec<&str> = expected.iter().chain(actual).map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let values = |parameters: &[(String, String)], name: &str| {
        let values: Vec<_> = parameters
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, value)| format!("{value:?}"))
            .collect();
        (!values.is_empty()).then(|| values.join(" and "))
    };
    names
        .into_iter()
        .map(|name| Difference::new(format!("query {name}"), values(expected, name), values(actual, name)))
        .filter(|difference| difference.expected != difference.actual)
        .collect()
}
