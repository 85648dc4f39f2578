use std::error::Error as StdError;
use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::json::Json;

/// A JSON object that belongs to the application, kept as text, so that key order, large integers and every digit arrive
/// unchanged.
///
/// Two values are equal if they mean the same; spacing and the order of keys do not matter. Values nested more than 128
/// levels deep are compared as text. `Debug` shows only the length.
///
/// ```
/// use clerk_core::model::Metadata;
/// use serde_json::json;
///
/// let metadata = Metadata::new(&json!({ "team": "Analytical Engines", "seat": 9_007_199_254_740_993_u64 }))?;
/// assert_eq!(metadata.as_json(), r#"{"seat":9007199254740993,"team":"Analytical Engines"}"#);
///
/// #[derive(serde::Deserialize)]
/// struct Seat {
///     seat: u64,
/// }
/// assert_eq!(metadata.get::<Seat>()?.seat, 9_007_199_254_740_993);
/// # Ok::<(), clerk_core::model::InvalidMetadata>(())
/// ```
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Metadata(Box<RawValue>);

impl Metadata {
    /// Serializes `value` as JSON.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidMetadata`] if the value is not an object, or cannot be serialized as JSON.
    pub fn new(value: &(impl Serialize + ?Sized)) -> Result<Self, InvalidMetadata> {
        serde_json::value::to_raw_value(value)
            .map_err(|_| InvalidMetadata::NotJson)
            .and_then(Self::from_object)
    }

    /// Creates metadata from JSON text, which is kept unchanged.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidMetadata`] if the text is not JSON, or not an object.
    pub fn from_json(json: impl Into<String>) -> Result<Self, InvalidMetadata> {
        // Whitespace around the object is dropped.
        let json: String = json.into();
        let raw: &RawValue = serde_json::from_str(&json).map_err(|_| InvalidMetadata::NotJson)?;
        Self::from_object(raw.to_owned())
    }

    fn from_object(raw: Box<RawValue>) -> Result<Self, InvalidMetadata> {
        if raw.get().starts_with('{') {
            Ok(Self(raw))
        } else {
            Err(InvalidMetadata::NotAnObject)
        }
    }

    /// Returns the JSON text.
    pub fn as_json(&self) -> &str {
        self.0.get()
    }

    /// Returns whether the object has no members.
    pub fn is_empty(&self) -> bool {
        self.as_json()[1..].trim_start().starts_with('}')
    }

    /// Deserializes the object.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidMetadata::Mismatch`] if the object does not have the form of `T`.
    pub fn get<T: DeserializeOwned>(&self) -> Result<T, InvalidMetadata> {
        serde_json::from_str(self.as_json()).map_err(|_| InvalidMetadata::Mismatch)
    }
}

impl Default for Metadata {
    /// Returns the empty object.
    fn default() -> Self {
        Self::from(serde_json::Map::new())
    }
}

impl From<serde_json::Map<String, serde_json::Value>> for Metadata {
    fn from(object: serde_json::Map<String, serde_json::Value>) -> Self {
        let json = serde_json::Value::Object(object).to_string();
        // The text of a JSON object is always JSON, and an object.
        Self(RawValue::from_string(json).unwrap_or_default())
    }
}

impl TryFrom<serde_json::Value> for Metadata {
    type Error = InvalidMetadata;

    fn try_from(value: serde_json::Value) -> Result<Self, InvalidMetadata> {
        Self::new(&value)
    }
}

impl FromStr for Metadata {
    type Err = InvalidMetadata;

    fn from_str(json: &str) -> Result<Self, InvalidMetadata> {
        Self::from_json(json)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    /// Reads an object. `null` counts as the empty object.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get() == "null" {
            return Ok(Self::default());
        }
        Self::from_object(raw).map_err(serde::de::Error::custom)
    }
}

