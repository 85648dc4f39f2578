use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use super::Leak;
use super::format::Cassette;
use crate::VerifyError;

/// An error of reading, writing or recording a cassette.
#[non_exhaustive]
pub enum CassetteError {
    /// The file does not exist. Record it first.
    Missing {
        /// The path of the file.
        path: PathBuf,
        /// The environment variable that makes [`cassette`](crate::cassette()) record.
        record_variable: Option<String>,
    },
    /// The file exists and cannot be read.
    Read {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file cannot be written.
    Write {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The text is not a cassette. The message has the line and column, and the source says what is wrong there.
    Format {
        /// The path of the file, if the text was read from one.
        path: Option<PathBuf>,
        /// The error of the parser.
        source: serde_json::Error,
    },
    /// The cassette has a format version that this crate cannot read. Record it again.
    Version {
        /// The path of the file, if the cassette was read from one.
        path: Option<PathBuf>,
        /// The version of the cassette.
        found: u32,
    },
    /// The cassette would contain sensitive text, so nothing was written.
    Leak {
        /// Where the text would be, as a path in the file such as `$.interactions[0].request.body.json[2].state`.
        place: String,
        /// The sensitive text.
        leak: Leak,
    },
    /// The text is not an HTTP archive that can be imported.
    Archive {
        /// The problem, as the end of a sentence.
        reason: String,
    },
    /// An HTTP archive contains a key or a cookie.
    Credentials {
        /// The number of the entry in the archive, from 0.
        entry: usize,
        /// The name of the header.
        header: String,
    },
    /// The test was asked to record in continuous integration, which is refused, because a new recording would replace the
    /// expected responses by whatever came.
    RecordingInCi {
        /// The environment variable that asked for it.
        variable: String,
    },
    /// The requests of the test were not those of the cassette.
    Replay(VerifyError),
}

impl CassetteError {
    pub(super) const fn format(source: serde_json::Error) -> Self {
        Self::Format { path: None, source }
    }

    /// Adds the path of the file.
    pub(super) fn in_file(mut self, file: &Path) -> Self {
        if let Self::Format { path, .. } | Self::Version { path, .. } = &mut self {
            *path = Some(file.to_owned());
        }
        self
    }

    /// Adds the environment variable that makes the test record the file.
    pub(super) fn recorded_by(mut self, variable: &str) -> Self {
        if let Self::Missing { record_variable, .. } = &mut self {
            *record_variable = Some(variable.to_owned());
        }
        self
    }
}

/// Returns the name of a cassette for messages, with its path if it was read from a file.
pub(super) fn display_name(path: Option<&Path>) -> String {
    match path {
        Some(path) => format!("the cassette {}", path.display()),
        None => "the cassette".to_owned(),
    }
}

impl fmt::Display for CassetteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path, record_variable } => {
                write!(f, "the cassette {} does not exist. ", path.display())?;
                match record_variable {
                    Some(variable) => write!(f, "Record it by running the test with {variable}=1"),
                    None => f.write_str("Record it first"),
                }
            }
            Self::Read { path, .. } => write!(f, "cannot read the cassette {}", path.display()),
            Self::Write { path, .. } => write!(f, "cannot write the cassette {}", path.display()),
            Self::Format { path, source } => {
                match path {
                    Some(path) => write!(f, "{} is not a cassette", path.display())?,
                    None => f.write_str("the text is not a cassette")?,
                }
                match source.line() {
                    // An error of writing has no place.
                    0 => Ok(()),
                    line => write!(f, ": line {line}, column {}", source.column()),
                }
            }
            Self::Version { path, found } => {
                let cassette = display_name(path.as_deref());
                write!(
                    f,
                    "{cassette} has format version {found}, but this crate reads version {}. Record it again",
                    Cassette::VERSION
                )
            }
            Self::Leak { place, leak } => {
                write!(f, "the cassette was not written, because {place} would contain {leak}")
            }
            Self::Archive { reason } => write!(f, "the HTTP archive cannot be imported, because {reason}"),
            Self::Credentials { entry, header } => write!(
                f,
                "entry {entry} of the HTTP archive contains credentials in the header {header}. Remove them, or leave them \
                 out with HarImport::drop_credentials, and keep the archive out of version control"
            ),
            Self::Replay(error) => error.fmt(f),
            Self::RecordingInCi { variable } => write!(
                f,
                "{variable} asks to record, but the variable CI is set. Record on your own machine and commit the file"
            ),
        }
    }
}

clerk_core::debug_as_display!(CassetteError);

impl StdError for CassetteError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            Self::Format { source, .. } => Some(source),
            Self::Missing { .. }
            | Self::Version { .. }
            | Self::Leak { .. }
            | Self::Archive { .. }
            | Self::Credentials { .. }
            | Self::RecordingInCi { .. }
            | Self::Replay(_) => None,
        }
    }
}
