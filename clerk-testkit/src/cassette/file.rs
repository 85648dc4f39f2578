//! Reading and writing files that other tests and processes read and write at the same time.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::Path;

use super::CassetteError;

/// Reads a file while nobody writes it.
pub(super) fn read(path: &Path) -> Result<String, CassetteError> {
    let read = || {
        let mut file = File::open(path)?;
        file.lock_shared()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Ok(text)
    };
    read().map_err(|source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => CassetteError::Missing {
            path: path.into(),
            record_variable: None,
        },
        _ => CassetteError::Read {
            path: path.into(),
            source,
        },
    })
}

/// Replaces the text of a file by `change` of the present one, which is empty for a new file. Nobody else reads or writes it
/// meanwhile. Creates its directory if necessary.
pub(super) fn update(
    path: &Path,
    change: impl FnOnce(&str) -> Result<String, CassetteError>,
) -> Result<(), CassetteError> {
    let failed = |source| CassetteError::Write {
        path: path.into(),
        source,
    };
    let existed = path.exists();
    let open = || {
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Ok((file, text))
    };
    let (mut file, text) = open().map_err(failed)?;
    let replacement = match change(&text) {
        Ok(replacement) => replacement,
        Err(error) => {
            if !existed && text.is_empty() {
                // The refused recording leaves no empty file.
                let _ = fs::remove_file(path);
            }
            return Err(error);
        }
    };
    let mut write = || {
        // A device such as /dev/null has no length to set.
        if !text.is_empty() {
            file.set_len(0)?;
            file.rewind()?;
        }
        file.write_all(replacement.as_bytes())
    };
    write().map_err(failed)
}
