//! What can be wrong with a journal's file, in words for the person who meets it.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::run::journal::JournalError;

/// The file could not be `done`: opened, read, written.
pub(crate) fn failed(path: &Path, done: &str, error: Error) -> JournalError {
    let advice = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            ": make room, then run again on the same journal"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ": it needs a file that may be read and written",
        ErrorKind::NotFound | ErrorKind::NotADirectory => ": check the path, its folder must exist",
        ErrorKind::Unsupported => ": it needs a file system that has locks",
        ErrorKind::IsADirectory => ": name a file in it",
        _ => "",
    };
    let kind = error.kind();
    let problem = format!("the journal {} cannot be {done} ({kind}){advice}", path.display());
    JournalError::new(problem).with_source(error)
}

pub(super) fn in_use(path: &Path) -> JournalError {
    JournalError::new(format!(
        "the journal {} is in use by another run: wait for its end, or name another journal",
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
        "{} is not a journal of invitations and was left as it is: name another file",
        path.display()
    ))
}

pub(super) fn of_a_later_sdk(path: &Path, line: u64) -> JournalError {
    JournalError::new(format!(
        "line {line} of the journal {} is of a form that this SDK does not know: a later one wrote it, use that one",
        path.display()
    ))
}

pub(super) fn damaged(path: &Path, line: u64) -> JournalError {
    JournalError::new(format!(
        "line {line} of the journal {} is damaged: restore the file, for what it has lost could invite somebody twice",
        path.display()
    ))
}

pub(crate) fn unresolved(path: &Path, people: usize) -> JournalError {
    JournalError::new(format!(
        "the journal {} was kept: {people} of its people may have been invited and are not settled. Run again on it \
         first; whoever does without knowing removes the file",
        path.display()
    ))
}

pub(super) fn failed_before(path: &Path) -> JournalError {
    JournalError::new(format!(
        "the journal {} could not be written before and may end in half a record: open it again",
        path.display()
    ))
}

pub(super) fn without_thread(path: &Path) -> JournalError {
    JournalError::new(format!(
        "the thread that writes the journal {} is gone: open it again",
        path.display()
    ))
}
