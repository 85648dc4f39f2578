//! Requests that are written without the SDK, and their responses.
#![allow(
    clippy::expect_used,
    dead_code,
    reason = "a test fails by panicking, and no file of tests uses everything"
)]

pub(crate) mod connection;
pub(crate) mod operations;
pub(crate) mod organizations;
#[cfg(feature = "server")]
pub(crate) mod server;

use std::time::Duration;

use clerk_core::{Error, HttpRequest, HttpResponse, HttpTransport, TransportError};
use clerk_testkit::FakeClerk;
use serde_json::{Value, json};

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) json: Value,
    pub(crate) response: HttpResponse,
}

impl Answer {
    /// Returns the code of the only error.
    pub(crate) fn code(&self) -> &str {
        let errors = self.json["errors"].as_array().map_or(&[][..], Vec::as_slice);
        assert_eq!(errors.len(), 1, "{}", self.json);
        errors[0]["code"].as_str().expect("a code")
    }

    pub(crate) fn meta(&self) -> &Value {
        &self.json["errors"][0]["meta"]
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }
}

pub(crate) fn request(method: &str, path: &str, body: impl ToString) -> HttpRequest {
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("https://api.clerk.com/v1{path}"))
        .header("authorization", "Bearer sk_test_fake");
    let body = body.to_string();
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    request.body(body.into()).expect("a request")
}

pub(crate) fn send(fake: &FakeClerk, request: HttpRequest) -> Result<Answer, TransportError> {
    let response = pollster::block_on(fake.send(request))?;
    Ok(Answer {
        status: response.status().as_u16(),
        json: serde_json::from_slice(response.body()).unwrap_or_default(),
        response,
    })
}

/// Sends a request, and returns its response.
pub(crate) fn call(fake: &FakeClerk, method: &str, path: &str, body: impl ToString) -> Answer {
    send(fake, request(method, path, body)).expect("a response")
}

pub(crate) fn invite(fake: &FakeClerk, address: &str) -> Answer {
    call(fake, "POST", "/invitations", json!({ "email_address": address }))
}

pub(crate) fn invite_all(fake: &FakeClerk, addresses: &[&str]) -> Answer {
    let people: Vec<_> = addresses
        .iter()
        .map(|address| json!({ "email_address": address }))
        .collect();
    call(fake, "POST", "/invitations/bulk", Value::from(people))
}

/// Returns `count` people with the addresses `p{first}@example.com` and so on.
pub(crate) fn people(first: usize, count: usize) -> Value {
    (first..first + count)
        .map(|i| json!({ "email_address": format!("p{i}@example.com") }))
        .collect()
}

pub(crate) fn invite_people(fake: &FakeClerk, first: usize, count: usize) -> Answer {
    call(fake, "POST", "/invitations/bulk", people(first, count))
}

pub(crate) const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Returns the addresses of a list of invitations, in order.
pub(crate) fn listed(fake: &FakeClerk, query: &str) -> Vec<String> {
    let answer = call(fake, "GET", &format!("/invitations?{query}"), "");
    assert_eq!(answer.status, 200, "{query}: {}", answer.json);
    let items = answer.json.as_array().expect("an array");
    items
        .iter()
        .map(|item| item["email_address"].as_str().expect("an address").to_owned())
        .collect()
}

/// Returns the status and the code of a refused call.
pub(crate) fn refusal(error: &Error) -> (u16, String) {
    let status = error.status().expect("a status").as_u16();
    (status, error.api_errors()[0].code().to_string())
}
