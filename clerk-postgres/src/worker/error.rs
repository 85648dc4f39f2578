//! Why a worker ended.

use std::error::Error as StdError;
use std::fmt;

use clerk_core::run::Stop;

use crate::error::Error;

/// Why a [`Worker`](crate::Worker) ended without being asked to.
#[derive(Debug)]
#[non_exhaustive]
pub enum WorkerError {
    /// Nobody can be invited: the run of the leader has stopped.
    Stopped(Stop),
    /// The database cannot be used as it is, and waiting does not help, such as when the tables are missing.
    Database(Error),
}

impl fmt::Display for WorkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped(stop) => stop.fmt(f),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl StdError for WorkerError {
    /// Returns the source of the cause, because `Display` writes the cause itself.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Stopped(stop) => stop.source(),
            Self::Database(error) => error.source(),
        }
    }
}
