//! A journal in a file.

mod lines;
mod log;
mod open;
mod problem;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Journal, JournalError, Record};
use lines::Position;
pub(crate) use lines::scan;
use log::Log;
pub(crate) use open::{Missing, open_locked, sync_folder};
use problem::without_thread;
pub(crate) use problem::{failed, unresolved};
use writer::Writer;

/// A journal in an append-only file. It survives a crash of the process and of the machine. Available on every platform
/// with files, which excludes WebAssembly.
///
/// The file contains JSON lines, one [`Record`] for each line. A dedicated thread writes it, so that a slow disk does not
/// block the executor. An append returns after the records are on disk (`fdatasync`).
///
/// ```no_run
/// # async fn f(clerk: clerk_core::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use clerk_core::api::invitations::CreateInvitation;
/// use clerk_core::run::journal::FileJournal;
///
/// let people = ["ada@example.com", "grace@example.com"].map(CreateInvitation::new);
/// let journal = FileJournal::open("spring-launch.journal")?;
/// let report = clerk.invitations().invite_all(people).journal(journal).run().await;
/// if let Some(stop) = report.stopped() {
///     println!("{stop}: run again, nobody is invited twice");
/// }
/// # Ok(()) }
/// ```
///
/// # Personal data
///
/// The file contains, for everyone who was attempted or has an outcome: the email address (trimmed, lowercased), the outcome
/// and when it was known, the id of the invitation, Clerk's error code, and a hash of what was sent. It does not contain
/// metadata, links of invitations or the secret key. On Unix, a new file is readable by its owner only (mode 0600). `Debug`
/// shows none of it. [`purge`](Self::purge) removes the file.
///
/// # Incomplete last record
///
/// A crash can leave a part of a record at the end. [`open`](Self::open) removes it: nothing was sent before its record was
/// written in full. A file that is damaged anywhere else is refused and left as it is, because a lost attempt could
/// invite someone twice.
///
/// # After a failed write
///
/// The file may end in a part of a record, and it is unknown what a failed sync has lost. So the journal refuses every
/// further call until it is dropped and opened again, and the run stops with
/// [`Stop::Journal`](crate::run::Stop::Journal).
pub struct FileJournal {
    path: Arc<Path>,
    writer: Writer,
}

impl FileJournal {
    /// Opens the journal at this path, or creates a new one. An empty file counts as a new journal.
    ///
    /// The file is locked until the journal is dropped; dropping waits for pending writes. Opening reads the whole file in
    /// chunks and blocks the thread.
    ///
    /// # Errors
    ///
    /// [`JournalError`]
    ///
    /// - if another run, in this process or another one, has the journal open;
    /// - if the file is not a journal, is damaged, or was written by a later SDK: it is left unchanged;
    /// - if the file cannot be read and written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let path = Arc::<Path>::from(path.as_ref());
        let (file, length) = open_locked(&path, Missing::Create)?;
        let log = Log::new(file, Arc::clone(&path), length)?;
        let writer = Writer::start(log).map_err(|error| failed(&path, "written by a thread", error))?;
        Ok(Self { path, writer })
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn without_thread(&self) -> JournalError {
        without_thread(&self.path)
    }
}

#[async_trait]
impl Journal for FileJournal {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        let mut position = Position::START;
        loop {
            let chunk = self.writer.run(move |log| log.read(position)).await;
            let (records, next) = chunk.ok_or_else(|| self.without_thread())??;
            if records.is_empty() {
                return Ok(());
            }
            records.into_iter().for_each(&mut *each);
            position = next;
        }
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let lines = lines_of(records)
            .map_err(|error| JournalError::new("a record cannot be written as JSON").with_source(error))?;
        let appended = self.writer.run(move |log| log.append(&lines)).await;
        appended.ok_or_else(|| self.without_thread())?
    }
}

fn lines_of(records: &[Record]) -> serde_json::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for record in records {
        serde_json::to_writer(&mut lines, record)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

impl fmt::Debug for FileJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileJournal")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
