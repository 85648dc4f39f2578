//! Journals that are too large to be loaded.

use std::time::Duration;

use async_trait::async_trait;

use super::{JournalError, Record};
use crate::model::{NormalizedEmailAddress, Timestamp};

/// A [`Journal`](super::Journal) that finds the records of people, so that a run reads a part of it.
///
/// Instead of its records, such a journal may pass others that mean the same: what became of a person needs a few, however
/// often they were attempted.
///
/// A run on such a journal does not invite people [again](crate::run::InvitationRun::again).
#[async_trait]
pub trait IndexedJournal: Send + Sync {
    /// Passes the records that a run begins with, and returns the time by the journal's own clock:
    ///
    /// - [`Record::Begun`], unless the journal is new;
    /// - each attempt that has ended within `window`, that has no end, or that has the highest number: `Attempted`, without
    ///   its people, and then its `Ended` if there is one.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if the journal cannot be read or another process uses it.
    async fn open(&self, window: Duration, each: &mut (dyn FnMut(Record) + Send)) -> Result<Timestamp, JournalError>;

    /// Passes the records that concern these people, at most 500:
    ///
    /// - for one with an outcome, `Settled`;
    /// - for one that is unresolved, `Attempted` with this person alone, and `Ended` with the effect
    ///   [`Unknown`](super::JournalEffect::Unknown). Its time, by the journal's own clock, is when the last such attempt was
    ///   given up, or when another process took over. So people become due at the same time, however often another
    ///   process takes over;
    /// - for others, no record.
    ///
    /// # Errors
    ///
    /// [`JournalError`] if the journal cannot be read.
    async fn look_up(
        &self,
        people: &[NormalizedEmailAddress],
        each: &mut (dyn FnMut(Record) + Send),
    ) -> Result<(), JournalError>;
}
