//! The error of everything that uses the database.

use std::error::Error as StdError;
use std::fmt;

use sqlx::error::DatabaseError;

/// Why the database could not do what was asked, and what to do about it.
///
/// Neither `Display` nor `Debug` contains a password, an email address or a row's content.
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of [`Error`] it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server cannot be reached, is starting, stopping or only readable, or the connection was lost. Try again later. After
    /// a lost connection, it is not known whether a transaction was committed.
    Unavailable,
    /// All connections of the pool were in use for longer than the pool waits.
    PoolExhausted,
    /// The server does not accept the user or the password, or the user lacks a permission.
    AccessDenied,
    /// The server has no database of this name.
    UnknownDatabase,
    /// The tables do not exist yet: call [`Store::migrate`](crate::Store::migrate).
    NotMigrated,
    /// The tables were created by another version of this crate, or changed by hand.
    SchemaMismatch,
    /// Another transaction was in the way (a serialization failure or a deadlock). Repeat the transaction.
    Conflict,
    /// A person cannot be submitted. Nothing was written.
    InvalidPerson,
    /// An argument has no meaning. Nothing was written.
    InvalidArgument,
    /// Another process leads now, so this one must not write.
    LeadershipLost,
    /// Another failure of a statement.
    Query,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Creates the error of a failed statement. `action` completes "could not", such as "submit people".
    pub(crate) fn query(action: &str, source: sqlx::Error) -> Self {
        let (kind, advice) = classify(&source);
        Self::new(kind, format!("could not {action} ({advice})")).with_source(source)
    }

    /// Returns what kind of error it is.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the same call may succeed later without a change by anyone: the server was unavailable, the pool was
    /// exhausted, or another transaction was in the way.
    pub const fn is_temporary(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Unavailable | ErrorKind::PoolExhausted | ErrorKind::Conflict
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.source {
            Some(source) => write!(f, ": {}", PlainText(&source.to_string())),
            None => Ok(()),
        }
    }
}

clerk_core::debug_as_display!(Error);

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Writes a server's text with control characters escaped.
struct PlainText<'a>(&'a str);

impl fmt::Display for PlainText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

/// Returns the kind of a failure, and what to do about it.
fn classify(error: &sqlx::Error) -> (ErrorKind, &'static str) {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed | sqlx::Error::PoolClosed => (
            ErrorKind::Unavailable,
            "check that the server runs and that its host and port are right",
        ),
        sqlx::Error::PoolTimedOut => (ErrorKind::PoolExhausted, "allow the pool more connections"),
        sqlx::Error::Tls(_) => (
            ErrorKind::Unavailable,
            "check the certificates and the `sslmode` of the connection",
        ),
        sqlx::Error::Configuration(_) => (ErrorKind::InvalidArgument, "correct the connection's URL or options"),
        sqlx::Error::Database(database) => classify_state(&**database),
        _ => (ErrorKind::Query, "see the cause"),
    }
}

/// The same by the error's SQLSTATE (PostgreSQL's manual, appendix A).
fn classify_state(error: &dyn DatabaseError) -> (ErrorKind, &'static str) {
    match error.code().as_deref().unwrap_or_default() {
        "3D000" => (
            ErrorKind::UnknownDatabase,
            "create the database or correct its name in the connection's URL",
        ),
        "42P01" | "3F000" => (
            ErrorKind::NotMigrated,
            "call `Store::migrate` first, and check the schema's name",
        ),
        "42703" => (
            ErrorKind::SchemaMismatch,
            "call `Store::migrate` with this version of clerk-postgres",
        ),
        "42501" => (ErrorKind::AccessDenied, "grant the user the permission"),
        "40001" | "40P01" | "55P03" => (ErrorKind::Conflict, "repeat the transaction"),
        "53300" => (
            ErrorKind::Unavailable,
            "use fewer connections or raise the server's `max_connections`",
        ),
        // A read-only transaction is what a connection to a former primary has after a failover.
        "25006" | "57P01" | "57P02" | "57P03" => (ErrorKind::Unavailable, "try again when the server accepts writes"),
        state if state.starts_with("28") => (ErrorKind::AccessDenied, "correct the user or the password"),
        state if state.starts_with("08") => (ErrorKind::Unavailable, "try again"),
        _ => (ErrorKind::Query, "see the cause"),
    }
}
