use clerk_core::HttpRequest;
use clerk_core::json::Json;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderName, HeaderValue, Method};
use serde::Serialize;

use super::incoming::Incoming;
use crate::difference::{Difference, Extent, diff_json};
use crate::query;

/// Matches requests. [`get`], [`post`], [`put`], [`patch`], [`delete`] and [`request`] create one.
///
/// Method and path must match. Query, headers and body must match if they are set.
#[derive(Debug, Clone)]
#[must_use = "a matcher does nothing until a mock expects it"]
pub struct RequestMatcher {
    method: Method,
    path: String,
    query: Option<Vec<(String, String)>>,
    query_parameters: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<BodyMatcher>,
}

#[derive(Debug, Clone)]
enum BodyMatcher {
    Json(Json<'static>, Extent),
    Empty,
    /// The expected body cannot be written as JSON, for this reason.
    Impossible(String),
}

/// Matches `GET` requests of this path.
pub fn get(path: impl Into<String>) -> RequestMatcher {
    request(Method::GET, path)
}

/// Matches `POST` requests to this path.
pub fn post(path: impl Into<String>) -> RequestMatcher {
    request(Method::POST, path)
}

/// Matches `PUT` requests to this path.
pub fn put(path: impl Into<String>) -> RequestMatcher {
    request(Method::PUT, path)
}

/// Matches `PATCH` requests of this path.
pub fn patch(path: impl Into<String>) -> RequestMatcher {
    request(Method::PATCH, path)
}

/// Matches `DELETE` requests of this path.
pub fn delete(path: impl Into<String>) -> RequestMatcher {
    request(Method::DELETE, path)
}

/// Matches requests with this method and path.
///
/// The path is percent-encoded as in the request, and starts with `/v1`. A segment in braces matches any segment, as in
/// `/v1/invitations/{id}/revoke`.
pub fn request(method: Method, path: impl Into<String>) -> RequestMatcher {
    RequestMatcher {
        method,
        path: path.into(),
        query: None,
        query_parameters: Vec::new(),
        headers: Vec::new(),
        body: None,
    }
}

impl RequestMatcher {
    /// Requires exactly these query parameters, decoded and in any order. The SDK's lists send `paginated=true`.
    pub fn query<N: Into<String>, V: Into<String>>(mut self, parameters: impl IntoIterator<Item = (N, V)>) -> Self {
        let parameters = parameters.into_iter().map(|(name, value)| (name.into(), value.into()));
        let mut parameters: Vec<_> = parameters.collect();
        parameters.sort();
        self.query = Some(parameters);
        self
    }

    /// Requires this query parameter, decoded. Other parameters are allowed.
    pub fn query_param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query_parameters.push((name.into(), value.into()));
        self
    }

    /// Requires this header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Requires a JSON body that means the same as `body`. The order of keys, spacing and the spelling of numbers do not
    /// matter.
    pub fn json(self, body: impl Serialize) -> Self {
        self.body(&body, Extent::Whole)
    }

    /// Requires a JSON body that contains `body`: objects may have additional members, but arrays must have the same length.
    pub fn json_part(self, body: impl Serialize) -> Self {
        self.body(&body, Extent::Part)
    }

    /// Requires that there is no body.
    pub fn no_body(mut self) -> Self {
        self.body = Some(BodyMatcher::Empty);
        self
    }

    fn body(mut self, body: &impl Serialize, extent: Extent) -> Self {
        self.body = Some(match Json::from_serialize(body) {
            Ok(json) => BodyMatcher::Json(json, extent),
            Err(reason) => BodyMatcher::Impossible(reason),
        });
        self
    }

    /// Returns method and path, by which messages name the request.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Returns the reason if no request of a client can match.
    pub(super) fn problem(&self) -> Option<String> {
        if let Some((path, query)) = self.path.split_once('?') {
            return Some(format!(
                "the path contains the query {query:?}. Use the path {path:?}, and `query` or `query_param`"
            ));
        }
        if !self.path.contains("/v1/") {
            return Some(format!(
                "the path {:?} does not contain \"/v1/\", as the paths of all requests do. Use the path as it is sent",
                self.path
            ));
        }
        match &self.body {
            Some(BodyMatcher::Impossible(reason)) => Some(format!(
                "its body cannot be written as JSON ({reason}). Use another type"
            )),
            _ => None,
        }
    }

