//! A JSON value that keeps every digit and the order of its keys, and that compares by meaning.
//!
//! [`Metadata`](crate::model::Metadata) compares with it, and clerk-testkit matches request bodies with it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Values nested deeper than this are not read, as by [`serde_json`].
const MAX_DEPTH: usize = 128;

/// A JSON value that borrows from the text it was read from.
///
/// Equality is by meaning: spacing, the order of keys and the spelling of numbers do not matter, and integers of any size
/// differ if their digits do. Of duplicate keys, the last one counts.
#[derive(Debug, Clone)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written, because `u64` and `f64` would lose digits of large numbers.
    Number(Cow<'a, str>),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// The items of an array.
    Array(Vec<Self>),
    /// The members of an object in their order, duplicate keys included.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl Json<'static> {
    /// Converts `value` to JSON.
    ///
    /// # Errors
    ///
    /// Returns the reason as text if `value` cannot be serialized as JSON or is nested too deeply.
    pub fn from_serialize(value: &(impl Serialize + ?Sized)) -> Result<Self, String> {
        let raw = serde_json::value::to_raw_value(value).map_err(|error| error.to_string())?;
        let json = Json::from_raw(&raw, 0).ok_or_else(|| format!("it is nested more than {MAX_DEPTH} levels deep"))?;
        Ok(json.into_owned())
    }
}

impl<'a> Json<'a> {
    /// Reads JSON. Returns `None` if the bytes are not JSON, or nested more than 128 levels deep.
    pub fn parse(json: &'a [u8]) -> Option<Self> {
        let json = str::from_utf8(json).ok()?;
        if let Ok(WithoutFractions(json)) = serde_json::from_str(json) {
            return Some(json);
        }
        let raw: &RawValue = serde_json::from_str(json).ok()?;
        Self::from_raw(raw, 0)
    }

    fn from_raw(raw: &'a RawValue, depth: usize) -> Option<Self> {
        if depth == MAX_DEPTH {
            return None;
        }
        let text = raw.get();
        Some(match text.as_bytes().first()? {
            b'n' => Self::Null,
            b't' => Self::Bool(true),
            b'f' => Self::Bool(false),
            b'"' => Self::String(serde_json::from_str::<Text<'_>>(text).ok()?.0),
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                let items = items.into_iter().map(|item| Self::from_raw(item, depth + 1));
                Self::Array(items.collect::<Option<_>>()?)
            }
            b'{' => {
                let Members(members) = serde_json::from_str(text).ok()?;
                let mut object = Vec::with_capacity(members.len());
                for (key, value) in members {
                    object.push((key, Self::from_raw(value, depth + 1)?));
                }
                Self::Object(object)
            }
            _ => Self::Number(text.into()),
        })
    }

    /// Returns the same value without borrowed text.
    pub fn into_owned(self) -> Json<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(value),
            Self::Number(number) => Json::Number(own(number)),
            Self::String(text) => Json::String(own(text)),
            Self::Array(items) => Json::Array(items.into_iter().map(Self::into_owned).collect()),
            Self::Object(members) => {
                let members = members.into_iter();
                Json::Object(members.map(|(key, value)| (own(key), value.into_owned())).collect())
            }
        }
    }

    /// Returns the value of a key, the last one if the key is duplicated, as most parsers do.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        members
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// Appends bytes that are the same for all values that mean the same: keys sorted, no spacing, numbers in one spelling.
    pub fn write_canonical(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.push(b'n'),
            Self::Bool(value) => out.push(if *value { b't' } else { b'f' }),
            Self::Number(number) => {
                out.push(b'#');
                write_canonical_text(&canonical_number(number), out);
            }
            Self::String(text) => {
                out.push(b'"');
                write_canonical_text(text, out);
            }
            Self::Array(items) => {
                out.push(b'[');
                for item in items {
                    item.write_canonical(out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                let mut sorted: Vec<&(Cow<'a, str>, Self)> = members.iter().collect();
                sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
                out.push(b'{');
                for (at, (key, value)) in sorted.iter().enumerate() {
                    let is_overridden = sorted.get(at + 1).is_some_and(|(next, _)| next == key);
                    if !is_overridden {
                        out.push(b':');
                        write_canonical_text(key, out);
                        value.write_canonical(out);
                    }
                }
                out.push(b'}');
            }
        }
    }
}

/// `1`, `1.0` and `1e0` are one number. Integers keep all their digits.
fn canonical_number(number: &str) -> Cow<'_, str> {
    if number == "-0" {
        return Cow::Borrowed("0");
    }
    if number.bytes().all(|c| c == b'-' || c.is_ascii_digit()) {
        return Cow::Borrowed(number);
    }
    match number.parse::<f64>() {
        Ok(0.0) => Cow::Borrowed("0"),
        Ok(value) if value.is_finite() => Cow::Owned(value.to_string()),
        _ => Cow::Borrowed(number),
    }
}

