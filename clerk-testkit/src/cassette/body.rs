use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clerk_core::Bytes;
use clerk_core::json::Json;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::scrub::Scrubber;

/// A body in a file: JSON, other text, or bytes as base64. Equality is by meaning.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Body<'a> {
    #[default]
    Empty,
    Json(Json<'a>),
    Text(Cow<'a, str>),
    Base64(Binary),
}

impl<'a> Body<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        if let Some(json) = Json::parse(bytes) {
            return Self::Json(json);
        }
        match str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(_) => Self::Base64(Binary(bytes.to_vec())),
        }
    }

    /// Scrubs JSON and text. A file is refused if other bytes contain sensitive text.
    pub(super) fn scrub(&mut self, scrubber: &mut Scrubber) {
        match self {
            Self::Json(json) => scrubber.json(json),
            Self::Text(text) => scrubber.text(text),
            Self::Empty | Self::Base64(_) => {}
        }
    }

    /// Returns the same body without borrowed text.
    pub(super) fn into_owned(self) -> Body<'static> {
        match self {
            Self::Empty => Body::Empty,
            Self::Json(json) => Body::Json(json.into_owned()),
            Self::Text(text) => Body::Text(Cow::Owned(text.into_owned())),
            Self::Base64(bytes) => Body::Base64(bytes),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    pub(super) fn to_bytes(&self) -> Bytes {
        match self {
            Self::Empty => Bytes::new(),
            Self::Json(json) => json.to_string().into(),
            Self::Text(text) => text.clone().into_owned().into(),
            Self::Base64(Binary(bytes)) => bytes.clone().into(),
        }
    }

    /// Appends bytes that are the same for all bodies that mean the same.
    pub(super) fn write_key(&self, key: &mut Vec<u8>) {
        match self {
            Self::Empty => {}
            Self::Json(json) => {
                key.extend_from_slice(b"json ");
                json.write_canonical(key);
            }
            Self::Text(text) => {
                key.extend_from_slice(b"text ");
                key.extend_from_slice(text.as_bytes());
            }
            Self::Base64(Binary(bytes)) => {
                key.extend_from_slice(b"bytes ");
                key.extend_from_slice(bytes);
            }
        }
    }

    /// Returns the body in one line for messages, or `None` if it is empty.
    pub(super) fn describe(&self) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::Json(json) => Some(json.to_string()),
            Self::Text(text) => Some(format!("{text:?}")),
            Self::Base64(Binary(bytes)) => Some(format!("{} bytes of binary data", bytes.len())),
        }
    }
}

impl PartialEq for Body<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (mut key, mut other_key) = (Vec::new(), Vec::new());
        self.write_key(&mut key);
        other.write_key(&mut other_key);
        key == other_key
    }
}

/// Bytes that a file has as base64.
#[derive(Debug, Clone)]
pub(super) struct Binary(Vec<u8>);

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(D::Error::custom)
    }
}
