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

/// A journal in a file that is only ever appended to. It outlives a crash of the process and of the machine. Needs the
/// any platform that has files.
///
/// The file is JSON lines, one [`Record`] a line. A thread of its own writes it, so a slow disk blocks no executor; an
/// append is on disk (`fdatasync`) before it returns.
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
///     println!("{stop}: run it again, nobody is invited twice");
/// }
/// # Ok(()) }
/// ```
///
/// # Personal data in it
///
/// The address of everyone who was attempted or settled (trimmed, lowercased), what became of them and when, the id of
/// their invitation, Clerk's error code, and a hash of what was sent for them. Neither the metadata nor the
/// invitation's link nor the secret key is in it. On Unix a new file is its owner's alone (mode 0600). `Debug` shows
/// none of it. [`purge`](Self::purge) forgets it.
///
/// # A torn end
///
/// A crash can leave half a record at the end. [`open`](Self::open) cuts it off: a record that was not wholly written
/// was never acted on. What is damaged in any other place is refused and left alone, for a forgotten attempt could
/// invite somebody twice.
///
/// # After a failed write
///
/// Half a record may be in the file, and what a failed sync has lost nobody knows. So the journal refuses everything
/// until it is dropped and opened again, and the run stops with [`Stop::Journal`](crate::run::Stop::Journal).
pub struct FileJournal {
    path: Arc<Path>,
    writer: Writer,
}

impl FileJournal {
    /// Opens the journal at this path, or makes a new one; an empty file is a new one too.
    ///
    /// It is locked until the journal is dropped, which waits for what is being written. Opening reads the whole file
    /// once, a portion at a time, and blocks the thread meanwhile.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if another run, in this process or another, has the journal; if the file is not a journal, is
    /// damaged, or is of a later SDK, which leaves it as it is, byte for byte; and if it cannot be read and written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        let path = Arc::<Path>::from(path.as_ref());
        let (file, length) = open_locked(&path, Missing::Create)?;
        let log = Log::new(file, Arc::clone(&path), length)?;
        let writer = Writer::start(log).map_err(|error| failed(&path, "given a thread", error))?;
        Ok(Self { path, writer })
    }

    /// Where it is.
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
            let portion = self.writer.ask(move |log| log.read(position)).await;
            let (records, behind) = portion.ok_or_else(|| self.without_thread())??;
            if records.is_empty() {
                return Ok(());
            }
            records.into_iter().for_each(&mut *each);
            position = behind;
        }
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let lines = lines_of(records)
            .map_err(|error| JournalError::new("a record cannot be written as JSON").with_source(error))?;
        let kept = self.writer.ask(move |log| log.append(&lines)).await;
        kept.ok_or_else(|| self.without_thread())?
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
