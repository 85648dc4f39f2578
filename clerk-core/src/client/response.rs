use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::error::{self, Error, Result};
use crate::middleware::retry_after;
use crate::safe_to_log::is_safe_to_log;
use crate::transport::{Attempts, Effect, HttpResponse, TransportError};

/// A successful answer, whole.
///
/// `Debug` shows the value, and of the headers the names and of the body the length alone: cookies and addresses can stand
/// there.
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
}

impl<T> Response<T> {
    /// What the body decoded to.
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// What the body decoded to, taken out.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The status, 200 nearly always.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as it came: JSON, with the fields that the model does not have too. It can hold addresses.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// The id under which Clerk's support finds the request.
    pub fn trace_id(&self) -> Option<&str> {
        trace_id(&self.headers)
    }

    /// How many attempts the call took.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .finish()
    }
}

/// Makes of what the transport brought what the caller gets.
pub(super) fn read<T: DeserializeOwned>(
    operation: &'static str,
    result: Result<HttpResponse, TransportError>,
    clock: &dyn Clock,
) -> Result<Response<T>> {
    let (parts, body) = match result {
        Ok(response) => response.into_parts(),
        Err(error) => return Err(Error::from_transport(operation, error)),
    };
    let attempts = parts
        .extensions
        .get()
        .copied()
        .unwrap_or(Attempts::new(1, Effect::NotApplied));
    let trace_id = || trace_id(&parts.headers).map(str::to_owned);
    if !parts.status.is_success() {
        let envelope = error::parse_envelope(&body);
        return Err(Error::from_status(operation, parts.status, envelope, trace_id())
            .with_retry_after(retry_after(&parts.headers, clock))
            .with_attempts(attempts));
    }
    match error::decode(&body) {
        Ok(value) => Ok(Response {
            value,
            status: parts.status,
            attempts: attempts.count(),
            headers: parts.headers,
            body,
        }),
        Err(source) => Err(Error::from_decode(operation, parts.status, trace_id(), source).with_attempts(attempts)),
    }
}

fn trace_id(headers: &HeaderMap) -> Option<&str> {
    ["clerk-trace-id", "cf-ray"]
        .into_iter()
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .find(|id| is_safe_to_log(id))
}
