//! The way from a change in memory to the journal and the observers.
//!
//! What an attempt or a read has shown is applied in memory at once, noted here, and written later: together with the record
//! of the next attempt, or before the run waits for anything. So an attempt takes one append, and hence one sync, and not one
//! for its beginning and another one for its end.

use std::sync::Arc;

use super::announcer::Announcer;
use super::final_outcome::FinalOutcome;
use super::journal::{Journal, JournalError, Record};
use super::outcome::Settlement;

/// The journal, and what is to be written to it.
pub(super) struct Ledger {
    journal: Arc<dyn Journal>,
    /// The records that are not in the journal yet, in order.
    unwritten: Vec<Record>,
    /// The outcomes among them. They are announced once they are in the journal, so that an announced outcome holds after a
    /// crash.
    unannounced: Vec<Settlement>,
}

impl Ledger {
    pub(super) fn new(journal: Arc<dyn Journal>) -> Self {
        Self {
            journal,
            unwritten: Vec::new(),
            unannounced: Vec::new(),
        }
    }

    pub(super) fn journal(&self) -> &dyn Journal {
        &*self.journal
    }

    /// Notes a record.
    pub(super) fn note(&mut self, record: Record) {
        self.unwritten.push(record);
    }

    /// Notes an outcome.
    pub(super) fn settle(&mut self, outcome: FinalOutcome) {
        self.unwritten.extend(outcome.record());
        self.unannounced.push(outcome.settlement);
    }

    /// Writes what was noted with one append, and announces the outcomes. Outcomes that the journal fails to record are
    /// announced too, since nothing else knows them.
    ///
    /// # Errors
    ///
    /// If a record may not be in the journal. Then nothing may be sent.
    pub(super) async fn write(&mut self, announcer: &mut Announcer) -> Result<(), JournalError> {
        let written = match self.unwritten.is_empty() {
            true => Ok(()),
            false => self.journal.append(&self.unwritten).await,
        };
        self.unwritten.clear();
        for settlement in self.unannounced.drain(..) {
            announcer.announce(&settlement);
        }
        written
    }
}
