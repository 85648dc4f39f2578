//! The control calls: what Clerk does on its own or through its users, and what a test wants to know.

mod call;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use clerk_core::HttpResponse;
use clerk_core::model::UserId;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::FakeClerk;
use crate::fake::{FakeOperation, FaultPlan, Seed, TicketError};

use call::ControlResult;
pub(super) use call::{CONTROL_CALLS, PREFIX};

/// A person, by address or by the ticket of an invitation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignUp {
    email_address: Option<String>,
    ticket: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Join {
    email_address: Option<String>,
    ticket: Option<String>,
    organization_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    plan: String,
    #[serde(default)]
    seed: u64,
}

/// The reason why a control call fails.
struct Problem {
    status: StatusCode,
    message: String,
}

impl Problem {
    fn bad_request(message: impl Into<String>) -> Self {
        let (status, message) = (StatusCode::BAD_REQUEST, message.into());
        Self { status, message }
    }

    fn not_found(message: impl Into<String>) -> Self {
        let (status, message) = (StatusCode::NOT_FOUND, message.into());
        Self { status, message }
    }
}

impl From<TicketError> for Problem {
    fn from(error: TicketError) -> Self {
        Self::not_found(format!("{error}."))
    }
}

/// Responds to a control call.
pub(super) fn respond(fake: &FakeClerk, method: &Method, path: &str, body: &[u8]) -> HttpResponse {
    let found = CONTROL_CALLS
        .iter()
        .find(|call| call.method == *method && call.path == path);
    let result = match found {
        Some(call) => (call.run)(fake, body),
        None => Err(Problem::not_found(call::unknown())),
    };
    result.unwrap_or_else(|problem| {
        let mut response = json_response(&json!({ "error": problem.message }));
        *response.status_mut() = problem.status;
        response
    })
}

fn mails(fake: &FakeClerk, _: &[u8]) -> ControlResult {
    Ok(json_response(&fake.mails()))
}

fn calls(fake: &FakeClerk, _: &[u8]) -> ControlResult {
    let operations = FakeOperation::ALL.iter();
    let calls: BTreeMap<_, _> = operations
        .map(|operation| (operation.name(), fake.calls(*operation)))
        .collect();
    Ok(json_response(&calls))
}

fn state(fake: &FakeClerk, _: &[u8]) -> ControlResult {
    Ok(json_response(&fake.snapshot()))
}

fn sign_up(fake: &FakeClerk, body: &[u8]) -> ControlResult {
    match parse(body)? {
        SignUp {
            email_address: Some(address),
            ticket: None,
        } => Ok(user(&fake.sign_up(&address))),
        SignUp {
            email_address: None,
            ticket: Some(ticket),
        } => Ok(user(&fake.accept(ticket)?)),
        SignUp { .. } => Err(Problem::bad_request(
            "The body must have either an `email_address` or a `ticket`.",
        )),
    }
}

fn join(fake: &FakeClerk, body: &[u8]) -> ControlResult {
    match parse(body)? {
        Join {
            email_address: Some(address),
            ticket: None,
            organization_id: Some(organization_id),
        } => match fake.join_organization(organization_id, &address) {
            true => Ok(json_response(&json!({ "user_id": fake.user_id(&address) }))),
            false => Err(Problem::not_found(
                "The organization has no pending invitation for this address: invite the person first.",
            )),
        },
        Join {
            email_address: None,
            ticket: Some(ticket),
            organization_id: None,
        } => Ok(user(&fake.accept(ticket)?)),
        Join { .. } => Err(Problem::bad_request(
            "The body must have either an `email_address` and an `organization_id`, or a `ticket`.",
        )),
    }
}

fn advance(fake: &FakeClerk, body: &[u8]) -> ControlResult {
    let Advance { seconds } = parse(body)?;
    fake.advance(Duration::from_secs(seconds));
    Ok(no_content())
}

fn seed(fake: &FakeClerk, body: &[u8]) -> ControlResult {
    let text = std::str::from_utf8(body).map_err(|_| Problem::bad_request("The body must be UTF-8."))?;
    let seed = Seed::from_json(text).map_err(|error| Problem::bad_request(format!("{error}.")))?;
    fake.seed(&seed)
        .map_err(|error| Problem::bad_request(format!("{error}.")))?;
    Ok(no_content())
}

fn faults(fake: &FakeClerk, body: &[u8]) -> ControlResult {
    let Faults { plan, seed } = parse(body)?;
    let plan = FaultPlan::parse(&plan).map_err(|error| Problem::bad_request(format!("{error}.")))?;
    fake.set_faults(plan.seed(seed));
    Ok(no_content())
}

fn reset(fake: &FakeClerk, _: &[u8]) -> ControlResult {
    fake.reset();
    Ok(no_content())
}

fn user(user_id: &UserId) -> HttpResponse {
    json_response(&json!({ "user_id": user_id }))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| Problem::bad_request(format!("The body does not match the control call: {error}.")))
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

/// Responds to a person who follows the link of an invitation.
pub(super) fn follow_link(fake: &FakeClerk, query: Option<&str>) -> HttpResponse {
    let link = format!("?{}", query.unwrap_or_default());
    match fake.follow_link(link) {
        Ok(location) => {
            let mut response = no_content();
            *response.status_mut() = StatusCode::SEE_OTHER;
            // The handlers accept only URLs without control characters.
            if let Ok(location) = HeaderValue::try_from(location) {
                response.headers_mut().insert(http::header::LOCATION, location);
            }
            response
        }
        Err(error) => {
            let message = format!("{error}.");
            let error: Value =
                json!({ "code": error.code(), "message": "no pending invitation", "long_message": message });
            let mut response = json_response(&json!({ "errors": [error] }));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
    }
}
