//! The service's errors, and the HTTP response to each.

use std::io;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use clerk_hyper::{Effect, Error, ErrorKind};
use serde_json::json;

/// Why a request to the service failed.
pub(crate) enum Failure {
    /// There is no run with this id.
    NoSuchRun,
    /// The request has nobody to invite, or too many people.
    NumberOfPeople,
    /// Too many runs are waiting.
    Busy,
    /// The run has not stopped, so it cannot be resumed.
    NotStopped,
    /// The run could not be stored.
    Storage(io::Error),
    /// A call to Clerk failed.
    Clerk(Error),
    /// The service has a fault.
    Internal,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Clerk(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Storage(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::NoSuchRun => (StatusCode::NOT_FOUND, "there is no run with this id".to_owned()),
            Self::NumberOfPeople => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "give between 1 and 10000 email addresses in `people`".to_owned(),
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too many runs are waiting; try again when one of them has ended".to_owned(),
            ),
            Self::NotStopped => (StatusCode::CONFLICT, "the run has not stopped".to_owned()),
            Self::Storage(error) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("the run could not be stored: {}", error.kind()),
            ),
            Self::Clerk(error) => return clerk_failed(&error),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "the service failed".to_owned()),
        };
        (status, Json(json!({ "message": message }))).into_response()
    }
}

/// Returns the response for a call to Clerk that failed.
///
/// A browser may repeat its request only if `effect` is `not_applied`. The message has neither keys nor addresses, so it may be
/// shown.
fn clerk_failed(error: &Error) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(wait) = error.retry_after() {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    let body = json!({
        "message": error.to_string(),
        "kind": error.kind(),
        "code": error.code(),
        "effect": error.effect(),
        "trace_id": error.trace_id(),
    });
    (status(error), headers, Json(body)).into_response()
}

/// Returns the status by whose fault the call failed: the browser's request, Clerk, or the service's own key and plan.
fn status(error: &Error) -> StatusCode {
    match error.kind() {
        // The person who was to be invited: unusual addresses, duplicates, the instance's blocklist.
        ErrorKind::InvalidRequest | ErrorKind::Rejected => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        // Clerk's limit of this service, and not a limit of the browser: so not 429.
        ErrorKind::RateLimited => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
        // Nothing that the browser can change. Without an effect, it is worth another try.
        ErrorKind::Transport | ErrorKind::Server if error.effect() == Effect::NotApplied => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        _ => StatusCode::BAD_GATEWAY,
    }
}
