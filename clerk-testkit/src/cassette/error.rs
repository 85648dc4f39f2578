use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::{fmt, io};

use super::Cassette;
use crate::VerifyError;

/// Why a cassette cannot be read, written or recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum CassetteError {
    /// There is no such file: it has to be recorded first.
    Missing {
        /// The file.
        path: PathBuf,
        /// The variable that asks to record it, if [`cassette`](super::cassette()) was told one.
        record_variable: Option<String>,
    },
    /// The file is there and cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written.
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not a cassette. The message names the file and where in it; the source says what is wrong there.
    Format {
        /// The file, if it was read from one.
        path: Option<PathBuf>,
        /// What is wrong, with its line and column.
        source: serde_json::Error,
    },
    /// It is a cassette of another version. Record it again.
    Version {
        /// The file, if it was read from one.
        path: Option<PathBuf>,
        /// The version.
        found: u32,
    },
    /// A secret key would show, plain or encoded. Nothing was written: keep the key out of what is sent and answered.
    Secret {
        /// Which request, from 0.
        interaction: usize,
        /// `request` or `outcome`.
        part: &'static str,
    },
    /// To record was asked for in continuous integration (the variable `CI` is set), where a new recording would hide
    /// what the recorded one is to show.
    RecordingInCi {
        /// The variable that asked for it.
        variable: String,
    },
    /// The replay was not used as the cassette was recorded.
    Replay(VerifyError),
}

impl CassetteError {
    pub(super) const fn format(source: serde_json::Error) -> Self {
        Self::Format { path: None, source }
    }

    /// The same error of what was read from this file.
    pub(super) fn in_file(mut self, file: &Path) -> Self {
        if let Self::Format { path, .. } | Self::Version { path, .. } = &mut self {
            *path = Some(file.to_owned());
        }
        self
    }

    /// The same error, where setting this variable records the file.
    pub(super) fn recorded_by(mut self, variable: &str) -> Self {
        if let Self::Missing { record_variable, .. } = &mut self {
            *record_variable = Some(variable.to_owned());
        }
        self
    }
}

/// What messages call a cassette: by its file, if it was read from one.
pub(super) fn called(path: Option<&Path>) -> String {
    match path {
        Some(path) => format!("the cassette {}", path.display()),
        None => "the cassette".to_owned(),
    }
}

impl fmt::Display for CassetteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path, record_variable } => {
                write!(f, "there is no cassette {}: record it first", path.display())?;
                match record_variable {
                    Some(variable) => write!(f, ", by running the test with {variable}=1"),
                    None => Ok(()),
                }
            }
            Self::Read { path, .. } => write!(f, "cannot read the cassette {}", path.display()),
            Self::Write { path, .. } => write!(f, "cannot write the cassette {}", path.display()),
            Self::Format { path, source } => {
                match path {
                    Some(path) => write!(f, "{} is not a cassette", path.display())?,
                    None => f.write_str("this is not a cassette")?,
                }
                match source.line() {
                    // What could not be written has no place.
                    0 => Ok(()),
                    line => write!(f, ": line {line}, column {}", source.column()),
                }
            }
            Self::Version { path, found } => {
                let cassette = called(path.as_deref());
                write!(
                    f,
                    "{cassette} is of version {found}, and this crate reads version {}: record it again",
                    Cassette::VERSION
                )
            }
            Self::Secret { interaction, part } => write!(
                f,
                "the cassette was not written: a secret key would show in the {part} of interaction {interaction}"
            ),
            Self::Replay(error) => error.fmt(f),
            Self::RecordingInCi { variable } => {
                write!(
                    f,
                    "{variable} asks to record, but CI is set: record on your own machine"
                )
            }
        }
    }
}

impl StdError for CassetteError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            Self::Format { source, .. } => Some(source),
            Self::Missing { .. }
            | Self::Version { .. }
            | Self::Secret { .. }
            | Self::RecordingInCi { .. }
            | Self::Replay(_) => None,
        }
    }
}
