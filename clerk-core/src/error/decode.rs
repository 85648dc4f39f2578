//! Where in an answer the decoding failed.

use std::error::Error as StdError;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::safe_to_log::is_safe_to_log;

/// The place in a JSON body that could not be read, without showing what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    problem: &'static str,
    line: usize,
    column: usize,
}

impl DecodeError {
    /// The path in the JSON, such as `[3].created_at`; `.` is the whole body. A key that is no plain name ends it, for a
    /// key can be an address.
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
        write!(f, "{problem} at {path} (line {line}, column {column})")
    }
}

impl StdError for DecodeError {}

/// Decodes a body; one that is empty counts as `null`.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let body = if body.is_empty() { b"null" } else { body };
    // To look once whether all of it is UTF-8 costs a tenth of looking at each string of it.
    let decoded = match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(body),
    };
    // The path is tracked on a second decode alone, so that a success does not pay for it.
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
    // serde_json's own message quotes the value it met, which can be an address.
    let problem = match error.classify() {
        Category::Data if missing.is_some() => "a field is missing",
        Category::Data => "not what the model expects",
        Category::Eof => "the JSON is cut off",
        Category::Syntax | Category::Io => "not JSON",
    };
    DecodeError {
        path,
        problem,
        line: error.line(),
        column: error.column(),
    }
}

/// The path as far as it can be shown. A field whose name is cut off is an unknown segment.
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

/// The field of the model that a message of serde's says is missing. That is no part of the body, so it can be shown.
fn missing_field(message: &str) -> Option<&str> {
    let (field, _) = message.strip_prefix("missing field `")?.split_once('`')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    field.chars().all(is_name).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Invitation, Page};

    #[test]
    fn what_the_model_does_not_have_need_not_be_text() {
        let body = b"{\"id\":\"user_1\",\"deleted\":true,\"note\":\"\xff\"}";
        let deleted = decode::<crate::model::DeletedObject>(body).expect("the note is passed over");
        assert!(deleted.deleted);
        let error = decode::<Vec<String>>(b"[\"\xff\"]").expect_err("no text");
        assert_eq!(error.to_string(), "not JSON at [0] (line 1, column 3)");
    }

    #[test]
    fn an_error_names_the_place_and_shows_no_value() {
        let cases = [
            ("{}", "a field is missing at id (line 1, column 2)"),
            (
                r#"{"id":"inv_1"}"#,
                "a field is missing at email_address (line 1, column 14)",
            ),
            (
                r#"{"id":{"a@x.test":1}}"#,
                "not what the model expects at id (line 1, column 6)",
            ),
            (r#"{"id":"a@x.test""#, "the JSON is cut off at . (line 1, column 16)"),
            ("a@x.test", "not JSON at . (line 1, column 1)"),
            ("", "not what the model expects at . (line 1, column 4)"),
        ];
        for (body, expected) in cases {
            let error = decode::<Invitation>(body.as_bytes()).expect_err(body);
            assert_eq!(error.to_string(), expected, "{body}");
        }
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
