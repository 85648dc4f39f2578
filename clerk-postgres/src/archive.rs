//! Deletes what is no longer needed of people who were settled long ago.

mod records;

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use sqlx::Row;

use crate::error::Error;
use crate::outbox::Outbox;

/// Returns a time, in seconds since 1970.
const CUTOFF: &str = "select extract(epoch from clock_timestamp() - make_interval(secs => $1))::double precision";

/// Archives up to 1,000 people. Returns their number, that of their submissions, and the batches that those were in.
const ARCHIVE: &str = "
    with old as materialized (
        select key from {schema}.person
        where outbox = $1 and stage = 'settled' and address is not null and settled_at < to_timestamp($2)
        order by settled_at limit 1000 for update skip locked
    ), archived as (
        update {schema}.person as person set address = null, body = null, baseline = null
        from old where person.outbox = $1 and person.key = old.key returning person.key
    ), deleted as (
        delete from {schema}.submission as submission using old
        where submission.outbox = $1 and submission.key = old.key and submission.taken_as is not null
        returning submission.batch
    )
    select (select count(*) from archived), (select count(*) from deleted), array(select distinct batch from deleted)";

/// Deletes those batches that have no submissions left.
const DELETE_BATCHES: &str = "
    delete from {schema}.batch as batch where batch.outbox = $1 and batch.id = any($2)
    and not exists (select from {schema}.submission as submission where submission.batch = batch.id)";

const ACTION: &str = "archive people";

fn failed(error: sqlx::Error) -> Error {
    Error::query(ACTION, error)
}

/// What [`Outbox::archive`] deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Archived {
    /// The people whose address and options were deleted.
    pub people: u64,
    /// Their submissions.
    pub submissions: u64,
    /// The batches of which no submission is left.
    pub batches: u64,
    /// The records of the journal that concern nobody else.
    pub records: u64,
}

impl fmt::Display for Archived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            people,
            submissions,
            batches,
            records,
        } = self;
        write!(
            f,
            "archived {people} people; deleted {submissions} submissions, {batches} batches and {records} records of the journal"
        )
    }
}

impl Outbox {
    /// Deletes the email address, the options, the submissions and the journal's records of people who were settled longer ago
    /// than `older_than`. What remains is a hash of the address and the outcome, so the same person is not invited again.
    ///
    /// Idempotency keys are deleted with the last submission of their batch. Records of the journal remain for at least a day,
    /// because runs count the calls of that time. A journal that was archived no longer tells
    /// [revocations](clerk_core::run::RevocationRun) and statuses of a run about the people who were archived.
    ///
    /// People are archived by portions, each in a transaction of its own. Workers need not be stopped.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] as for any statement. The portions before it remain archived.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the portion under way is rolled back.
    pub async fn archive(&self, older_than: Duration) -> Result<Archived, Error> {
        let mut archived = Archived::default();
        let cutoff = self.cutoff(older_than).await?;
        // Everyone older than the cutoff is archived once, so this ends.
        while self.archive_portion(cutoff, &mut archived).await? {}
        archived.records = self
            .delete_records(self.cutoff(older_than.max(records::MIN_AGE)).await?)
            .await?;
        Ok(archived)
    }

    /// Returns the time this long ago by the server's clock, in seconds since 1970.
    async fn cutoff(&self, age: Duration) -> Result<f64, Error> {
        // Beyond what PostgreSQL's timestamps have, nothing is old enough.
        const MAX_AGE: f64 = 1e11;
        let mut connection = self.store().acquire().await?;
        let row = sqlx::query(CUTOFF)
            .bind(age.as_secs_f64().min(MAX_AGE))
            .fetch_one(&mut *connection)
            .await
            .map_err(failed)?;
        row.try_get(0).map_err(failed)
    }

    /// Archives some people, and returns whether there may be more.
    async fn archive_portion(&self, cutoff: f64, archived: &mut Archived) -> Result<bool, Error> {
        let mut transaction = self.store().begin().await?;
        let row = sqlx::query(self.store().sql(ARCHIVE))
            .bind(self.id())
            .bind(cutoff)
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        let people: i64 = row.try_get(0).map_err(failed)?;
        let submissions: i64 = row.try_get(1).map_err(failed)?;
        let batches: Vec<i64> = row.try_get(2).map_err(failed)?;
        let batches = sqlx::query(self.store().sql(DELETE_BATCHES))
            .bind(self.id())
            .bind(batches)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        archived.people += people.unsigned_abs();
        archived.submissions += submissions.unsigned_abs();
        archived.batches += batches.rows_affected();
        Ok(people > 0)
    }
}

#[cfg(test)]
mod tests;
