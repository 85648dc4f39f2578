//! The control calls: what Clerk does on its own or through its users, and what a test wants to know.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use clerk_core::HttpResponse;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::FakeClerk;
use crate::fake::FakeOperation;

/// The beginning of the paths of control calls.
pub(super) const PREFIX: &str = "/_fake/";

const UNKNOWN: &str = "Unknown control call. These exist: GET /_fake/mails, GET /_fake/calls, POST /_fake/sign-up, \
                       POST /_fake/join, POST /_fake/advance and POST /_fake/reset.";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignUp {
    email_address: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Join {
    email_address: String,
    organization_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

/// The reason why a control call fails.
struct Problem {
    status: StatusCode,
    message: String,
}

impl Problem {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status, message }
    }
}

/// Responds to a control call.
pub(super) fn respond(fake: &FakeClerk, method: &Method, path: &str, body: &[u8]) -> HttpResponse {
    let result = match (method.as_str(), path) {
        ("GET", "/_fake/mails") => Ok(json_response(&fake.mails())),
        ("GET", "/_fake/calls") => Ok(json_response(&calls(fake))),
        ("POST", "/_fake/sign-up") => sign_up(fake, body),
        ("POST", "/_fake/join") => join(fake, body),
        ("POST", "/_fake/advance") => parse(body).map(|Advance { seconds }| {
            fake.advance(Duration::from_secs(seconds));
            no_content()
        }),
        ("POST", "/_fake/reset") => {
            fake.reset();
            Ok(no_content())
        }
        _ => Err(Problem::new(StatusCode::NOT_FOUND, UNKNOWN)),
    };
    result.unwrap_or_else(|problem| {
        let mut response = json_response(&json!({ "error": problem.message }));
        *response.status_mut() = problem.status;
        response
    })
}

fn calls(fake: &FakeClerk) -> BTreeMap<&'static str, u64> {
    let operations = FakeOperation::ALL.iter();
    operations
        .map(|operation| (operation.name(), fake.calls(*operation)))
        .collect()
}

fn sign_up(fake: &FakeClerk, body: &[u8]) -> Result<HttpResponse, Problem> {
    let SignUp { email_address } = parse(body)?;
    fake.sign_up(&email_address);
    Ok(user_id(fake, &email_address))
}

fn join(fake: &FakeClerk, body: &[u8]) -> Result<HttpResponse, Problem> {
    let Join {
        email_address,
        organization_id,
    } = parse(body)?;
    if fake.join_organization(organization_id, &email_address) {
        Ok(user_id(fake, &email_address))
    } else {
        let message = "The organization has no pending invitation for this address.";
        Err(Problem::new(StatusCode::NOT_FOUND, message))
    }
}

fn user_id(fake: &FakeClerk, email_address: &str) -> HttpResponse {
    json_response(&json!({ "user_id": fake.user_id(email_address) }))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("The body does not match the control call: {error}.");
        Problem::new(StatusCode::BAD_REQUEST, message)
    })
}

fn no_content() -> HttpResponse {
    let mut response = HttpResponse::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn json_response(value: &impl Serialize) -> HttpResponse {
    // Serialization cannot fail: the values are maps of text and numbers.
    let body = serde_json::to_vec(value).unwrap_or_default();
    let mut response = HttpResponse::new(body.into());
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
