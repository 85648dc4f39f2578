//! What a run keeps so that a crash forgets nobody and a restart invites nobody twice.

#[cfg(not(target_family = "wasm"))]
pub(crate) mod file;
mod memory;
mod record;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

#[cfg(not(target_family = "wasm"))]
pub use file::FileJournal;
pub use memory::MemoryJournal;
pub use record::{AttemptedRecipient, JournalEffect, Lane, Record};

/// Keeps the [`Record`]s of a run, in order.
///
/// A run writes ahead: the record of an attempt is kept before the attempt is on the wire. So a journal that has
/// returned from [`append`](Self::append) must have the records after a crash, and after a loss of power.
///
/// A journal serves one run at a time: two at once know nothing of each other's attempts.
#[async_trait]
pub trait Journal: fmt::Debug + Send + Sync + 'static {
    /// Gives every record kept so far to `each`, in the order in which they were appended.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if they cannot be read, are not a journal's, or are in use by another process.
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError>;

    /// Keeps `records` behind those kept so far, all or a beginning of them.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if they may not have been kept. The run then sends nothing more.
    async fn append(&self, records: &[Record]) -> Result<(), JournalError>;
}

#[async_trait]
impl<T: Journal + ?Sized> Journal for Arc<T> {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        (**self).load(each).await
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        (**self).append(records).await
    }
}

/// Why a journal cannot be used.
#[derive(Debug)]
pub struct JournalError {
    what: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl JournalError {
    /// A failure to do `what`, a sentence that says what to do about it.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            source: None,
        }
    }

    /// Keeps the error that caused this one.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl StdError for JournalError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
