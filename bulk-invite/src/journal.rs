//! Where a run keeps what it did.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clerk_core::run::journal::{FileJournal, Journal, MemoryJournal};

use crate::args::Args;

/// What `--journal` calls no journal.
const NONE: &str = "none";

/// A journal's place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It ends with the program.
    Memory,
    File(PathBuf),
}

impl Place {
    /// The place that the command line says: beside the people file unless it says otherwise. The demo's ends with it.
    pub(crate) fn of(args: &Args, is_demo: bool) -> Result<Self, String> {
        match &args.journal {
            Some(name) if name.as_os_str() == NONE => Ok(Self::Memory),
            Some(_) if is_demo => {
                Err("--journal needs a key: the demo's fake forgets everything at its end".to_owned())
            }
            Some(path) => Ok(Self::File(path.clone())),
            None if is_demo => Ok(Self::Memory),
            None => Ok(args
                .people_file()
                .map_or(Self::Memory, |people| Self::File(beside(people)))),
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Memory => None,
            Self::File(path) => Some(path),
        }
    }

    /// Opens the journal, or makes a new one.
    pub(crate) fn open(&self) -> Result<Arc<dyn Journal>, String> {
        Ok(match self {
            Self::Memory => Arc::new(MemoryJournal::new()),
            Self::File(path) => Arc::new(FileJournal::open(path).map_err(|error| error.to_string())?),
        })
    }

    /// Opens the journal to be read. One that is not there is not made.
    pub(crate) fn look(&self) -> Result<Arc<dyn Journal>, String> {
        match self {
            Self::File(path) if is_missing(path) => Self::Memory.open(),
            place => place.open(),
        }
    }
}

/// Opens a journal that an earlier run has left.
pub(crate) fn open_existing(path: &Path) -> Result<FileJournal, String> {
    if is_missing(path) {
        return Err(format!("there is no journal {}", path.display()));
    }
    FileJournal::open(path).map_err(|error| error.to_string())
}

fn is_missing(path: &Path) -> bool {
    matches!(path.try_exists(), Ok(false))
}

/// `people.csv` has its journal at `people.csv.journal`.
fn beside(people: &Path) -> PathBuf {
    let mut path = people.as_os_str().to_owned();
    path.push(".journal");
    path.into()
}
