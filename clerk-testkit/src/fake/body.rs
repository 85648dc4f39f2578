//! Reads JSON bodies as Clerk does: what is unknown, missing, null or of another type is refused by name.

use std::collections::BTreeMap;

use clerk_core::HttpRequest;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::error::{ErrorItem, Refusal};

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

fn says_json(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    let essence = content_type
        .and_then(|value| value.to_str().ok()?.split(';').next())
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Whether `null` is as good as leaving the field out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    Accepted,
    Refused,
}

/// The fields of a JSON object, taken out one by one; what is wrong with them adds up.
#[derive(Debug)]
pub(super) struct Fields {
    left: BTreeMap<String, Box<RawValue>>,
    errors: Vec<ErrorItem>,
}

impl Fields {
    /// The fields of `json`; `None` if that is not an object.
    pub(super) fn of(json: &RawValue) -> Option<Self> {
        let left = serde_json::from_str(json.get()).ok()?;
        Some(Self {
            left,
            errors: Vec::new(),
        })
    }

    /// Takes out a field, if it is there and of the right type.
    pub(super) fn take<T: DeserializeOwned>(&mut self, name: &'static str, null: Null) -> Option<T> {
        self.take_or(name, null, ErrorItem::param_type_invalid)
    }

    /// The same, with another error for a value of the wrong type.
    pub(super) fn take_or<T: DeserializeOwned>(
        &mut self,
        name: &'static str,
        null: Null,
        wrong_type: fn(&str) -> ErrorItem,
    ) -> Option<T> {
        let json = self.left.remove(name)?;
        if json.get() == "null" {
            if null == Null::Refused {
                self.errors.push(ErrorItem::param_nil(name));
            }
            return None;
        }
        let value = serde_json::from_str(json.get()).ok();
        if value.is_none() {
            self.errors.push(wrong_type(name));
        }
        value
    }

    /// Takes out a field that has to be there.
    pub(super) fn take_required<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        if !self.left.contains_key(name) {
            self.errors.push(ErrorItem::param_missing(name));
        }
        self.take(name, Null::Refused)
    }

    /// Adds an error.
    pub(super) fn refuse(&mut self, error: ErrorItem) {
        self.errors.push(error);
    }

    /// Refuses what was wrong, and what is left.
    pub(super) fn finish(mut self) -> Result<(), Refusal> {
        let unknown = self.left.keys().map(|name| ErrorItem::param_unknown(name));
        self.errors.extend(unknown);
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Refusal::of_params(self.errors))
        }
    }
}
