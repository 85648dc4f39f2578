//! Where in an answer the decoding failed.

use std::error::Error as StdError;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// The place in a JSON body that could not be read, without showing what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    problem: &'static str,
    line: usize,
    column: usize,
}

impl DecodeError {
    /// The path in the JSON, such as `[3].created_at`; `.` is the whole body.
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
    // The path is tracked on a second decode alone, so that a success does not pay for it.
    serde_json::from_slice(body).map_err(|error| locate::<T>(body, &error))
}

fn locate<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> DecodeError {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let path = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => ".".to_owned(),
        Err(error) => error.path().to_string(),
    };
    // serde_json's own message quotes the value it met, which can be an address.
    let problem = match error.classify() {
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
