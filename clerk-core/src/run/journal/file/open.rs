//! Opening and locking the file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::ops::Deref;
use std::path::Path;

use super::problem::{failed, in_use, not_a_journal, replaced};
use crate::run::journal::JournalError;

/// What to do if the file does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Create,
    Refuse,
}

/// A file that is locked until it is dropped.
#[derive(Debug)]
pub(crate) struct LockedFile(File);

impl Deref for LockedFile {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that is just being spawned holds a copy of it for a moment, and the
        // lock with it.
        let _ = self.0.unlock();
    }
}

/// Opens and locks the file. Returns it with its length.
pub(crate) fn open_locked(path: &Path, missing: Missing) -> Result<(LockedFile, u64), JournalError> {
    let cannot = |error| failed(path, "opened", error);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(missing == Missing::Create);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(cannot)?;
    let metadata = file.metadata().map_err(cannot)?;
    if !metadata.is_file() {
        return Err(not_a_journal(path));
    }
    let file = match file.try_lock() {
        Ok(()) => LockedFile(file),
        Err(TryLockError::WouldBlock) => return Err(in_use(path)),
        Err(TryLockError::Error(error)) => return Err(failed(path, "locked", error)),
    };
    if !is_at(&file, path).map_err(cannot)? {
        return Err(replaced(path));
    }
    // The length from before the lock may be out of date.
    let length = file.metadata().map_err(cannot)?.len();
    if length == 0 {
        sync_folder(path).map_err(cannot)?;
    }
    Ok((file, length))
}

/// Whether the path still leads to this file. Another process may have removed the file between its opening and its
/// locking, and what is written to a removed file is lost.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let (ours, there) = (file.metadata()?, std::fs::metadata(path));
    Ok(there.is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())))
}

#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Takes the file's permissions from everyone but its owner. Where the file system has none or does not allow it, the file
/// is used as it is.
pub(super) fn narrow_permissions(file: &File) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        if let Ok(metadata) = file.metadata()
            && metadata.permissions().mode() & 0o077 != 0
        {
            let _ = file.set_permissions(std::fs::Permissions::from_mode(0o600));
        }
    }
    #[cfg(not(unix))]
    let _ = file;
}

/// Syncs the folder of a file, so that the creation or removal of the file survives a loss of power.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) {
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn notices_that_the_file_was_removed_or_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.journal");
        let (file, _) = open_locked(&path, Missing::Create).unwrap();
        assert!(is_at(&file, &path).unwrap());
        std::fs::remove_file(&path).unwrap();
        assert!(!is_at(&file, &path).unwrap());
        let _another = open_locked(&path, Missing::Create).unwrap();
        assert!(!is_at(&file, &path).unwrap());
    }
}
