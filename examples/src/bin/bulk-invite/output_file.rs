//! Files that the program writes, opened before anybody is invited.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A file that can be written. What it held stays until [`start`](Self::start).
#[derive(Debug)]
pub(crate) struct OutputFile {
    file: File,
    path: PathBuf,
}

impl OutputFile {
    /// Opens a file for writing, and makes it if need be; readable by its owner alone, since it names people. It must be
    /// none of `others`.
    pub(crate) fn open(path: &Path, others: &[&Path]) -> Result<Self, String> {
        if let Some(other) = others.iter().find(|other| is_same_file(path, other)) {
            return Err(format!(
                "{} would overwrite {}: name another file",
                path.display(),
                other.display()
            ));
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    /// Empties the file, and gives it to be written.
    pub(crate) fn start(self) -> io::Result<File> {
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        Ok(self.file)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether two paths lead to one file. A file that does not exist yet is the same only by name.
fn is_same_file(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
