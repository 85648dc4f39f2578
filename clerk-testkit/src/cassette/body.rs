use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clerk_core::Bytes;
use clerk_core::json::Json;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::scrub::Scrubber;

/// A body as a file keeps it: as JSON, as text, or else as base64.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Body<'a> {
    #[default]
    Empty,
    Json(Json<'a>),
    Text(String),
    Base64(Binary),
}

impl<'a> Body<'a> {
    /// Keeps `bytes`, scrubbed.
    pub(super) fn scrubbed(bytes: &'a [u8], scrubber: &mut Scrubber) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        if let Some(mut json) = Json::parse(bytes) {
            scrubber.json(&mut json);
            return Self::Json(json);
        }
        match String::from_utf8(scrubber.bytes(bytes)) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Base64(Binary(error.into_bytes())),
        }
    }

    /// The same body, of its own.
    pub(super) fn into_owned(self) -> Body<'static> {
        match self {
            Self::Empty => Body::Empty,
            Self::Json(json) => Body::Json(json.into_owned()),
            Self::Text(text) => Body::Text(text),
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
            Self::Text(text) => text.clone().into(),
            Self::Base64(Binary(bytes)) => bytes.clone().into(),
        }
    }

    /// Adds what is the same for bodies that mean the same.
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

    pub(super) fn means_the_same(&self, other: &Body<'_>) -> bool {
        let (mut key, mut other_key) = (Vec::new(), Vec::new());
        self.write_key(&mut key);
        other.write_key(&mut other_key);
        key == other_key
    }

    /// The body in one line, for messages; `None` if there is none.
    pub(super) fn describe(&self) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::Json(json) => Some(json.to_string()),
            Self::Text(text) => Some(format!("{text:?}")),
            Self::Base64(Binary(bytes)) => Some(format!("{} bytes that are not text", bytes.len())),
        }
    }
}

/// Bytes that are written as base64.
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
