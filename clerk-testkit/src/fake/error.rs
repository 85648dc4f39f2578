//! Errors in Clerk's shape, with the codes and statuses of its error list.

use std::time::Duration;

use bytes::Bytes;
use clerk_core::{ErrorCode, HttpResponse};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

const ARRAY_SIZE_EXCEEDED: &str = "form_param_array_size_exceeded";
const AUTHENTICATION_INVALID: &str = "authentication_invalid";
const AUTHORIZATION_HEADER_FORMAT_INVALID: &str = "authorization_header_format_invalid";
const FAKE_NOT_SIMULATED: &str = "fake_not_simulated";
const GATEWAY_TIMEOUT: &str = "gateway_timeout";
const REQUEST_BODY_INVALID: &str = "request_body_invalid";
const REQUEST_BODY_TOO_LARGE: &str = "request_body_too_large";
const SERVICE_UNAVAILABLE: &str = "service_unavailable";
const UNSUPPORTED_CONTENT_TYPE: &str = "unsupported_content_type";

pub(super) static CLERK_TRACE_ID: HeaderName = HeaderName::from_static("clerk-trace-id");

/// A request that is refused: what becomes the error envelope.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    status: StatusCode,
    errors: Vec<ErrorItem>,
    retry_after: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct ErrorItem {
    message: &'static str,
    long_message: String,
    code: ErrorCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Value>,
}

impl ErrorItem {
    pub(super) fn new(code: ErrorCode, message: &'static str, long_message: impl Into<String>) -> Self {
        Self {
            message,
            long_message: long_message.into(),
            code,
            meta: None,
        }
    }

    pub(super) fn with_meta(mut self, meta: Value) -> Self {
        self.meta = Some(meta);
        self
    }

    pub(super) fn of_param(code: ErrorCode, param: &str, message: &'static str) -> Self {
        Self::new(code, message, format!("{param} {message}")).with_meta(json!({ "param_name": param }))
    }

    pub(super) fn param_unknown(param: &str) -> Self {
        Self::of_param(
            ErrorCode::FORM_PARAM_UNKNOWN,
            param,
            "is not a parameter of this operation",
        )
    }

    pub(super) fn param_missing(param: &str) -> Self {
        Self::of_param(ErrorCode::FORM_PARAM_MISSING, param, "is missing")
    }

    pub(super) fn param_nil(param: &str) -> Self {
        Self::of_param(ErrorCode::FORM_PARAM_NIL, param, "cannot be null")
    }

    pub(super) fn param_type_invalid(param: &str) -> Self {
        Self::of_param(ErrorCode::FORM_PARAM_TYPE_INVALID, param, "is of the wrong type")
    }

    pub(super) fn param_value_invalid(param: &str) -> Self {
        Self::of_param(
            ErrorCode::FORM_PARAM_VALUE_INVALID,
            param,
            "has a value that is not allowed",
        )
    }

    pub(super) fn param_format_invalid(param: &str) -> Self {
        Self::of_param(ErrorCode::FORM_PARAM_FORMAT_INVALID, param, "is malformed")
    }

    pub(super) fn param_array_size_exceeded(param: &str) -> Self {
        Self::of_param(ErrorCode::new(ARRAY_SIZE_EXCEEDED), param, "has too many values")
    }

    fn identifier_exists(param: &str) -> Self {
        Self::of_param(ErrorCode::FORM_IDENTIFIER_EXISTS, param, "belongs to a user already")
    }
}

impl Refusal {
    fn new(status: StatusCode, errors: Vec<ErrorItem>) -> Self {
        Self {
            status,
            errors,
            retry_after: None,
        }
    }

    pub(super) fn of(status: StatusCode, error: ErrorItem) -> Self {
        Self::new(status, vec![error])
    }

