//! Refusals in Clerk's error envelope, with the statuses and codes of Clerk's error list.

use std::time::Duration;

use bytes::Bytes;
use clerk_core::{ErrorCode, HttpResponse};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

pub(super) static CLERK_TRACE_ID: HeaderName = HeaderName::from_static("clerk-trace-id");

/// The newest version of Clerk's API that the fake knows.
pub(super) const API_VERSION: &str = "2026-05-12";

/// The reason why a request is refused.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    status: StatusCode,
    errors: Vec<ErrorItem>,
    retry_after: Option<u64>,
}

/// One error of the envelope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct ErrorItem {
    message: &'static str,
    long_message: String,
    code: ErrorCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Value>,
}

impl ErrorItem {
    pub(super) fn for_param(code: ErrorCode, param: &str, message: &'static str) -> Self {
        Self {
            message,
            long_message: format!("{param} {message}"),
            code,
            meta: Some(json!({ "param_name": param })),
        }
    }

    pub(super) fn param_unknown(param: &str) -> Self {
        let message = "is not a parameter of this operation";
        Self::for_param(ErrorCode::FormParamUnknown, param, message)
    }

    pub(super) fn param_missing(param: &str) -> Self {
        Self::for_param(ErrorCode::FormParamMissing, param, "is missing")
    }

    pub(super) fn param_nil(param: &str) -> Self {
        Self::for_param(ErrorCode::FormParamNil, param, "must not be null")
    }

    pub(super) fn param_type_invalid(param: &str) -> Self {
        Self::for_param(ErrorCode::FormParamTypeInvalid, param, "has the wrong type")
    }

    pub(super) fn param_value_invalid(param: &str) -> Self {
        let message = "has a value that is not allowed";
        Self::for_param(ErrorCode::FormParamValueInvalid, param, message)
    }

    pub(super) fn param_too_large(param: &str) -> Self {
        let code = ErrorCode::from("form_param_exceeds_allowed_size");
        Self::for_param(code, param, "is larger than allowed")
    }

    pub(super) fn param_too_long(param: &str) -> Self {
        let code = ErrorCode::from("form_param_max_length_exceeded");
        Self::for_param(code, param, "is longer than allowed")
    }

    pub(super) fn identifier_exists(param: &str) -> Self {
        let message = "already belongs to another one";
        Self::for_param(ErrorCode::FormIdentifierExists, param, message)
    }

    /// Refuses an id or a key in the body that belongs to nothing.
    pub(super) fn resource_not_found(param: &str) -> Self {
        let code = ErrorCode::from("form_resource_not_found");
        Self::for_param(code, param, "does not exist")
    }

    pub(super) fn param_format_invalid(param: &str) -> Self {
        Self::for_param(ErrorCode::FormParamFormatInvalid, param, "is malformed")
    }
}

impl Refusal {
    pub(super) fn new(
        status: StatusCode,
        code: ErrorCode,
        message: &'static str,
        long_message: impl Into<String>,
    ) -> Self {
        let error = ErrorItem {
            message,
            long_message: long_message.into(),
            code,
            meta: None,
        };
        Self::from_errors(status, vec![error])
    }

    pub(super) const fn from_errors(status: StatusCode, errors: Vec<ErrorItem>) -> Self {
        Self {
            status,
            errors,
            retry_after: None,
        }
    }

