use std::borrow::Cow;
use std::collections::BTreeMap;

use clerk_core::HttpRequest;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::fields::{Edit, Fields};
use super::scrub::Scrubber;
use crate::query;

/// Headers by name, each with its values in order.
pub(super) type Headers = BTreeMap<String, Vec<String>>;

/// A request in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedRequest<'a> {
    pub(super) method: Cow<'a, str>,
    pub(super) path: Cow<'a, str>,
    /// Decoded and sorted, because the order in the URL has no meaning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) query: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: Headers,
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub(super) body: Body<'a>,
}

impl<'a> RecordedRequest<'a> {
    /// Converts `request` with the headers in `allowed`, redacted and scrubbed. Copies only text that changes.
    pub(super) fn new(request: &'a HttpRequest, allowed: &[String], redact: &Fields, scrubber: &mut Scrubber) -> Self {
        let uri = request.uri();
        let mut recorded = Self {
            method: request.method().as_str().into(),
            path: uri.path().into(),
            query: query::parameters(uri.query().unwrap_or_default()).collect(),
            headers: recorded_headers(request.headers(), allowed),
            body: Body::new(request.body()),
        };
        redact.edit_request(&mut recorded, Edit::Redact);
        recorded.scrub(scrubber);
        recorded
    }

    pub(super) fn scrub(&mut self, scrubber: &mut Scrubber) {
        scrubber.text(&mut self.path);
        self.query
            .iter_mut()
            .for_each(|parameter| scrubber.parameter(parameter));
        self.query.sort();
        scrub_headers(&mut self.headers, scrubber);
        self.body.scrub(scrubber);
    }

    /// Returns the same request without borrowed text.
    pub(super) fn into_owned(self) -> RecordedRequest<'static> {
        RecordedRequest {
            method: Cow::Owned(self.method.into_owned()),
            path: Cow::Owned(self.path.into_owned()),
            query: self.query,
            headers: self.headers,
            body: self.body.into_owned(),
        }
    }

    /// Returns bytes that are the same for all requests that match.
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

    /// Appends the headers to a [key](Self::key).
    pub(super) fn write_headers(&self, key: &mut Vec<u8>) {
        for (name, values) in &self.headers {
            key.push(b'\n');
            write_canonical_text(name, key);
            values.iter().for_each(|value| write_canonical_text(value, key));
        }
    }

    /// Returns method and path, by which messages name the request.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Returns the headers in `allowed` that are text and not marked as sensitive.
pub(super) fn recorded_headers(headers: &HeaderMap, allowed: &[String]) -> Headers {
    let mut recorded = Headers::new();
    for name in allowed {
        for value in headers.get_all(name).iter().filter(|value| !value.is_sensitive()) {
            if let Ok(value) = std::str::from_utf8(value.as_bytes()) {
                recorded.entry(name.clone()).or_default().push(value.to_owned());
            }
        }
    }
    recorded
}

pub(super) fn scrub_headers(headers: &mut Headers, scrubber: &mut Scrubber) {
    for value in headers.values_mut().flatten() {
        scrubber.string(value);
    }
}

/// Ends the text with a byte that UTF-8 never contains, so that adjacent texts cannot be confused.
fn write_canonical_text(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.as_bytes());
    out.push(0xff);
}
