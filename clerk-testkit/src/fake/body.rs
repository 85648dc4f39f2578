//! Reading of JSON bodies. As Clerk does, the fake names each field that is unknown, missing, null or of the wrong type.

use std::collections::{BTreeMap, BTreeSet};

use clerk_core::model::{EmailAddress, Metadata, Timestamp};
use clerk_core::{ErrorCode, HttpRequest};
use http::Uri;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::error::{ErrorItem, Refusal};
use super::metadata::MetadataLimit;
use super::store::normalize;
use crate::date::Date;

/// The largest body that is read: 1 MiB.
pub(crate) const MAX_BODY: usize = 1 << 20;

const EMAIL_ADDRESS: &str = "email_address";
const EXPIRES_IN_DAYS: &str = "expires_in_days";
const REDIRECT_URL: &str = "redirect_url";

/// Reads the body, which must be an object.
pub(super) fn read_object(request: &HttpRequest) -> Result<Fields, Refusal> {
    Fields::from_json(&read_json(request)?).ok_or_else(|| Refusal::body_shape("an object"))
}

/// Reads the body, which may also be absent or `null`.
pub(super) fn read_optional_object(request: &HttpRequest) -> Result<Fields, Refusal> {
    if request.body().is_empty() || read_json(request)?.get() == "null" {
        return Ok(Fields::default());
    }
    read_object(request)
}

/// Reads the body, which must be an array of 1 to `max` objects, with `read` for each object.
pub(super) fn read_array<T>(
    request: &HttpRequest,
    max: usize,
    read: impl Fn(Fields) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let body = read_json(request)?;
    let not_objects = || Refusal::body_shape("an array of objects");
    let items: Vec<Box<RawValue>> = serde_json::from_str(body.get()).map_err(|_| not_objects())?;
    if items.is_empty() {
        return Err(Refusal::body_shape("an array of at least one object"));
    }
    if items.len() > max {
        return Err(Refusal::bulk_size_exceeded(max));
    }
    let items = items.iter().map(|item| Fields::from_json(item).ok_or_else(not_objects));
    let items: Vec<Fields> = items.collect::<Result<_, _>>()?;
    items.into_iter().map(read).collect()
}

fn read_json(request: &HttpRequest) -> Result<Box<RawValue>, Refusal> {
    let body = request.body();
    if body.len() > MAX_BODY {
        return Err(Refusal::body_too_large());
    }
    if !body.is_empty() && !has_json_content_type(request) {
        return Err(Refusal::content_type());
    }
    serde_json::from_slice(body).map_err(|_| Refusal::body_invalid())
}

fn has_json_content_type(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    let essence = content_type
        .and_then(|value| value.to_str().ok()?.split(';').next())
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Whether a field may be `null`, which means the same as its absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    Accepted,
    Refused,
}

/// The fields of a JSON object. Each is taken out once; errors are collected until [`finish`](Self::finish).
#[derive(Debug, Default)]
pub(super) struct Fields {
    left: BTreeMap<String, Box<RawValue>>,
    errors: Vec<ErrorItem>,
}

impl Fields {
    /// Returns the fields of an object, or `None` if `json` is something else.
    fn from_json(json: &RawValue) -> Option<Self> {
        let left = serde_json::from_str(json.get()).ok()?;
        Some(Self {
            left,
            errors: Vec::new(),
        })
    }

    /// Takes an optional field.
    pub(super) fn take<T: DeserializeOwned>(&mut self, name: &'static str, null: Null) -> Option<T> {
        self.take_or(name, null, ErrorItem::param_type_invalid)
    }

    /// Takes an optional field that `null` clears: `Some(None)` is `null`.
    pub(super) fn take_nullable<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<Option<T>> {
        let is_null = self.left.get(name)?.get() == "null";
        let value = self.take(name, Null::Accepted);
        (is_null || value.is_some()).then_some(value)
    }

    /// Takes a required field.
    pub(super) fn take_required<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        if !self.left.contains_key(name) {
            self.errors.push(ErrorItem::param_missing(name));
        }
        self.take(name, Null::Refused)
    }

    fn take_or<T: DeserializeOwned>(
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

    /// Takes `email_address` in its normalized form, or an empty text if it is refused. The addresses in `malformed` are
    /// refused whatever their form.
    pub(super) fn take_address(&mut self, malformed: &BTreeSet<String>) -> String {
        let Some(typed) = self.take_required::<String>(EMAIL_ADDRESS) else {
            return String::new();
        };
        let normalized = normalize(&typed);
        if EmailAddress::from(typed.as_str()).validate().is_err() || malformed.contains(&normalized) {
            self.refuse(ErrorItem::param_format_invalid(EMAIL_ADDRESS));
        }
        normalized
    }

    /// Takes a field of metadata, which has a size limit.
    pub(super) fn take_metadata(&mut self, name: &'static str, null: Null, limit: MetadataLimit) -> Option<Metadata> {
        let metadata: Metadata = self.take_or(name, null, ErrorItem::param_value_invalid)?;
        if metadata.as_json().len() > limit.0 {
            self.refuse(ErrorItem::param_too_large(name));
        }
        Some(metadata)
    }

    /// Takes a time as in RFC 3339.
    pub(super) fn take_time(&mut self, name: &'static str) -> Option<Timestamp> {
        let text: String = self.take(name, Null::Accepted)?;
        let time = Date::parse(&text).map(|date| date.0);
        if time.is_none() {
            self.refuse(ErrorItem::for_param(
                ErrorCode::from("form_param_invalid_time"),
                name,
                "is not a time",
            ));
        }
        time
    }

    /// Takes an optional field whose value must be one of those allowed.
    pub(super) fn take_one_of(&mut self, name: &'static str, null: Null, allowed: &[&str]) -> Option<String> {
        let value: String = self.take(name, null)?;
        if !allowed.contains(&value.as_str()) {
            self.refuse(ErrorItem::param_value_invalid(name));
        }
        Some(value)
    }

    /// Takes `redirect_url`: an absolute URL or a path. No response contains it, but the link leads to it.
    pub(super) fn take_redirect_url(&mut self, null: Null) -> Option<String> {
        let url: Option<String> = self.take(REDIRECT_URL, null);
        let is_url = |url: &str| {
            url.parse::<Uri>()
                .is_ok_and(|uri| uri.scheme().is_some() || url.starts_with('/'))
        };
        if url.as_deref().is_some_and(|url| !is_url(url)) {
            self.refuse(ErrorItem::param_format_invalid(REDIRECT_URL));
        }
        url
    }

    /// Takes `expires_in_days`, from 1 to 365.
    pub(super) fn take_expires_in_days(&mut self) -> Option<u32> {
        let days: i64 = self.take(EXPIRES_IN_DAYS, Null::Accepted)?;
        let valid = u32::try_from(days).ok().filter(|days| (1..=365).contains(days));
        if valid.is_none() {
            self.refuse(ErrorItem::param_value_invalid(EXPIRES_IN_DAYS));
        }
        valid
    }

    pub(super) fn refuse(&mut self, error: ErrorItem) {
        self.errors.push(error);
    }

    /// Refuses the object if there were errors or if fields are left, since those are unknown.
    pub(super) fn finish(mut self) -> Result<(), Refusal> {
        let unknown = self.left.keys().map(|name| ErrorItem::param_unknown(name));
        self.errors.extend(unknown);
        Refusal::if_any(self.errors)
    }
}