    /// Refuses with 422 if there are any errors.
    pub(super) fn if_any(errors: Vec<ErrorItem>) -> Result<(), Self> {
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Self::from_errors(StatusCode::UNPROCESSABLE_ENTITY, errors))
        }
    }

    pub(super) fn with_meta(mut self, meta: Value) -> Self {
        if let Some(error) = self.errors.first_mut() {
            error.meta = Some(meta);
        }
        self
    }

    /// Refuses what the fake does not simulate. Clerk may have it, so the code is the fake's own instead of one of Clerk's, and
    /// the status is not a 5xx, because some SDKs retry those.
    pub(super) fn not_simulated(long_message: impl Into<String>) -> Self {
        let code = ErrorCode::from("fake_not_simulated");
        Self::new(StatusCode::BAD_REQUEST, code, "not simulated", long_message)
    }

    /// Refuses a method that no operation has.
    pub(super) fn method_not_allowed(method: &Method) -> Self {
        let code = ErrorCode::from("method_not_allowed");
        let hint = format!("No operation has the method {method}.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, code, "method not allowed", hint)
    }

    pub(super) fn api_version_invalid() -> Self {
        let code = ErrorCode::from("api_version_invalid");
        let hint = format!("The API version must be a date up to {API_VERSION}.");
        Self::new(StatusCode::BAD_REQUEST, code, "invalid API version", hint)
    }

    pub(super) fn authentication_missing() -> Self {
        let code = ErrorCode::from("authentication_invalid");
        let hint = "Send the secret key in the Authorization header.";
        Self::new(StatusCode::UNAUTHORIZED, code, "not authenticated", hint)
    }

    pub(super) fn authorization_malformed() -> Self {
        let code = ErrorCode::from("authorization_header_format_invalid");
        let hint = "The Authorization header must be \"Bearer\", a space and the secret key.";
        Self::new(StatusCode::UNAUTHORIZED, code, "malformed Authorization", hint)
    }

    pub(super) fn key_invalid() -> Self {
        let hint = "The secret key does not belong to this instance.";
        let code = ErrorCode::ClerkKeyInvalid;
        Self::new(StatusCode::UNAUTHORIZED, code, "invalid secret key", hint)
    }

    pub(super) fn not_found(long_message: impl Into<String>) -> Self {
        let code = ErrorCode::ResourceNotFound;
        Self::new(StatusCode::NOT_FOUND, code, "not found", long_message)
    }

    pub(super) fn body_invalid() -> Self {
        let code = ErrorCode::from("request_body_invalid");
        Self::new(StatusCode::BAD_REQUEST, code, "invalid body", "The body is not JSON.")
    }

    /// Refuses JSON that is not the object or array that the operation takes.
    pub(super) fn body_shape(expected: &str) -> Self {
        let hint = format!("The body must be {expected}.");
        let code = ErrorCode::FormParamValueInvalid;
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, "invalid body", hint)
    }

    pub(super) fn body_too_large() -> Self {
        let code = ErrorCode::from("request_body_too_large");
        let hint = "The body is larger than 1 MiB.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code, "body too large", hint)
    }

    pub(super) fn content_type() -> Self {
        let code = ErrorCode::from("unsupported_content_type");
        let hint = "The content type must be application/json.";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            code,
            "unsupported content type",
            hint,
        )
    }

    pub(super) fn bulk_size_exceeded(max: usize) -> Self {
        let hint = format!("One call takes at most {max} items.");
        let code = ErrorCode::BulkSizeExceeded;
        Self::new(StatusCode::BAD_REQUEST, code, "too many items", hint)
    }

    pub(super) fn not_allowed(addresses: &[String]) -> Self {
        let hint = "The allowlist or the blocklist of the instance excludes these addresses.";
        let code = ErrorCode::NotAllowedAccess;
        Self::new(StatusCode::FORBIDDEN, code, "access not allowed", hint)
            .with_meta(json!({ "identifiers": addresses }))
    }

    /// Does not name the address, because Clerk does not.
    pub(super) fn subaddress() -> Self {
        let hint = "The instance refuses email addresses with a subaddress.";
        let code = ErrorCode::NotAllowedAccess;
        Self::new(StatusCode::FORBIDDEN, code, "access not allowed", hint)
    }

    pub(super) fn duplicate(addresses: &[String]) -> Self {
        let hint = "Invitations are already pending for these addresses.";
        let code = ErrorCode::DuplicateRecord;
        Self::new(StatusCode::BAD_REQUEST, code, "duplicate invitation", hint)
            .with_meta(json!({ "email_addresses": addresses }))
    }

    /// Refuses with 429 and the time to wait in whole seconds: rounded up, at least one.
    pub(super) fn too_many_requests(wait: Duration) -> Self {
        let seconds = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
        let hint = "Wait for the time in the Retry-After header.";
        let code = ErrorCode::TooManyRequests;
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, code, "too many requests", hint);
        Self {
            retry_after: Some(seconds),
            ..refusal.with_meta(json!({ "resets_in": seconds }))
        }
    }

    /// The error that Clerk itself sends when it fails.
    pub(super) fn server_error(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::SERVICE_UNAVAILABLE => ErrorCode::from("service_unavailable"),
            StatusCode::GATEWAY_TIMEOUT => ErrorCode::from("gateway_timeout"),
            _ => ErrorCode::InternalClerkError,
        };
        let hint = "The request may or may not have taken effect.";
        Self::new(status, code, "server error", hint)
    }

    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        self.errors.iter().map(|error| error.code.as_str())
    }

    pub(super) fn response(&self, trace_id: &str) -> HttpResponse {
        let body = json!({ "errors": self.errors, "clerk_trace_id": trace_id });
        let mut response = json_response(body.to_string().into());
        *response.status_mut() = self.status;
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Returns a 200 with this JSON text, or a 204 without any.
pub(super) fn json_response(body: Bytes) -> HttpResponse {
    let mut response = HttpResponse::new(body);
    if response.body().is_empty() {
        *response.status_mut() = StatusCode::NO_CONTENT;
        return response;
    }
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// Returns a 502 in HTML, as a proxy in front of Clerk sends it.
pub(super) fn bad_gateway() -> HttpResponse {
    let mut response = HttpResponse::new("<html><body><h1>502 Bad Gateway</h1></body></html>\n".into());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    let html = HeaderValue::from_static("text/html");
    response.headers_mut().insert(CONTENT_TYPE, html);
    response
}
