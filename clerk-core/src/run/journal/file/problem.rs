//! The messages of everything that can be wrong with the file.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::run::journal::JournalError;

/// The file could not be opened, read, written: `done` is the participle.
pub(crate) fn failed(path: &Path, done: &str, error: Error) -> JournalError {
    let kind = error.kind();
    let advice = match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            let problem = format!(
                "there is no room for the journal {} ({kind}): free some space, then run again on the same journal",
                path.display()
            );
            return JournalError::new(problem).with_source(error);
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ": use a file that you can read and write",
        ErrorKind::NotFound | ErrorKind::NotADirectory => ": check the path, its folder must exist",
        ErrorKind::Unsupported => ": use a file system that supports locks",
        ErrorKind::IsADirectory => ": give the path of a file in it",
        _ => "",
    };
    let problem = format!("the journal {} cannot be {done} ({kind}){advice}", path.display());
    JournalError::new(problem).with_source(error)
}

pub(super) fn in_use(path: &Path) -> JournalError {
    JournalError::new(format!(
        "the journal {} is in use by another run: wait until it ends, or use another journal",
        path.display()
    ))
}

pub(super) fn replaced(path: &Path) -> JournalError {
    JournalError::new(format!(
        "the journal {} was removed or replaced while it was being opened: try again",
        path.display()
    ))
}

pub(super) fn not_a_journal(path: &Path) -> JournalError {
    JournalError::new(format!(
        "{} is not a journal of invitations: use another file (this one was not changed)",
        path.display()
    ))
}

/// The file was given its length, and its first records did not reach the disk.
pub(super) fn zeroed(path: &Path) -> JournalError {
    JournalError::new(format!(
        "the journal {} consists of zero bytes, as a power failure during its first write leaves it: if no run with it has \
         invited anyone yet, delete it and run again, or else restore it",
        path.display()
    ))
}

pub(super) fn of_a_later_version(path: &Path, line: u64) -> JournalError {
    JournalError::new(format!(
        "line {line} of the journal {} has a format that this SDK does not know: a later version wrote it, use that version",
        path.display()
    ))
}

pub(super) fn damaged(path: &Path, line: u64) -> JournalError {
    JournalError::new(format!(
        "line {line} of the journal {} is damaged, or lines before it are missing or changed: restore the file, because \
         what it has lost could invite someone twice, or recover it without the records from line {line} on",
        path.display()
    ))
    .with_damage()
}

pub(crate) fn unresolved(path: &Path, people: usize) -> JournalError {
    JournalError::new(format!(
        "the journal {} was not removed: {people} of its people may have been invited and are unresolved. Run again on \
         the journal to find out, or delete the file to discard that information",
        path.display()
    ))
}

pub(super) fn failed_before(path: &Path) -> JournalError {
    JournalError::new(format!(
        "the journal {} could not be written earlier and may end in an incomplete record: open it again",
        path.display()
    ))
}

pub(super) fn without_thread(path: &Path) -> JournalError {
    JournalError::new(format!(
        "the thread that writes the journal {} has ended: open it again",
        path.display()
    ))
}
