//! Journals: the record of what a run did, by which another run continues after a crash without inviting anyone twice.

mod absent;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod file;
mod fingerprints;
mod indexed;
mod key;
mod memory;
mod record;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

pub use absent::NoJournal;
#[cfg(not(target_family = "wasm"))]
pub use file::FileJournal;
pub(crate) use fingerprints::Fingerprints;
pub use indexed::IndexedJournal;
pub use key::JournalKey;
pub use memory::MemoryJournal;
pub use record::{AttemptedRecipient, JournalEffect, Lane, Record};

/// Stores the [`Record`]s of a run, in order.
///
/// A run writes ahead: it appends the record of an attempt before it sends the attempt. So records must survive a crash
/// and a loss of power once [`append`](Self::append) has returned.
///
/// A journal serves one run at a time, because two runs would not see each other's attempts. A journal for several machines
/// makes sure of that in [`append`](Self::append), and is [`indexed`](Self::indexed) if it is large.
#[async_trait]
pub trait Journal: fmt::Debug + Send + Sync + 'static {
    /// Passes every record to `each`, in the order in which they were appended.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if the records cannot be read, do not belong to a journal, or are in use by another process.
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError>;

    /// Appends `records`. On failure, a prefix of them may have been written.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if the records may not have been written. The run then sends nothing more.
    async fn append(&self, records: &[Record]) -> Result<(), JournalError>;

    /// Returns the key of a new journal, which a run puts into the first record.
    ///
    /// By default, the key is the same for every journal, so that nothing random is read without being asked for. A journal
    /// that outlives the process returns a [`JournalKey::random`], as `FileJournal` does.
    fn new_key(&self) -> JournalKey {
        JournalKey::default()
    }

    /// Checks that the process may still send what it has appended. A run calls it after the append, right before each
    /// attempt goes to the transport.
    ///
    /// A journal that several processes share returns an error here if another process may have taken over since the append.
    /// By default, the process may.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if the attempt must not be sent. The run counts it as not sent, and goes on if the next append
    /// succeeds.
    fn check_before_send(&self) -> Result<(), JournalError> {
        Ok(())
    }

    /// Returns the journal as one that finds the records of people, so that a run does not load all of them. By default, it
    /// is none.
    fn indexed(&self) -> Option<&dyn IndexedJournal> {
        None
    }
}

#[async_trait]
impl<T: Journal + ?Sized> Journal for Arc<T> {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        (**self).load(each).await
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        (**self).append(records).await
    }

    fn new_key(&self) -> JournalKey {
        (**self).new_key()
    }

    fn check_before_send(&self) -> Result<(), JournalError> {
        (**self).check_before_send()
    }

    fn indexed(&self) -> Option<&dyn IndexedJournal> {
        (**self).indexed()
    }
}

/// Why a journal cannot be used, and what to do about it.
pub struct JournalError {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
    is_damage: bool,
}

impl JournalError {
    /// Creates an error from its message, which should say what failed and what to do about it.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
            is_damage: false,
        }
    }

    /// Marks the error as one of damaged records, for [`is_damage`](Self::is_damage).
    #[must_use]
    pub const fn with_damage(mut self) -> Self {
        self.is_damage = true;
        self
    }

    /// Whether records are damaged or missing, so that the journal has to be restored or recovered.
    pub const fn is_damage(&self) -> bool {
        self.is_damage
    }

    /// Sets the cause of this error.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

crate::debug_as_display!(JournalError);

impl StdError for JournalError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
