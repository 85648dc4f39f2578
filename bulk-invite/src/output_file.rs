//! Files that the program writes, opened before anybody is invited.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::args::Args;

/// The files that a run writes beside its journal.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) report: Option<OutputFile>,
    pub(crate) events: Option<OutputFile>,
}

impl Files {
    /// Opens those that the command line names. No two of them, the people file and the journal may be the same.
    pub(crate) fn open(args: &Args, journal: Option<&Path>) -> Result<Self, String> {
        let people = args.people_file();
        let open = |path: &Option<PathBuf>, other: Option<&Path>| {
            let others: Vec<&Path> = people.into_iter().chain(journal).chain(other).collect();
            path.as_deref().map(|path| OutputFile::open(path, &others)).transpose()
        };
        refuse_overwriting(journal, people)?;
        Ok(Self {
            report: open(&args.report, None)?,
            events: open(&args.events, args.report.as_deref())?,
        })
    }
}

/// A file that can be written. What it held stays until [`start`](Self::start), and one that was not there goes again if
/// there is no start.
#[derive(Debug)]
pub(crate) struct OutputFile {
    file: File,
    path: PathBuf,
    made: Option<Made>,
}

impl OutputFile {
    /// Opens a file for writing, and makes it if need be; readable by its owner alone, since it names people. It must be
    /// none of `others`.
    pub(crate) fn open(path: &Path, others: &[&Path]) -> Result<Self, String> {
        refuse_overwriting(Some(path), others.iter().copied())?;
        let (file, made) = open_or_make(path).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            made,
        })
    }

    /// Empties the file, and gives it to be written.
    pub(crate) fn start(mut self) -> io::Result<File> {
        if let Some(made) = self.made.take() {
            made.keep();
        }
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        Ok(self.file)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Opens a file, and says whether it was made.
fn open_or_make(path: &Path) -> io::Result<(File, Option<Made>)> {
    let mut options = OpenOptions::new();
    options.write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.create_new(true).open(path) {
        Ok(file) => Ok((file, Some(Made(path.to_owned())))),
        // What is there may be a link to a file that is not.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Ok((options.create_new(false).create(true).open(path)?, None))
        }
        Err(error) => Err(error),
    }
}

/// A new and empty file, which goes with this.
#[derive(Debug)]
struct Made(PathBuf);

impl Made {
    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            // An empty file that stays does no harm.
            let _ = fs::remove_file(&self.0);
        }
    }
}

fn refuse_overwriting<'a>(path: Option<&Path>, others: impl IntoIterator<Item = &'a Path>) -> Result<(), String> {
    let Some(path) = path else {
        return Ok(());
    };
    match others.into_iter().find(|other| is_same_file(path, other)) {
        Some(other) => Err(format!(
            "{} would overwrite {}: name another file",
            path.display(),
            other.display()
        )),
        None => Ok(()),
    }
}

/// Whether two paths lead to one file.
fn is_same_file(a: &Path, b: &Path) -> bool {
    match (resolve(a), resolve(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

/// The one path of a file, which may not exist yet while its folder does.
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
