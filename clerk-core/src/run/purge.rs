//! Removing a finished journal.

use std::fs::remove_file;
use std::path::Path;

use super::history::History;
use super::journal::file::{Missing, failed, open_locked, scan, sync_folder, unresolved};
use super::journal::{FileJournal, JournalError};

impl FileJournal {
    /// Removes the file of a finished journal, and with it the personal data in it.
    ///
    /// The file is removed as a whole. A remainder without addresses and their hashes could not prevent a second invitation,
    /// and a journal that exists should prevent it. A later run at this path starts a new journal: then only the invitations
    /// that are still pending at Clerk keep it from inviting someone again. Backups, snapshots and deleted blocks of the disk
    /// are not erased.
    ///
    /// ```no_run
    /// # use clerk_core::run::journal::{FileJournal, JournalError};
    /// FileJournal::purge("spring-launch.journal")?;
    /// # Ok::<(), JournalError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`JournalError`], and the file stays as it is,
    ///
    /// - if a run has it open;
    /// - if it has unresolved people, because a later run could invite them twice: run again first, or delete the file
    ///   yourself to discard that information;
    /// - if it does not exist, is not a journal, is damaged, or was written by a later SDK.
    pub fn purge(path: impl AsRef<Path>) -> Result<(), JournalError> {
        let path = path.as_ref();
        let (file, length) = open_locked(path, Missing::Refuse)?;
        let mut history = History::default();
        scan(&file, path, length, |record| history.apply(record))?;
        let people = history.unresolved();
        if people > 0 {
            return Err(unresolved(path, people));
        }
        // The file stays locked until it is gone.
        remove_file(path)
            .and_then(|()| sync_folder(path))
            .map_err(|error| failed(path, "removed", error))
    }
}
