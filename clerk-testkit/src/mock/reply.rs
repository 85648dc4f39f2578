use std::fmt::Display;
use std::time::Duration;

use clerk_core::{Bytes, CallContext, Delivery, HttpRequest, HttpResponse, TransportError, TransportErrorKind};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::ManualClock;

/// A reply of a [`Mock`](crate::Mock): a response in Clerk's format, an error, or none at all.
#[derive(Debug, Clone)]
#[must_use = "a reply does nothing until a mock responds with it"]
pub struct Reply(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Response(HttpResponse),
    /// A response that is not checked.
    Unchecked(HttpResponse),
    Failure {
        kind: TransportErrorKind,
        delivery: Delivery,
    },
    Hang,
    /// The reply is not possible, for this reason.
    Impossible(String),
}

impl Reply {
    /// Replies 200 with `body` as JSON.
    pub fn json(body: impl Serialize) -> Self {
        match serde_json::to_vec(&body) {
            Ok(json) => {
                let mut response = HttpResponse::new(json.into());
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(CONTENT_TYPE, json);
                Self(Kind::Response(response))
            }
            Err(error) => Self(Kind::Impossible(format!(
                "its body cannot be written as JSON ({error}). Use another type"
            ))),
        }
    }

    /// Replies 200 with these bytes and no content type.
    ///
    /// Of all replies, only this one may be a response that the client cannot decode: the mock does not report it.
    pub fn bytes(body: impl Into<Bytes>) -> Self {
        Self(Kind::Unchecked(HttpResponse::new(body.into())))
    }

    /// Replies with a pending invitation, like `POST /v1/invitations`.
    pub fn invitation(id: &str, email_address: &str) -> Self {
        Self::json(invitation(id, email_address))
    }

    /// Replies with pending invitations, given by id and address, in an array, like `POST /v1/invitations/bulk`.
    pub fn invitations<'a>(invitations: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let invitations = invitations.into_iter().map(|(id, address)| invitation(id, address));
        Self::json(invitations.collect::<Vec<_>>())
    }

    /// Replies with one page of pending invitations, given by id and address, and the total of all pages, like
    /// `GET /v1/invitations`.
    pub fn page<'a>(invitations: impl IntoIterator<Item = (&'a str, &'a str)>, total: u64) -> Self {
        let invitations = invitations.into_iter().map(|(id, address)| invitation(id, address));
        Self::json(json!({ "data": invitations.collect::<Vec<_>>(), "total_count": total }))
    }

    /// Replies with Clerk's error format, for example `Reply::error(422, "form_param_format_invalid")`. Add details with
    /// [`meta`](Self::meta).
    pub fn error(status: u16, code: impl Display) -> Self {
        let message = "refused by the mock";
        let error = json!({ "code": code.to_string(), "message": message, "long_message": message });
        Self::json(json!({ "errors": [error], "clerk_trace_id": "trace_mock" })).status(status)
    }

    /// Replies 429 like Clerk beyond a rate limit, with `Retry-After` in whole seconds, rounded up.
    pub fn rate_limited(retry_after: Duration) -> Self {
        let seconds = retry_after.as_nanos().div_ceil(1_000_000_000);
        Self::error(429, "too_many_requests").header(RETRY_AFTER.as_str(), seconds.to_string())
    }

    /// Fails with a transport error.
    pub const fn failure(kind: TransportErrorKind, delivery: Delivery) -> Self {
        Self(Kind::Failure { kind, delivery })
    }

    /// Never replies: the call hangs until it is dropped, for example by a timeout.
    pub const fn hang() -> Self {
        Self(Kind::Hang)
    }

    /// Sets the status, 100 to 999.
    pub fn status(self, status: u16) -> Self {
        self.change(|response| {
            let status =
                StatusCode::from_u16(status).map_err(|_| format!("{status} is not an HTTP status. Use 100 to 999"))?;
            *response.status_mut() = status;
            Ok(())
        })
    }

    /// Adds a header.
    pub fn header(self, name: &str, value: impl AsRef<str>) -> Self {
        self.change(|response| {
            let name = HeaderName::try_from(name).map_err(|_| format!("{name:?} is not a valid header name"))?;
            let value = HeaderValue::try_from(value.as_ref());
            let value = value
                .map_err(|_| format!("the value of the header {name} contains characters that headers cannot have"))?;
            response.headers_mut().append(name, value);
            Ok(())
        })
    }

    /// Sets the meta of an [`error`](Self::error), for example `json!({ "param_name": "email_address" })`.
    pub fn meta(self, meta: impl Serialize) -> Self {
        self.change(|response| {
            let meta = serde_json::to_value(&meta)
                .map_err(|error| format!("its meta cannot be written as JSON ({error}). Use another type"))?;
            let mut body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
            let Some(error) = body.pointer_mut("/errors/0").and_then(Value::as_object_mut) else {
                return Err("`meta` is only for `Reply::error`".to_owned());
            };
            error.insert("meta".to_owned(), meta);
            *response.body_mut() = body.to_string().into();
            Ok(())
        })
    }

    fn change(mut self, change: impl FnOnce(&mut HttpResponse) -> Result<(), String>) -> Self {
        match &mut self.0 {
            Kind::Response(response) | Kind::Unchecked(response) => match change(response) {
                Ok(()) => self,
                Err(reason) => Self(Kind::Impossible(reason)),
            },
            Kind::Failure { .. } | Kind::Hang => Self(Kind::Impossible(
                "`Reply::failure` and `Reply::hang` have no response to change".to_owned(),
            )),
            Kind::Impossible(_) => self,
        }
    }

    /// Returns the operation and the reason if the reply is a success that the client cannot decode.
    pub(super) fn undecodable(&self, request: &HttpRequest) -> Option<(&'static str, String)> {
        let Kind::Response(response) = &self.0 else {
            return None;
        };
        let context = CallContext::from_request(request).filter(|_| response.status().is_success())?;
        let error = context.check_response(response.body()).err()?;
        Some((context.operation().name(), error.to_string()))
    }

    /// Returns the reason if the reply is not possible.
    pub(super) fn problem(&self) -> Option<&str> {
        match &self.0 {
            Kind::Impossible(reason) => Some(reason),
            Kind::Response(_) | Kind::Unchecked(_) | Kind::Failure { .. } | Kind::Hang => None,
        }
    }

    /// Returns the result of the call, or `None` if it hangs.
    pub(crate) fn into_result(self) -> Option<Result<HttpResponse, TransportError>> {
        match self.0 {
            Kind::Response(response) | Kind::Unchecked(response) => Some(Ok(response)),
            Kind::Failure { kind, delivery } => Some(Err(TransportError::new(kind, delivery))),
            Kind::Hang => None,
            Kind::Impossible(reason) => {
                let error = TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent);
                Some(Err(error.with_source(reason)))
            }
        }
    }
}

pub(super) fn invitation(id: &str, email_address: &str) -> Value {
    let now = ManualClock::START.as_millis();
    json!({
        "object": "invitation",
        "id": id,
        "email_address": email_address,
        "public_metadata": {},
        "status": "pending",
        "revoked": false,
        "created_at": now,
        "updated_at": now,
    })
}
