//! Forgetting a journal.

use std::fs::remove_file;
use std::path::Path;

use super::lines::scan;
use super::open::{Missing, open_locked, sync_folder};
use super::problem::{failed, unsettled};
use crate::run::history::History;
use crate::run::journal::JournalError;

/// Removes the file, unless it is in use or still needed. It stays locked until it is gone.
pub(super) fn purge(path: &Path) -> Result<(), JournalError> {
    let (file, length) = open_locked(path, Missing::Refuse)?;
    let mut history = History::default();
    scan(&file, path, length, |record| history.take_in(record))?;
    let people = history.unresolved();
    if people > 0 {
        return Err(unsettled(path, people));
    }
    remove_file(path)
        .and_then(|()| sync_folder(path))
        .map_err(|error| failed(path, "removed", error))
}
