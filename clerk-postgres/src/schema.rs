//! The name of the schema that holds the tables.

use std::fmt;
use std::str::FromStr;

/// The name of the PostgreSQL schema that holds the tables: `clerk` by default.
///
/// The name may contain any characters that PostgreSQL allows, because statements quote it.
///
/// ```
/// use clerk_postgres::Schema;
///
/// assert_eq!(Schema::default().as_str(), "clerk");
/// assert!(Schema::new("invitations").is_ok());
/// assert!(Schema::new("pg_catalog").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Schema(Box<str>);

impl Schema {
    /// The longest name, in bytes. PostgreSQL would cut a longer one.
    pub const MAX_LEN: usize = 63;

    /// Creates the name of a schema.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSchema`] if the name is empty, longer than [`MAX_LEN`](Self::MAX_LEN) bytes, begins with `pg_` or
    /// contains a NUL character.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidSchema> {
        let name = name.into();
        if name.is_empty() {
            Err(InvalidSchema::Empty)
        } else if name.len() > Self::MAX_LEN {
            Err(InvalidSchema::TooLong)
        } else if name.starts_with("pg_") {
            Err(InvalidSchema::Reserved)
        } else if name.contains('\0') {
            Err(InvalidSchema::Nul)
        } else {
            Ok(Self(name.into()))
        }
    }

    /// Returns the name, without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name as an identifier of SQL, in quotes.
    pub(crate) fn quoted(&self) -> String {
        format!("\"{}\"", self.0.replace('"', "\"\""))
    }
}

impl Default for Schema {
    fn default() -> Self {
        Self("clerk".into())
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Schema {
    type Err = InvalidSchema;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name)
    }
}

/// Why a text cannot be the name of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidSchema {
    /// The name is empty.
    Empty,
    /// The name is longer than [`Schema::MAX_LEN`] bytes.
    TooLong,
    /// The name begins with `pg_`, as only PostgreSQL's own schemas do.
    Reserved,
    /// The name contains a NUL character.
    Nul,
}

impl fmt::Display for InvalidSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the name of the schema is empty: choose one, such as `clerk`",
            Self::TooLong => "the name of the schema is longer than 63 bytes: choose a shorter one",
            Self::Reserved => "the name of the schema begins with `pg_`, which PostgreSQL reserves: choose another one",
            Self::Nul => "the name of the schema contains a NUL character: choose another one",
        })
    }
}

impl std::error::Error for InvalidSchema {}

#[cfg(test)]
mod tests {
    use super::{InvalidSchema, Schema};

    #[test]
    fn names_are_quoted_or_rejected() {
        let cases = [
            ("clerk", Ok("\"clerk\"")),
            ("Two Words", Ok("\"Two Words\"")),
            ("a\"; drop table person; --", Ok("\"a\"\"; drop table person; --\"")),
            ("", Err(InvalidSchema::Empty)),
            ("pg_temp", Err(InvalidSchema::Reserved)),
            ("a\0b", Err(InvalidSchema::Nul)),
        ];
        for (name, expected) in cases {
            let quoted = name.parse::<Schema>().map(|schema| schema.quoted());
            assert_eq!(quoted.as_deref(), expected.as_ref().copied(), "{name:?}");
        }
        assert!(Schema::new("a".repeat(63)).is_ok());
        assert_eq!(Schema::new("a".repeat(64)), Err(InvalidSchema::TooLong));
    }
}
