//! From a path to a file that nobody else has.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::ops::Deref;
use std::path::Path;

use super::problem::{failed, in_use, not_a_journal, replaced};
use crate::run::journal::JournalError;

/// Whether a file that is not there is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Create,
    Refuse,
}

/// A file that nobody else has until it is dropped.
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
        let _unlocked = self.0.unlock();
    }
}

/// Opens the file and locks it. Its length comes with it.
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
    // The length of before the lock may be out of date.
    let length = file.metadata().map_err(cannot)?.len();
    if length == 0 {
        sync_folder(path).map_err(cannot)?;
    }
    Ok((file, length))
}

/// Whether the path still leads to the file. Another process may have removed it between our opening and locking it,
/// and what is written to a removed file is lost.
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

/// Makes the creation or removal of a file last: that is written in its folder.
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
    fn a_file_is_no_longer_at_its_path_once_it_is_removed_or_replaced() {
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
