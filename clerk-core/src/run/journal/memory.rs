//! A journal in memory.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Journal, JournalError, Record};

/// A journal in memory. It survives a run, but not the process.
///
/// Records are stored as JSON text and take 100 to 200 bytes per person.
#[derive(Default)]
pub struct MemoryJournal {
    appended: Mutex<Vec<Box<[u8]>>>,
}

impl MemoryJournal {
    /// Creates an empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    fn appended(&self) -> MutexGuard<'_, Vec<Box<[u8]>>> {
        self.appended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        for records in self.appended().iter() {
            let records = serde_json::from_slice::<Vec<Record>>(records).map_err(unreadable)?;
            records.into_iter().for_each(&mut *each);
        }
        Ok(())
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let records = serde_json::to_vec(records).map_err(unreadable)?;
        self.appended().push(records.into());
        Ok(())
    }
}

fn unreadable(error: serde_json::Error) -> JournalError {
    JournalError::new("a record of the journal in memory cannot be converted from or to JSON").with_source(error)
}

impl fmt::Debug for MemoryJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryJournal")
            .field("appends", &self.appended().len())
            .finish()
    }
}