impl PartialEq for Metadata {
    fn eq(&self, other: &Self) -> bool {
        let [a, b] = [self.as_json(), other.as_json()];
        a == b || Json::parse(a.as_bytes()).is_some_and(|a| Json::parse(b.as_bytes()).is_some_and(|b| a == b))
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Metadata({} bytes)", self.as_json().len())
    }
}

/// The error for a value that cannot be metadata, or cannot be read as a type.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidMetadata {
    /// The value is JSON, but not an object. Clerk accepts only objects.
    NotAnObject,
    /// The text is not JSON, or the value cannot be serialized as JSON.
    NotJson,
    /// The object does not have the form of the requested type.
    Mismatch,
}

impl fmt::Display for InvalidMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "metadata must be a JSON object",
            Self::NotJson => "metadata must be JSON",
            Self::Mismatch => "the metadata does not have the form of the requested type",
        })
    }
}

crate::debug_as_display!(InvalidMetadata);

impl StdError for InvalidMetadata {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_ignores_order_and_whitespace() {
        let cases = [
            (r#"{"a":1,"b":[true,null]}"#, r#"{ "b": [true, null], "a": 1 }"#, true),
            (r#"{"a":"\u00fc"}"#, r#"{"a":"ü"}"#, true),
            (r#"{"a":1.0}"#, r#"{"a":1}"#, true),
            (r#"{"a":9007199254740993}"#, r#"{"a":9007199254740992}"#, false),
            (r#"{"a":1}"#, r#"{"a":"1"}"#, false),
            (r#"{"a":1}"#, r#"{"a":1,"b":2}"#, false),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#, false),
            (r#"{"a":null}"#, "{}", false),
            ("{}", "{ }", true),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#, true),
            (r#"{"a":1e400}"#, r#"{"a":2e400}"#, false),
        ];
        for (a, b, same) in cases {
            let read = |json| Metadata::from_json(json).expect("an object");
            assert_eq!(read(a) == read(b), same, "{a} and {b}");
        }
    }

    #[test]
    fn compares_nesting_of_any_depth() {
        let nested = |depth: usize, inner: &str| {
            let json = format!(r#"{{"a":{}{inner}{}}}"#, "[".repeat(depth), "]".repeat(depth));
            Metadata::from_json(json).expect("an object")
        };
        assert_eq!(nested(100, "1"), nested(100, "1.0"));
        assert_eq!(nested(10_000, "1"), nested(10_000, "1"));
        assert_ne!(nested(10_000, "1"), nested(10_000, "2"));
    }

    #[test]
    fn keeps_the_text_unchanged() {
        let json = r#"{"z":1,"a":123456789012345678901234567890,"f":1.10,"n":{}}"#;
        let metadata: Metadata = serde_json::from_str(json).expect("an object");
        assert_eq!(serde_json::to_string(&metadata).expect("JSON"), json);
        assert_eq!(format!("{metadata:?}"), format!("Metadata({} bytes)", json.len()));
    }

    #[test]
    fn accepts_only_objects() {
        use InvalidMetadata::{NotAnObject, NotJson};
        let cases = [
            ("{} ", None),
            (" {\"a\":1}", None),
            ("[]", Some(NotAnObject)),
            ("null", Some(NotAnObject)),
            ("{\"a\":", Some(NotJson)),
            ("", Some(NotJson)),
        ];
        for (json, error) in cases {
            assert_eq!(Metadata::from_json(json).err(), error, "{json}");
        }
        assert_eq!(Metadata::new(&[1]).err(), Some(NotAnObject));
        assert_eq!(Metadata::try_from(serde_json::json!([1])), Err(NotAnObject));
        assert_eq!(r#"{"a":1}"#.parse(), Metadata::try_from(serde_json::json!({ "a": 1 })));
    }

    #[test]
    fn decodes_null_to_the_empty_object() {
        let metadata: Metadata = serde_json::from_str("null").expect("null is let through");
        assert!(metadata.is_empty());
        assert_eq!(metadata, Metadata::default());
        assert_eq!(Metadata::default().as_json(), "{}");
    }
}
