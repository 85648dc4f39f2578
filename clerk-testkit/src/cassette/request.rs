use std::borrow::Cow;
use std::collections::BTreeMap;

use clerk_core::HttpRequest;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::scrub::Scrubber;
use crate::query;

/// Headers by name, each with its values in their order.
pub(super) type Headers = BTreeMap<String, Vec<String>>;

/// A request as a file keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedRequest<'a> {
    pub(super) method: Cow<'a, str>,
    pub(super) path: Cow<'a, str>,
    /// Decoded and sorted: the order in the URL says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) query: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: Headers,
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub(super) body: Body<'a>,
}

impl<'a> RecordedRequest<'a> {
    /// `request`, scrubbed, with those of its headers that `allowed` names. Only what was scrubbed is copied.
    pub(super) fn scrubbed(request: &'a HttpRequest, allowed: &[String], scrubber: &mut Scrubber) -> Self {
        let uri = request.uri();
        let parameters = query::sorted_parameters(uri.query()).into_iter();
        let mut query: Vec<_> = parameters
            .map(|(name, value)| {
                let value = scrubber.parameter(&name, value);
                (scrubber.string(name.into()).into_owned(), value)
            })
            .collect();
        query.sort();
        Self {
            method: request.method().as_str().into(),
            path: scrubber.string(uri.path().into()),
            query,
            headers: scrubbed_headers(request.headers(), allowed, scrubber),
            body: Body::scrubbed(request.body(), scrubber),
        }
    }

    /// The same request, of its own.
    pub(super) fn into_owned(self) -> RecordedRequest<'static> {
        RecordedRequest {
            method: Cow::Owned(self.method.into_owned()),
            path: Cow::Owned(self.path.into_owned()),
            query: self.query,
            headers: self.headers,
            body: self.body.into_owned(),
        }
    }

    /// What is the same for requests that match.
    pub(super) fn key(&self) -> Vec<u8> {
        let mut key = Vec::with_capacity(1024);
        write_canonical_text(&self.method, &mut key);
        write_canonical_text(&self.path, &mut key);
        for (name, value) in &self.query {
            key.push(b'?');
            write_canonical_text(name, &mut key);
            write_canonical_text(value, &mut key);
        }
        key.push(b'\n');
        self.body.write_key(&mut key);
        key
    }

    /// Method and path, as messages name the request.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

pub(super) fn scrubbed_headers(headers: &HeaderMap, allowed: &[String], scrubber: &mut Scrubber) -> Headers {
    let mut kept = Headers::new();
    for name in allowed {
        for value in headers.get_all(name).iter().filter(|value| !value.is_sensitive()) {
            if let Ok(value) = std::str::from_utf8(value.as_bytes()) {
                let value = scrubber.string(value.into()).into_owned();
                kept.entry(name.clone()).or_default().push(value);
            }
        }
    }
    kept
}

/// Ends the text with a byte that UTF-8 never contains, so that adjacent texts cannot be confused.
fn write_canonical_text(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.as_bytes());
    out.push(0xff);
}
