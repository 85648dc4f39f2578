//! Decoding of response bodies, with errors that name the place and not the value.

use std::error::Error as StdError;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::safe_to_log::is_safe_to_log;

/// A JSON body that does not decode to the expected type.
///
/// The error names the place in the body. It never contains the value, which can be an email address.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    problem: String,
    line: usize,
    column: usize,
}

impl DecodeError {
    fn empty_body() -> Self {
        Self {
            path: ".".to_owned(),
            problem: "empty body".to_owned(),
            line: 1,
            column: 1,
        }
    }

    /// Returns the path in the JSON, such as `[3].created_at`; `.` is the whole body. The path stops before a key that is not
    /// a plain name, because keys can be email addresses.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            problem,
            line,
            column,
        } = self;
        f.write_str(problem)?;
        if path != "." {
            write!(f, " at {path}")?;
        }
        write!(f, " (line {line}, column {column})")
    }
}

crate::debug_as_display!(DecodeError);

impl StdError for DecodeError {}

/// Decodes a body. An empty body counts as `null`.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    if body.is_empty() {
        return serde_json::from_str("null").map_err(|_| DecodeError::empty_body());
    }
    // Checking the whole body for UTF-8 once costs a tenth of checking each of its strings.
    let decoded = match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    };
    // Only a second decode tracks the path, so that successes do not pay for it.
    decoded.map_err(|error| locate::<T>(body, &error))
}

fn locate<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> DecodeError {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let mut path = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => ".".to_owned(),
        Err(error) => printable_path(error.path()),
    };
    let message = error.to_string();
    let missing = missing_field(&message);
    if let Some(field) = missing {
        path = if path == "." {
            field.to_owned()
        } else {
            format!("{path}.{field}")
        };
    }
    // serde_json's own message quotes the value, which can be an email address.
    let problem = match error.classify() {
        Category::Data if missing.is_some() => "missing field".to_owned(),
        Category::Data => wrong_type(&message).unwrap_or_else(|| "unexpected value".to_owned()),
        Category::Eof => "unexpected end of the JSON".to_owned(),
        Category::Syntax | Category::Io => "invalid JSON".to_owned(),
    };
    DecodeError {
        path,
        problem,
        line: error.line(),
        column: error.column(),
    }
}

/// Returns the part of the path that is safe to log. serde_path_to_error reports a truncated field name as unknown.
fn printable_path(path: &Path) -> String {
    let is_plain = |segment: &&Segment| match segment {
        Segment::Seq { .. } => true,
        Segment::Map { key: name } | Segment::Enum { variant: name } => is_safe_to_log(name),
        Segment::Unknown => false,
    };
    let mut shown = String::new();
    for segment in path.iter().take_while(is_plain) {
        let is_name = !matches!(segment, Segment::Seq { .. });
        if is_name && !shown.is_empty() {
            shown.push('.');
        }
        shown.push_str(&segment.to_string());
    }
    if shown.is_empty() { ".".to_owned() } else { shown }
}

/// Returns the field that serde's message reports as missing. The name is the model's and not the body's, so it is safe
/// to log.
fn missing_field(message: &str) -> Option<&str> {
    let (field, _) = message.strip_prefix("missing field `")?.split_once('`')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    field.chars().all(is_name).then_some(field)
}

/// Returns what a message of serde expected and what it got instead, in the words of JSON. The message quotes the value, so only
/// its first word is used, which serde chooses. The expectation is the model's.
fn wrong_type(message: &str) -> Option<String> {
    let (got, rest) = message.strip_prefix("invalid type: ")?.split_once([' ', ','])?;
    let (_, expected) = rest.rsplit_once("expected ")?;
    let expected = expected.split(" at line ").next()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | ',');
    if expected.len() > 80 || !expected.chars().all(is_plain) {
        return None;
    }
    Some(format!("expected {}, got {}", json_type(expected), json_type(got)))
}

/// Translates serde's name of a type.
fn json_type(name: &str) -> &str {
    match name {
        "a sequence" | "sequence" => "an array",
        "a map" | "map" => "an object",
        "string" => "a string",
        "floating" | "f64" => "a number",
        "integer" | "i64" | "u64" | "i32" | "u32" | "u16" | "u8" => "an integer",
        "boolean" => "a boolean",
        "unit" => "null",
        name if name.starts_with("struct ") => "an object",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Invitation, Page};

    #[test]
    fn ignores_invalid_utf8_in_unknown_fields() {
        let body = b"{\"id\":\"user_1\",\"deleted\":true,\"note\":\"\xff\"}";
        let deleted = decode::<crate::model::DeletedObject>(body).expect("the note is ignored");
        assert!(deleted.deleted);
        let error = decode::<Vec<String>>(b"[\"\xff\"]").expect_err("no text");
        assert_eq!(error.to_string(), "invalid JSON at [0] (line 1, column 3)");
    }

    #[test]
    fn errors_name_the_place_and_never_the_value() {
        let cases = [
            ("{}", "missing field at id (line 1, column 2)"),
            (
                r#"{"id":"inv_1"}"#,
                "missing field at email_address (line 1, column 14)",
            ),
            (
                r#"{"id":{"a@x.test":1}}"#,
                "expected a string, got an object at id (line 1, column 6)",
            ),
            ("a@x.test", "invalid JSON (line 1, column 1)"),
            ("", "empty body (line 1, column 1)"),
        ];
        for (body, expected) in cases {
            let error = decode::<Invitation>(body.as_bytes()).expect_err(body);
            assert_eq!(error.to_string(), expected, "{body}");
        }
        let error = decode::<Vec<Invitation>>(br#"{"data":[],"expected ":"a@x.test"}"#).expect_err("a page");
        assert_eq!(error.to_string(), "expected an array, got an object (line 1, column 0)");
        type Seats = Vec<std::collections::BTreeMap<String, u8>>;
        let error = decode::<Seats>(br#"[{"a@x.test":"none"}]"#).expect_err("a text in the place of a number");
        assert_eq!(error.path(), "[0]");
        let page = br#"{"data":[{"id":"inv_1","email_address":"a@x.test"}],"total_count":1}"#;
        let error = decode::<Page<Invitation>>(page).expect_err("an incomplete item");
        assert_eq!(error.path(), "data[0].status");
        let error = decode::<Page<Invitation>>(br#"{"total_count":1}"#).expect_err("no list");
        assert_eq!(error.path(), "data");
    }
}
