use std::error::Error as StdError;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::json::Json;

/// A JSON object of the application's own, kept as the text it is: key order, large integers and every digit arrive
/// as they were sent.
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
    /// Writes `value` as JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidMetadata`] if it is not an object, or cannot be written as JSON.
    pub fn new(value: &(impl Serialize + ?Sized)) -> Result<Self, InvalidMetadata> {
        serde_json::value::to_raw_value(value)
            .map_err(|_| InvalidMetadata::NotJson)
            .and_then(Self::of_object)
    }

    /// Takes JSON text as it is.
    ///
    /// # Errors
    ///
    /// [`InvalidMetadata`] if it is not JSON, or not an object.
    pub fn from_json(json: impl Into<String>) -> Result<Self, InvalidMetadata> {
        // Spacing around the object is not part of it.
        let json: String = json.into();
        let raw: &RawValue = serde_json::from_str(&json).map_err(|_| InvalidMetadata::NotJson)?;
        Self::of_object(raw.to_owned())
    }

    fn of_object(raw: Box<RawValue>) -> Result<Self, InvalidMetadata> {
        if raw.get().starts_with('{') {
            Ok(Self(raw))
        } else {
            Err(InvalidMetadata::NotAnObject)
        }
    }

    /// The JSON text.
    pub fn as_json(&self) -> &str {
        self.0.get()
    }

    /// Whether the object has no members.
    pub fn is_empty(&self) -> bool {
        self.as_json()[1..].trim_start().starts_with('}')
    }

    /// Reads the object as a type of yours.
    ///
    /// # Errors
    ///
    /// [`InvalidMetadata::Mismatch`] if the type does not fit.
    pub fn get<T: DeserializeOwned>(&self) -> Result<T, InvalidMetadata> {
        serde_json::from_str(self.as_json()).map_err(|_| InvalidMetadata::Mismatch)
    }
}

impl Default for Metadata {
    /// The empty object.
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

impl<'de> Deserialize<'de> for Metadata {
    /// Reads an object; `null` counts as the empty one.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get() == "null" {
            return Ok(Self::default());
        }
        Self::of_object(raw).map_err(serde::de::Error::custom)
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

/// Why something is not metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidMetadata {
    /// It is JSON, but not an object. Clerk takes objects alone.
    NotAnObject,
    /// It is not JSON, or cannot be written as JSON.
    NotJson,
    /// The type it was to be read as does not fit.
    Mismatch,
}

impl fmt::Display for InvalidMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "metadata must be a JSON object",
            Self::NotJson => "metadata must be JSON",
            Self::Mismatch => "the metadata does not fit the type it is read as",
        })
    }
}

impl StdError for InvalidMetadata {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_by_meaning() {
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
    fn nesting_of_any_depth_is_compared() {
        let nested = |depth: usize, inner: &str| {
            let json = format!(r#"{{"a":{}{inner}{}}}"#, "[".repeat(depth), "]".repeat(depth));
            Metadata::from_json(json).expect("an object")
        };
        assert_eq!(nested(100, "1"), nested(100, "1.0"));
        assert_eq!(nested(10_000, "1"), nested(10_000, "1"));
        assert_ne!(nested(10_000, "1"), nested(10_000, "2"));
    }

    #[test]
    fn text_arrives_as_it_was_sent() {
        let json = r#"{"z":1,"a":123456789012345678901234567890,"f":1.10,"n":{}}"#;
        let metadata: Metadata = serde_json::from_str(json).expect("an object");
        assert_eq!(serde_json::to_string(&metadata).expect("JSON"), json);
        assert_eq!(format!("{metadata:?}"), format!("Metadata({} bytes)", json.len()));
    }

    #[test]
    fn only_objects_are_metadata() {
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
    }

    #[test]
    fn null_decodes_to_the_empty_object() {
        let metadata: Metadata = serde_json::from_str("null").expect("null is let through");
        assert!(metadata.is_empty());
        assert_eq!(metadata, Metadata::default());
        assert_eq!(Metadata::default().as_json(), "{}");
    }
}
