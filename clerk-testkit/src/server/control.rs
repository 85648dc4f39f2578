use std::collections::BTreeMap;

use bytes::Bytes;
use clerk_core::HttpResponse;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use serde::Serialize;

use crate::FakeClerk;
use crate::fake::FakeOperation;

/// Responds to a control call. Returns `None` for other requests.
pub(super) fn respond(fake: &FakeClerk, method: &Method, path: &str) -> Option<HttpResponse> {
    match (method.as_str(), path) {
        ("GET", "/_fake/mails") => Some(json(&fake.mails())),
        ("GET", "/_fake/calls") => Some(json(&calls(fake))),
        ("POST", "/_fake/reset") => {
            fake.reset();
            let mut response = HttpResponse::new(Bytes::new());
            *response.status_mut() = StatusCode::NO_CONTENT;
            Some(response)
        }
        _ => None,
    }
}

fn calls(fake: &FakeClerk) -> BTreeMap<&'static str, u64> {
    let operations = FakeOperation::ALL.iter();
    operations
        .map(|operation| (operation.name(), fake.calls(*operation)))
        .collect()
}

fn json(value: &impl Serialize) -> HttpResponse {
    // Serialization cannot fail: the values are maps of text and numbers.
    let body = serde_json::to_vec(value).unwrap_or_default();
    let mut response = HttpResponse::new(body.into());
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
