//! The files that the program writes. They are opened before anything is sent, so that a bad path stops the run in time.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::args::Args;

/// The files that a run writes besides its journal.
#[derive(Debug)]
pub(crate) struct OutputFiles {
    pub(crate) report: Option<OutputFile>,
    pub(crate) events: Option<OutputFile>,
}

impl OutputFiles {
    /// Opens the files that the command line names.
    ///
    /// # Errors
    ///
    /// If a file cannot be opened, or would overwrite the people file, the journal or the other file.
    pub(crate) fn open(args: &Args, journal: Option<&Path>) -> Result<Self, String> {
        let people = args.people_file().map(|path| ("the people file", path));
        let journal = journal.map(|path| ("the journal", path));
        let report = args.report.as_deref().map(|path| ("the report", path));
        if let Some((_, path)) = journal {
            refuse_overwriting(path, people)?;
        }
        let open = |path: &Option<PathBuf>, others: &[Option<(&str, &Path)>]| {
            let Some(path) = path else { return Ok(None) };
            refuse_overwriting(path, others.iter().copied().flatten())?;
            OutputFile::open(path).map(Some)
        };
        Ok(Self {
            report: open(&args.report, &[people, journal])?,
            events: open(&args.events, &[people, journal, report])?,
        })
    }
}

/// A file that is open for writing but still unchanged. Dropping it removes the file if [`open`](Self::open) created it.
#[derive(Debug)]
pub(crate) struct OutputFile {
    file: File,
    path: PathBuf,
    created: Option<CreatedFile>,
}

impl OutputFile {
    /// Opens or creates a file. Only its owner can read a created file, because it holds email addresses.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let (file, created) =
            open_or_create(path).map_err(|error| format!("cannot write {}: {}", path.display(), explain(&error)))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            created,
        })
    }

    /// Truncates the file, takes the permissions of others away, and returns it for writing.
    pub(crate) fn truncate(mut self) -> io::Result<File> {
        if let Some(created) = self.created.take() {
            created.keep();
        }
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
            restrict_to_owner(&self.file)?;
        }
        Ok(self.file)
    }

    /// Whether the file is not empty, as one of an earlier run.
    pub(crate) fn has_content(&self) -> bool {
        self.file.metadata().is_ok_and(|file| file.is_file() && file.len() > 0)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Describes why a file cannot be written, and what to do.
pub(crate) fn explain(error: &io::Error) -> String {
    let advice = match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => "check the path, its folder must exist",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "choose a file in a folder that you can write to"
        }
        ErrorKind::IsADirectory => "this is a folder: name a file in it",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free some space, then run the same command again: it invites no one twice"
        }
        _ => return error.to_string(),
    };
    format!("{error}: {advice}")
}

#[cfg(unix)]
fn restrict_to_owner(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    file.set_permissions(fs::Permissions::from_mode(mode & 0o700))
}

#[cfg(not(unix))]
const fn restrict_to_owner(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Opens a file; the second value is set if it had to be created.
fn open_or_create(path: &Path) -> io::Result<(File, Option<CreatedFile>)> {
    let mut options = OpenOptions::new();
    options.write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.create_new(true).open(path) {
        Ok(file) => Ok((file, Some(CreatedFile(path.to_owned())))),
        // `path` can be a symbolic link to a missing file, so `create` is still needed.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Ok((options.create_new(false).create(true).open(path)?, None))
        }
        Err(error) => Err(error),
    }
}

/// A new, empty file. Dropping this removes the file.
#[derive(Debug)]
struct CreatedFile(PathBuf);

impl CreatedFile {
    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for CreatedFile {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            // If this fails, an empty file is left behind, which is harmless.
            let _ = fs::remove_file(&self.0);
        }
    }
}

fn refuse_overwriting<'a>(path: &Path, others: impl IntoIterator<Item = (&'a str, &'a Path)>) -> Result<(), String> {
    match others.into_iter().find(|(_, other)| is_same_file(path, other)) {
        Some((name, _)) => Err(format!(
            "writing to {} would overwrite {name}: choose another file",
            path.display()
        )),
        None => Ok(()),
    }
}

/// Whether two paths lead to the same file, also through symbolic or hard links.
fn is_same_file(a: &Path, b: &Path) -> bool {
    let is_same_path = match (resolve(a), resolve(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    };
    is_same_path || is_hard_link(a, b)
}

#[cfg(unix)]
fn is_hard_link(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let identity = |path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()));
    matches!((identity(a), identity(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
const fn is_hard_link(_a: &Path, _b: &Path) -> bool {
    false
}

/// Returns the canonical path of a file that may be missing, as long as its folder exists.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path).or_else(|error| {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(error);
        };
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        Ok(fs::canonicalize(folder)?.join(name))
    })
}
