//! A journal in a file.

mod lines;
mod log;
mod open;
mod position;
mod problem;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Journal, JournalError, JournalKey, Record};
pub(crate) use lines::scan;
use log::{Damage, Log};
pub(crate) use open::{Missing, open_locked, sync_folder};
use position::Position;
use problem::without_thread;
pub(crate) use problem::{failed, unresolved};
use writer::Writer;

/// How many bytes most records take.
const LIKELY_SIZE: usize = 256;

/// A journal in an append-only file. It survives a crash of the process and of the machine. Available on every platform
/// with files, which excludes WebAssembly.
///
/// The file contains JSON lines, one [`Record`] for each line, with the line's number as `n` and a checksum as `sum`. The
/// checksum covers the line and all lines before it. A dedicated thread writes it, so that a slow disk does not
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
/// metadata, links of invitations or the secret key. On Unix, the file is made readable by its owner only (mode 0600), also
/// one that exists. `Debug` shows none of it. [`purge`](Self::purge) removes the file.
///
/// # Incomplete last record
///
/// A crash can leave a part of a record at the end, without a newline. [`open`](Self::open) removes it: nothing was sent
/// before its record was written in full.
///
/// # Damage
///
/// A file with a changed or missing line is refused with the number of the line, and left as it is, because a lost attempt
/// could invite someone twice. Restore such a file from a copy. Without one, [`open_recovering_tail`](Self::open_recovering_tail)
/// keeps the records before the damage.
///
/// Lines that are missing at the end, with their newlines, cannot be noticed.
///
/// # Version 1
///
/// Journals of version 1 have no checksums. They are read and continued: the checksums of the new lines cover the old ones.
///
/// # After a failed write
///
/// The file may end in a part of a record, and it is unknown what a failed sync has lost. So the journal refuses every
/// further call until it is dropped and opened again, and the run stops with
/// [`Stop::Journal`](crate::run::Stop::Journal).
pub struct FileJournal {
    path: Arc<Path>,
    writer: Writer,
    lost_from_line: Option<u64>,
}

impl FileJournal {
    /// Opens the journal at this path, or creates a new one. An empty file counts as a new journal.
    ///
    /// A new journal gets a [random key](super::JournalKey::random). The file is locked until the journal is dropped; dropping waits for pending writes. Opening reads the whole file in
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
        Self::open_with(path.as_ref(), Damage::Refuse)
    }

    /// Opens the journal as [`open`](Self::open) does, but removes the damaged line of a damaged journal and everything behind
    /// it.
    ///
    /// A loss of power can damage an append whose sync had not ended, and then nothing was sent that is lost. That cannot be
    /// told from other damage, so the journal records the loss, and further runs treat everyone without an outcome as
    /// unresolved: they wait, read what Clerk has for each of them, and invite a person only if the read finds nothing. A row
    /// with `ignore_existing` ends [unknown](crate::run::Outcome::Unknown). The next run counts the limits of both endpoints as
    /// used up, because the lost records can be those of recent calls. [`lost_from_line`](Self::lost_from_line) returns where the
    /// removed lines began.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open), also if the first line is damaged.
    pub fn open_recovering_tail(path: impl AsRef<Path>) -> Result<Self, JournalError> {
        Self::open_with(path.as_ref(), Damage::Remove)
    }

    fn open_with(path: &Path, damage: Damage) -> Result<Self, JournalError> {
        let path = Arc::<Path>::from(path);
        let (file, length) = open_locked(&path, Missing::Create)?;
        let (log, lost_from_line) = Log::new(file, Arc::clone(&path), length, damage)?;
        let writer = Writer::start(log).map_err(|error| failed(&path, "written by a thread", error))?;
        Ok(Self {
            path,
            writer,
            lost_from_line,
        })
    }

    /// Returns the number of the first line that [`open_recovering_tail`](Self::open_recovering_tail) has removed, or `None` if
    /// the journal was not damaged.
    pub const fn lost_from_line(&self) -> Option<u64> {
        self.lost_from_line
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
        let json = EncodedRecords::new(records)
            .map_err(|error| JournalError::new("a record cannot be written as JSON").with_source(error))?;
        let appended = self.writer.run(move |log| log.append(&json)).await;
        appended.ok_or_else(|| self.without_thread())?
    }

    fn new_key(&self) -> JournalKey {
        JournalKey::random()
    }
}

/// Records as JSON, one directly behind another.
struct EncodedRecords {
    json: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
}

impl EncodedRecords {
    fn new(records: &[Record]) -> serde_json::Result<Self> {
        let mut json = Vec::with_capacity(records.len() * LIKELY_SIZE);
        let mut ends = Vec::with_capacity(records.len());
        for record in records {
            serde_json::to_writer(&mut json, record)?;
            ends.push(json.len());
        }
        Ok(Self { json, ends })
    }

    /// Returns the JSON of each record.
    fn each(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends
            .iter()
            .map(move |end| &self.json[std::mem::replace(&mut start, *end)..*end])
    }
}

impl fmt::Debug for FileJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileJournal")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