    /// Whether there are no [differences](Self::differences).
    pub(super) fn matches(&self, incoming: &Incoming<'_>) -> bool {
        let request = incoming.request;
        // Decides most cases without parsing a body.
        self.method == *request.method()
            && path_matches(&self.path, request.uri().path())
            && self.differences(incoming).is_empty()
    }

    /// Lists where a request does not match.
    pub(super) fn differences(&self, incoming: &Incoming<'_>) -> Vec<Difference> {
        let request = incoming.request;
        let mut found = Vec::new();
        if self.method != *request.method() {
            let actual = request.method().to_string();
            found.push(Difference::new("method", Some(self.method.to_string()), Some(actual)));
        }
        if !path_matches(&self.path, request.uri().path()) {
            let actual = request.uri().path().to_owned();
            found.push(Difference::new("path", Some(self.path.clone()), Some(actual)));
        }
        self.compare_query(incoming, &mut found);
        for (name, value) in &self.headers {
            found.extend(compare_header(name, value, request));
        }
        if let Some(body) = &self.body {
            found.extend(compare_body(body, incoming));
        }
        found
    }

    fn compare_query(&self, incoming: &Incoming<'_>, found: &mut Vec<Difference>) {
        if self.query.is_none() && self.query_parameters.is_empty() {
            return;
        }
        let actual = incoming.query();
        if let Some(expected) = &self.query {
            found.extend(query::diff(expected, actual));
        }
        for (name, value) in &self.query_parameters {
            let values: Vec<_> = actual.iter().filter(|(n, _)| n == name).map(|(_, v)| v).collect();
            if !values.contains(&value) {
                let actual = values.first().map(|value| format!("{value:?}"));
                found.push(Difference::new(
                    format!("query {name}"),
                    Some(format!("{value:?}")),
                    actual,
                ));
            }
        }
    }
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let (mut expected, mut actual) = (pattern.split('/'), path.split('/'));
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return true,
            (Some(expected), Some(actual)) => {
                let is_any = expected.starts_with('{') && expected.ends_with('}') && !actual.is_empty();
                if !is_any && expected != actual {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

fn compare_header(name: &str, expected: &str, request: &HttpRequest) -> Option<Difference> {
    let values: Vec<&HeaderValue> = request.headers().get_all(name).iter().collect();
    if values.iter().any(|value| value.as_bytes() == expected.as_bytes()) {
        return None;
    }
    let actual = values.first();
    let is_secret = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE]
        .iter()
        .any(|secret| is_named(secret, name))
        || actual.is_some_and(|value| value.is_sensitive());
    let (expected, actual) = if is_secret {
        let hidden = |text: &str| format!("{text} (not shown)");
        (hidden("a value"), actual.map(|_| hidden("a different value")))
    } else {
        (format!("{expected:?}"), actual.map(|value| format!("{value:?}")))
    };
    Some(Difference::new(
        format!("header {}", name.to_ascii_lowercase()),
        Some(expected),
        actual,
    ))
}

fn is_named(header: &HeaderName, name: &str) -> bool {
    header.as_str().eq_ignore_ascii_case(name)
}

fn compare_body(expected: &BodyMatcher, incoming: &Incoming<'_>) -> Vec<Difference> {
    let body = incoming.request.body();
    let bytes = || (!body.is_empty()).then(|| format!("{} bytes", body.len()));
    match expected {
        BodyMatcher::Empty if body.is_empty() => Vec::new(),
        BodyMatcher::Empty => vec![Difference::new("body", None, bytes())],
        BodyMatcher::Impossible(reason) => {
            let expected = format!("a body that cannot be written as JSON ({reason})");
            vec![Difference::new("body", Some(expected), bytes())]
        }
        BodyMatcher::Json(expected, extent) => match incoming.json() {
            Some(actual) => {
                let found = diff_json(expected, actual, *extent).into_iter();
                found.map(|difference| difference.within("body")).collect()
            }
            None => {
                let actual = bytes().map(|bytes| format!("{bytes} that are not JSON"));
                vec![Difference::new("body", Some(expected.to_string()), actual)]
            }
        },
    }
}
