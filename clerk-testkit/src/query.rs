//! Percent-decoding, and the parameters of a query.

use percent_encoding::percent_decode_str;

use crate::difference::Difference;

/// Decodes percent escapes (RFC 3986, 2.1). Invalid escapes are kept, and invalid UTF-8 is replaced.
pub(crate) fn percent_decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Returns the parameters of a query in order, decoded (WHATWG URL Standard, 5.1).
pub(crate) fn parameters(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| percent_decode(&text.replace('+', " "));
    let parameters = query.split('&').filter(|parameter| !parameter.is_empty());
    parameters.map(move |parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (decode(name), decode(value))
    })
}

/// Returns the parameters of a query sorted, since their order in the URL has no meaning.
pub(crate) fn sorted_parameters(query: Option<&str>) -> Vec<(String, String)> {
    let mut parameters: Vec<_> = parameters(query.unwrap_or_default()).collect();
    parameters.sort();
    parameters
}

/// Lists the parameters in which two queries differ, by name. Both must be sorted.
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
