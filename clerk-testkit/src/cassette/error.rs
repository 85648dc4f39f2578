use std::error::Error as StdError;
use std::path::PathBuf;
use std::{fmt, io};

use crate::VerifyError;

/// Why a cassette cannot be read, written or recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum CassetteError {
    /// The file cannot be read. One that is not there has to be recorded first.
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
    /// It is not a cassette: the message names line and column.
    Format(serde_json::Error),
    /// It is a cassette of another version. Record it again.
    Version {
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

impl fmt::Display for CassetteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, source } if source.kind() == io::ErrorKind::NotFound => {
                write!(f, "there is no cassette {}: record it first", path.display())
            }
            Self::Read { path, .. } => write!(f, "cannot read the cassette {}", path.display()),
            Self::Write { path, .. } => write!(f, "cannot write the cassette {}", path.display()),
            Self::Format(_) => f.write_str("this is not a cassette"),
            Self::Version { found } => {
                write!(
                    f,
                    "the cassette is of version {found}, and this crate reads version 1: record it again"
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
            Self::Format(source) => Some(source),
            Self::Version { .. } | Self::Secret { .. } | Self::RecordingInCi { .. } | Self::Replay(_) => None,
        }
    }
}
