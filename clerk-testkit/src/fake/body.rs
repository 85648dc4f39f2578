//! Reads JSON bodies as Clerk does: what is unknown, missing, null or of another type is refused by name.

mod fields;
mod formats;

use clerk_core::HttpRequest;
use http::header::CONTENT_TYPE;
use serde_json::value::RawValue;

use super::error::Refusal;

pub(super) use fields::{Fields, Null};

/// The largest body that is read: 1 MiB.
pub(crate) const MAX_BODY: usize = 1 << 20;

/// The body of `request`, if it is JSON and says so.
pub(super) fn read_json(request: &HttpRequest) -> Result<Box<RawValue>, Refusal> {
    let body = request.body();
    if body.len() > MAX_BODY {
        return Err(Refusal::body_too_large());
    }
    if !body.is_empty() && !says_json(request) {
        return Err(Refusal::content_type());
    }
    serde_json::from_slice(body).map_err(|_| Refusal::body_invalid())
}

/// The fields of the body, which has to be an object.
pub(super) fn read_object(request: &HttpRequest) -> Result<Fields, Refusal> {
    Fields::of(&read_json(request)?).ok_or_else(|| Refusal::body_shape("an object"))
}

/// The fields of the body, of which there are none if there is no body.
pub(super) fn read_optional_object(request: &HttpRequest) -> Result<Fields, Refusal> {
    if request.body().is_empty() {
        return Ok(Fields::default());
    }
    read_object(request)
}

/// The fields of each object of the body, which has to be an array of 1 to `max` of them.
pub(super) fn read_array(request: &HttpRequest, max: usize) -> Result<Vec<Fields>, Refusal> {
    let body = read_json(request)?;
    let not_objects = || Refusal::body_shape("an array of objects");
    let items: Vec<Box<RawValue>> = serde_json::from_str(body.get()).map_err(|_| not_objects())?;
    if items.is_empty() {
        return Err(Refusal::body_shape("an array of at least one object"));
    }
    if items.len() > max {
        return Err(Refusal::bulk_size_exceeded(max));
    }
    items
        .iter()
        .map(|item| Fields::of(item).ok_or_else(not_objects))
        .collect()
}

fn says_json(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    let essence = content_type
        .and_then(|value| value.to_str().ok()?.split(';').next())
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
