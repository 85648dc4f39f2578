//! The journal of an outbox.

mod append;
mod read;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use clerk_core::model::{NormalizedEmailAddress, Timestamp};
use clerk_core::run::journal::{IndexedJournal, Journal, JournalError, JournalKey, Record};

use crate::error::Error;
use crate::lease::{Leadership, lost};
use crate::outbox::Outbox;

/// The [`Journal`] of an [`Outbox`].
///
/// [`Leadership::journal`] returns one that can be written; [`Outbox::journal`] returns one to read, for
/// [`status_of_run`](clerk_core::api::invitations::InvitationsApi::status_of_run) and the like.
///
/// An append is one transaction that extends the lease of the leader. It fails, and writes nothing, once the leadership is
/// lost. If the connection fails while the transaction commits, the append fails although the records may be there: the run
/// then sends nothing, and the next one reads what became of the people.
///
/// Runs look people up in the journal instead of loading all of it. They cannot invite people
/// [again](clerk_core::run::InvitationRun::again): an append of such a round's records fails. The record of a revocation is
/// kept; its person stays settled, and is not invited again.
#[derive(Clone)]
pub struct OutboxJournal {
    outbox: Outbox,
    leadership: Option<Arc<Leadership>>,
}

impl Outbox {
    /// Returns the journal of this outbox, for reading. An append to it fails.
    pub fn journal(&self) -> OutboxJournal {
        OutboxJournal {
            outbox: self.clone(),
            leadership: None,
        }
    }
}

impl Leadership {
    /// Returns the journal of the outbox. It can be written for as long as the leadership lasts.
    pub fn journal(self: &Arc<Self>) -> OutboxJournal {
        OutboxJournal {
            outbox: self.outbox().clone(),
            leadership: Some(Arc::clone(self)),
        }
    }
}

/// Makes the error the source, so that it can be found among the causes of a run's stop.
impl From<Error> for JournalError {
    fn from(error: Error) -> Self {
        Self::new(error.to_string()).with_source(error)
    }
}

impl OutboxJournal {
    /// Waits for a read. A leader does not wait longer than its lease lasts.
    async fn read<T>(&self, reading: impl Future<Output = Result<T, Error>>) -> Result<T, JournalError> {
        let result = match &self.leadership {
            Some(leadership) => leadership.within(reading).await,
            None => reading.await,
        };
        Ok(result?)
    }
}

#[async_trait]
impl Journal for OutboxJournal {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        let mut after = 0;
        loop {
            let page = self.read(read::records(&self.outbox, after)).await?;
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            after = *last;
            for (number, body) in page {
                each(read::record(number, &body)?);
            }
        }
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let Some(leadership) = &self.leadership else {
            return Err(JournalError::new(
                "the journal of an outbox was opened for reading, so nothing can be recorded: take the leadership of the \
                 outbox first",
            ));
        };
        if records.is_empty() {
            return Ok(());
        }
        append::check(records)?;
        leadership.within(append::append(leadership, records)).await
    }

    fn new_key(&self) -> JournalKey {
        JournalKey::random()
    }

    fn check_before_send(&self) -> Result<(), JournalError> {
        match &self.leadership {
            Some(leadership) if leadership.is_current() => Ok(()),
            _ => Err(lost().into()),
        }
    }

    fn indexed(&self) -> Option<&dyn IndexedJournal> {
        Some(self)
    }
}

#[async_trait]
impl IndexedJournal for OutboxJournal {
    async fn open(&self, window: Duration, each: &mut (dyn FnMut(Record) + Send)) -> Result<Timestamp, JournalError> {
        let opened = self.read(read::open(&self.outbox, window)).await?;
        if let Some(begun) = &opened.begun {
            each(read::record(1, begun)?);
        }
        for attempt in opened.attempts {
            attempt.pass(Vec::new(), each)?;
        }
        Ok(opened.now)
    }

    async fn look_up(
        &self,
        people: &[NormalizedEmailAddress],
        each: &mut (dyn FnMut(Record) + Send),
    ) -> Result<(), JournalError> {
        for person in self.read(read::look_up(&self.outbox, people)).await? {
            person.pass(each)?;
        }
        Ok(())
    }
}

impl fmt::Debug for OutboxJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxJournal")
            .field("leadership", &self.leadership)
            .finish_non_exhaustive()
    }
}
