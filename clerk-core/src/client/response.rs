use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::error::{self, Error, Result};
use crate::middleware::retry_after;
use crate::safe_to_log::is_safe_to_log;
use crate::transport::{Attempts, Effect, HttpResponse, TransportError, trace_id};

/// A successful response.
///
/// `Debug` shows the value, the names of the headers and the length of the body. Header values and the body can contain
/// cookies and email addresses.
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    attempts: u32,
}

impl<T> Response<T> {
    /// Returns the decoded body.
    pub const fn value(&self) -> &T {
        &self.value
    }

    /// Converts the response into the decoded body.
    pub fn into_value(self) -> T {
        self.value
    }

    /// Returns the status, which is nearly always 200.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the body as it was received: JSON, including fields that the model does not have. It can contain email addresses.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the id by which Clerk's support can find the request.
    pub fn trace_id(&self) -> Option<&str> {
        trace_id(&self.headers)
    }

    /// Returns the number of attempts that the call took.
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

/// Converts the transport's result into the caller's.
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
            .with_content_type(media_type(&parts.headers))
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
        Err(source) => Err(Error::from_decode(operation, parts.status, trace_id(), source)
            .with_content_type(media_type(&parts.headers))
            .with_attempts(attempts)),
    }
}

/// Returns the media type of the body without its parameters (RFC 9110, section 8.3), unless it has unusual characters.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(http::header::CONTENT_TYPE)?.to_str().ok()?;
    let (media_type, _) = value.split_once(';').unwrap_or((value, ""));
    let (class, format) = media_type.trim().split_once('/')?;
    let is_plain = is_safe_to_log(class) && format.split('+').all(is_safe_to_log);
    is_plain.then(|| format!("{class}/{format}").to_ascii_lowercase())
}