    /// 422 if any parameter is not as it should be.
    pub(super) fn if_any(errors: Vec<ErrorItem>) -> Result<(), Self> {
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Self::new(StatusCode::UNPROCESSABLE_ENTITY, errors))
        }
    }

    pub(super) fn authentication_missing() -> Self {
        let code = ErrorCode::new(AUTHENTICATION_INVALID);
        let hint = "Send the secret key in the header Authorization.";
        Self::of(
            StatusCode::UNAUTHORIZED,
            ErrorItem::new(code, "not authenticated", hint),
        )
    }

    pub(super) fn authorization_malformed() -> Self {
        let code = ErrorCode::new(AUTHORIZATION_HEADER_FORMAT_INVALID);
        let hint = "The header Authorization reads: Bearer, a space, the secret key.";
        Self::of(
            StatusCode::UNAUTHORIZED,
            ErrorItem::new(code, "malformed Authorization", hint),
        )
    }

    pub(super) fn key_invalid() -> Self {
        let hint = "The secret key is not that of this instance.";
        let error = ErrorItem::new(ErrorCode::CLERK_KEY_INVALID, "invalid secret key", hint);
        Self::of(StatusCode::UNAUTHORIZED, error)
    }

    pub(super) fn not_found(what: impl Into<String>) -> Self {
        let error = ErrorItem::new(ErrorCode::RESOURCE_NOT_FOUND, "not found", what);
        Self::of(StatusCode::NOT_FOUND, error)
    }

    /// Refuses what the fake does not simulate. Clerk may have it, so the code is the fake's own instead of one of Clerk's, and
    /// the status is not a 5xx, because some SDKs retry those.
    pub(super) fn not_simulated(hint: impl Into<String>) -> Self {
        let code = ErrorCode::new(FAKE_NOT_SIMULATED);
        Self::of(StatusCode::BAD_REQUEST, ErrorItem::new(code, "not simulated", hint))
    }

    pub(super) fn body_invalid() -> Self {
        let error = ErrorItem::new(
            ErrorCode::new(REQUEST_BODY_INVALID),
            "invalid body",
            "The body is not JSON.",
        );
        Self::of(StatusCode::BAD_REQUEST, error)
    }

    /// JSON, but not the object or array of objects that the operation takes.
    pub(super) fn body_shape(expected: &str) -> Self {
        let hint = format!("The body has to be {expected}.");
        let error = ErrorItem::new(ErrorCode::FORM_PARAM_VALUE_INVALID, "invalid body", hint);
        Self::of(StatusCode::UNPROCESSABLE_ENTITY, error)
    }

    pub(super) fn body_too_large() -> Self {
        let code = ErrorCode::new(REQUEST_BODY_TOO_LARGE);
        let error = ErrorItem::new(code, "body too large", "The body is larger than this server reads.");
        Self::of(StatusCode::PAYLOAD_TOO_LARGE, error)
    }

    pub(super) fn content_type() -> Self {
        let code = ErrorCode::new(UNSUPPORTED_CONTENT_TYPE);
        let error = ErrorItem::new(code, "unsupported content type", "The body has to be application/json.");
        Self::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, error)
    }

    pub(super) fn bulk_size_exceeded(max: usize) -> Self {
        let hint = format!("One call takes at most {max} items.");
        let error = ErrorItem::new(ErrorCode::BULK_SIZE_EXCEEDED, "too many items", hint);
        Self::of(StatusCode::BAD_REQUEST, error)
    }

    pub(super) fn not_allowed(addresses: &[String]) -> Self {
        let hint = "The instance does not let these addresses in.";
        let error = ErrorItem::new(ErrorCode::NOT_ALLOWED_ACCESS, "access not allowed", hint);
        Self::of(
            StatusCode::FORBIDDEN,
            error.with_meta(json!({ "identifiers": addresses })),
        )
    }

    /// Does not say which address it is, as Clerk does not.
    pub(super) fn user_exists() -> Self {
        let error = ErrorItem::identifier_exists("email_address");
        Self::of(StatusCode::UNPROCESSABLE_ENTITY, error)
    }

    pub(super) fn duplicate(addresses: &[String]) -> Self {
        let hint = "Invitations are pending for these addresses.";
        let error = ErrorItem::new(ErrorCode::DUPLICATE_RECORD, "duplicate invitation", hint);
        Self::of(
            StatusCode::BAD_REQUEST,
            error.with_meta(json!({ "email_addresses": addresses })),
        )
    }

    /// 429 that asks for whole seconds, rounded up, at least one.
    pub(super) fn too_many_requests(wait: Duration) -> Self {
        let seconds = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
        let hint = "Wait as long as the header Retry-After says.";
        let error = ErrorItem::new(ErrorCode::TOO_MANY_REQUESTS, "too many requests", hint);
        let mut refusal = Self::of(
            StatusCode::TOO_MANY_REQUESTS,
            error.with_meta(json!({ "resets_in": seconds })),
        );
        refusal.retry_after = Some(seconds);
        refusal
    }

    /// What Clerk itself answers when it fails.
    pub(super) fn server_error(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::SERVICE_UNAVAILABLE => ErrorCode::new(SERVICE_UNAVAILABLE),
            StatusCode::GATEWAY_TIMEOUT => ErrorCode::new(GATEWAY_TIMEOUT),
            _ => ErrorCode::INTERNAL_CLERK_ERROR,
        };
        Self::of(
            status,
            ErrorItem::new(code, "server error", "The request may have been carried out or not."),
        )
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

/// 200 with this JSON text.
pub(super) fn json_response(body: Bytes) -> HttpResponse {
    let mut response = HttpResponse::new(body);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// 502 as a proxy in front of Clerk writes it.
pub(super) fn bad_gateway() -> HttpResponse {
    let mut response = HttpResponse::new("<html><body><h1>502 Bad Gateway</h1></body></html>\n".into());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    let html = HeaderValue::from_static("text/html");
    response.headers_mut().insert(CONTENT_TYPE, html);
    response
}