/// Ends the text with a byte that UTF-8 never contains, so that adjacent texts cannot be confused.
fn write_canonical_text(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.as_bytes());
    out.push(0xff);
}

/// Reads JSON in one pass. Works if every number is an integer of 64 bits, which keeps its digits.
struct WithoutFractions<'a>(Json<'a>);

impl<'de> Deserialize<'de> for WithoutFractions<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct JsonVisitor;

        impl<'de> Visitor<'de> for JsonVisitor {
            type Value = Json<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON whose numbers are integers of 64 bits")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Json::Null)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Json::Bool(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Json::Number(value.to_string().into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Json::Number(value.to_string().into()))
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
                Ok(Json::String(Cow::Borrowed(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
                Ok(Json::String(Cow::Owned(value.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(WithoutFractions(item)) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Json::Array(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(key), WithoutFractions(value))) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(Json::Object(members))
            }
        }

        deserializer.deserialize_any(JsonVisitor).map(Self)
    }
}

/// A string that borrows, unless it contains escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object in their order, with unparsed values.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(key), value)) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

impl PartialEq for Json<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        self.write_canonical(&mut a);
        other.write_canonical(&mut b);
        a == b
    }
}

/// Borrows nothing, because the contents of a file outlive its text.
impl<'de> Deserialize<'de> for Json<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let json = Json::parse(raw.get().as_bytes())
            .ok_or_else(|| D::Error::custom(format_args!("the JSON is nested more than {MAX_DEPTH} levels deep")))?;
        Ok(json.into_owned())
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => {
                let raw = RawValue::from_string(number.clone().into_owned()).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

/// Writes compact JSON.
impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json<'_> {
        Json::parse(text.as_bytes()).unwrap_or_else(|| panic!("JSON: {text}"))
    }

    #[test]
    fn values_are_equal_if_they_mean_the_same() {
        let cases = [
            (
                r#"{"a":1,"b":[true,null]}"#,
                r#" { "b" : [ true , null ], "a" : 1.0 } "#,
                true,
            ),
            ("1e2", "100", true),
            ("100000000000000000000", "1e20", true),
            ("-0", "0.0", true),
            (r#""\u0061""#, r#""a""#, true),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#, true),
            ("18446744073709551616", "18446744073709551617", false),
            ("9007199254740993", "9007199254740992", false),
            ("0.1", "0.2", false),
            ("[1,2]", "[2,1]", false),
            (r#"{"a":null}"#, "{}", false),
            (r#"["a","b"]"#, r#"["a\",\"b"]"#, false),
            ("1", r#""1""#, false),
        ];
        for (a, b, same) in cases {
            assert_eq!(json(a) == json(b), same, "{a} and {b}");
        }
    }

    #[test]
    fn digits_and_the_order_of_keys_are_kept() {
        let text = r#"{"z":184467440737095516150001,"a":[1.10,1e400,"ü\n"]}"#;
        assert_eq!(json(text).to_string(), text);
    }

    #[test]
    fn deep_nesting_is_refused_without_overflowing_the_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(Json::parse(deep.as_bytes()).is_none());
        let fits = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(Json::parse(fits.as_bytes()).is_some());
    }
}
