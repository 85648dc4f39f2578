use std::env;
use std::path::Path;

use async_trait::async_trait;
use clerk_core::{HttpRequest, HttpResponse, HttpTransport, TransportError};

use super::CassetteError;
use super::record::{Record, RecordOptions};
use super::replay::Replay;

/// Replays the cassette at `path`, or records it through `live()` if the environment variable `record_variable` is set.
///
/// An empty variable, or one with the value `0`, counts as not set. With the value `new`, the recorder keeps what the file
/// contains and records what is [new](Record::new_requests); with any other value, it replaces the file. `live` is called only to record, so a replay needs
/// neither a key nor a network. Of the environment, only the named variable is read, and `CI` before recording.
///
/// # Errors
///
/// [`CassetteError::RecordingInCi`] if `CI` and the variable are set, or the errors of [`Replay::load`] and
/// [`Record::new_requests`].
pub fn cassette<T: HttpTransport>(
    path: impl AsRef<Path>,
    record_variable: &str,
    live: impl FnOnce() -> T,
) -> Result<CassetteTransport<T>, CassetteError> {
    cassette_with(RecordOptions::new(), path, record_variable, live)
}

/// Does the same as [`cassette`], with options for the recording.
///
/// # Errors
///
/// Those of [`cassette`].
pub fn cassette_with<T: HttpTransport>(
    options: RecordOptions,
    path: impl AsRef<Path>,
    record_variable: &str,
    live: impl FnOnce() -> T,
) -> Result<CassetteTransport<T>, CassetteError> {
    let is_set = |variable: &str| env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "0");
    if !is_set(record_variable) {
        let replay = Replay::load(path).map_err(|error| error.recorded_by(record_variable))?;
        return Ok(CassetteTransport::Replay(replay));
    }
    if is_set("CI") {
        return Err(CassetteError::RecordingInCi {
            variable: record_variable.to_owned(),
        });
    }
    let record = if env::var_os(record_variable).is_some_and(|value| value == "new") {
        Record::new_requests(live(), path.as_ref(), options)?
    } else {
        Record::new(live(), path.as_ref(), options)
    };
    Ok(CassetteTransport::Record(record))
}

/// The transport of a [`cassette`]. Clones are handles to the same one.
#[derive(Debug)]
pub enum CassetteTransport<T> {
    /// Records.
    Record(Record<T>),
    /// Replays.
    Replay(Replay),
}

impl<T> CassetteTransport<T> {
    /// Writes the recording, or verifies the replay. Dropping the last handle also does, and panics on an error.
    ///
    /// # Errors
    ///
    /// Those of [`Record::save`], or [`CassetteError::Replay`].
    pub fn finish(&self) -> Result<(), CassetteError> {
        match self {
            Self::Record(record) => record.save(),
            Self::Replay(replay) => replay.verify().map_err(CassetteError::Replay),
        }
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for CassetteTransport<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        match self {
            Self::Record(record) => record.send(request).await,
            Self::Replay(replay) => replay.send(request).await,
        }
    }
}

impl<T> Clone for CassetteTransport<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Record(record) => Self::Record(record.clone()),
            Self::Replay(replay) => Self::Replay(replay.clone()),
        }
    }
}
