//! The journal of a run: where it is, and how to open and delete it.

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

#[cfg(feature = "postgres")]
use clerk_core::Sensitive;
use clerk_core::run::journal::{FileJournal, Journal, JournalError, NoJournal, Record};

use crate::args::Args;
use crate::console::print;

/// The journal of a run of the waitlist by default.
const WAITLIST: &str = "waitlist.journal";

/// The value of `--journal` that turns the journal off.
const NONE: &str = "none";

/// Where a run's journal is kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum JournalLocation {
    /// There is no journal.
    None,
    File(PathBuf),
    /// An outbox on PostgreSQL. Its address can contain a password.
    #[cfg(feature = "postgres")]
    Outbox(Sensitive),
}

impl JournalLocation {
    /// Returns the location that the command line names; by default `PEOPLE.csv.journal` or `waitlist.journal`, or none in
    /// the demo.
    pub(crate) fn from_args(args: &Args, is_demo: bool) -> Result<Self, String> {
        match &args.journal {
            Some(name) if name.as_os_str() == NONE => Ok(Self::None),
            Some(_) if is_demo => Err(
                "--journal needs a key, because the demo starts with an empty fake each time: set CLERK_SECRET_KEY"
                    .to_owned(),
            ),
            Some(url) if is_outbox(url) => Self::outbox(url),
            Some(path) => Ok(Self::File(path.clone())),
            None if is_demo => Ok(Self::None),
            None if args.waitlist.is_some() => Ok(Self::File(WAITLIST.into())),
            None => Ok(args
                .people_file()
                .map_or(Self::None, |people| Self::File(default_path(people)))),
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            _ => None,
        }
    }

    #[cfg(feature = "postgres")]
    fn outbox(url: &Path) -> Result<Self, String> {
        let url = url.to_str().ok_or("--journal postgres://… has invalid characters")?;
        Ok(Self::Outbox(url.into()))
    }

    #[cfg(not(feature = "postgres"))]
    fn outbox(_: &Path) -> Result<Self, String> {
        Err(
            "--journal postgres://… needs the feature postgres, which this program was built without: install it with \
             `cargo install bulk-invite --features postgres`"
                .to_owned(),
        )
    }

    /// Opens the journal, or creates it.
    pub(crate) fn open(&self, args: &Args) -> Result<Arc<dyn Journal>, String> {
        Ok(match self {
            Self::None => Arc::new(NoJournal),
            Self::File(path) => Arc::new(open_file(path, args)?),
            #[cfg(feature = "postgres")]
            Self::Outbox(_) => {
                return Err(
                    "--journal postgres://… submits the people of a file: leave out --dry-run, --plan, --status, \
                     --waitlist, --again, --resend-unknown and --recover-tail, or name a journal in a file"
                        .to_owned(),
                );
            }
        })
    }

    /// Opens the journal without creating it: a missing file is read as an empty journal.
    pub(crate) fn open_existing_or_empty(&self, args: &Args) -> Result<Arc<dyn Journal>, String> {
        match self {
            Self::File(path) if is_missing(path) => Self::None.open(args),
            location => location.open(args),
        }
    }
}

/// Opens the journal of an earlier run.
pub(crate) fn open_existing(path: &Path, args: &Args) -> Result<FileJournal, String> {
    require_existing(path)?;
    open_file(path, args)
}

/// Whether a journal is of a run for the waitlist. One that cannot be read is refused by the run that uses it.
pub(crate) async fn is_of_waitlist(journal: &dyn Journal) -> bool {
    let mut is_of_waitlist = false;
    let mut read = |record| {
        if let Record::Begun { resource, .. } = record {
            is_of_waitlist = resource == "waitlist_entries";
        }
    };
    journal.load(&mut read).await.is_ok() && is_of_waitlist
}

fn open_file(path: &Path, args: &Args) -> Result<FileJournal, String> {
    if !args.recover_tail {
        return FileJournal::open(path).map_err(|error| match error.is_damage() {
            true => format!("{error}: to recover it, run again with --recover-tail"),
            false if is_denied(&error) => format!("{error}, or name another journal with --journal FILE"),
            false => error.to_string(),
        });
    }
    let journal = FileJournal::open_recovering_tail(path).map_err(|error| error.to_string())?;
    if let Some(line) = journal.lost_from_line() {
        print(|out| {
            writeln!(
                out,
                "Removed the damaged lines of the journal from line {line} on. Everyone without an outcome is looked up \
                 before they are invited. The calls in these lines may have used up the rate limits, so the run waits for \
                 them first."
            )
        })?;
    }
    Ok(journal)
}

/// Deletes the journal that the command line names, with the email addresses in it.
///
/// # Errors
///
/// If the journal is missing, in use, or has unresolved attempts.
pub(crate) fn purge(args: &Args) -> Result<ExitCode, String> {
    let JournalLocation::File(path) = JournalLocation::from_args(args, args.demo)? else {
        return Err("--purge needs a journal: name the people file, or the journal with --journal FILE".to_owned());
    };
    require_existing(&path)?;
    FileJournal::purge(&path).map_err(|error| error.to_string())?;
    print(|out| writeln!(out, "Deleted the journal {}.", path.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the value of `--journal` is the address of a PostgreSQL server.
fn is_outbox(value: &Path) -> bool {
    let value = value.as_os_str().as_encoded_bytes();
    [&b"postgres://"[..], b"postgresql://"]
        .iter()
        .any(|scheme| value.starts_with(scheme))
}

fn require_existing(path: &Path) -> Result<(), String> {
    if is_missing(path) {
        return Err(format!("there is no journal {}: check the path", path.display()));
    }
    Ok(())
}

fn is_denied(error: &JournalError) -> bool {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    io.is_some_and(|io| matches!(io.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem))
}

fn is_missing(path: &Path) -> bool {
    matches!(path.try_exists(), Ok(false))
}

/// Returns `people.csv.journal` for `people.csv`.
fn default_path(people: &Path) -> PathBuf {
    let mut path = people.as_os_str().to_owned();
    path.push(".journal");
    path.into()
}
