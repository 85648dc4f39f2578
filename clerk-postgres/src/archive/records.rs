//! Deletes the records of the journal that concern only people who are archived.

use std::collections::HashSet;
use std::time::Duration;

use clerk_core::model::EmailAddress;
use clerk_core::run::journal::Record;
use sqlx::Row;

use super::failed;
use crate::error::Error;
use crate::outbox::Outbox;
use crate::recipient::person_key;

/// How old records are at least. No budget of calls has a longer window.
pub(super) const MIN_AGE: Duration = Duration::from_secs(24 * 60 * 60);

const LAST_ATTEMPT: &str = "select last_attempt from {schema}.outbox where id = $1";

const RECORDS: &str =
    "select number, body from {schema}.record where outbox = $1 and number > $2 order by number limit 1000";

const ARCHIVED: &str = "
    select key from {schema}.person where outbox = $1 and key = any($2) and stage = 'settled' and address is null";

/// The attempts of earlier records were deleted with them.
const ABSENT_ATTEMPTS: &str = "
    select number from unnest($2::bigint[]) as ended (number)
    where not exists (select from {schema}.attempt where attempt.outbox = $1 and attempt.number = ended.number)";

const DELETE_RECORDS: &str = "delete from {schema}.record where outbox = $1 and number = any($2)";

const DELETE_ATTEMPTS: &str =
    "delete from {schema}.attempt where outbox = $1 and number = any($2) and ended_at is not null";

/// What decides whether a record can be deleted.
enum Concern {
    /// These people were attempted in the attempt with this number.
    Attempt(i64, Vec<Vec<u8>>),
    Person(Vec<u8>),
    /// The end of the attempt with this number.
    End(i64),
}

impl Outbox {
    /// Deletes the records from before `cutoff` that concern only people who are archived. Returns how many.
    ///
    /// The record of the last attempt remains, because runs continue its number.
    pub(super) async fn delete_records(&self, cutoff: f64) -> Result<u64, Error> {
        let last_attempt: i64 = {
            let mut connection = self.store().acquire().await?;
            let row = sqlx::query(self.store().sql(LAST_ATTEMPT))
                .bind(self.id())
                .fetch_one(&mut *connection)
                .await
                .map_err(failed)?;
            row.try_get(0).map_err(failed)?
        };
        let mut after = 0;
        let mut deleted = 0;
        loop {
            let mut connection = self.store().acquire().await?;
            let rows = sqlx::query(self.store().sql(RECORDS))
                .bind(self.id())
                .bind(after)
                .fetch_all(&mut *connection)
                .await
                .map_err(failed)?;
            drop(connection);
            let mut concerns = Vec::with_capacity(rows.len());
            let mut is_recent = rows.is_empty();
            for row in &rows {
                let (number, body): (i64, &str) = (row.try_get(0).map_err(failed)?, row.try_get(1).map_err(failed)?);
                after = number;
                // A record of a newer SDK remains.
                let Ok(record) = serde_json::from_str(body) else {
                    continue;
                };
                if is_after(&record, cutoff) {
                    is_recent = true;
                    break;
                }
                concerns.extend(concern(record).map(|concern| (number, concern)));
            }
            deleted += self.delete_archived(&concerns, last_attempt).await?;
            if is_recent {
                return Ok(deleted);
            }
        }
    }

    /// Deletes those of the records that concern only people who are archived.
    async fn delete_archived(&self, concerns: &[(i64, Concern)], last_attempt: i64) -> Result<u64, Error> {
        let mut transaction = self.store().begin().await?;
        let people = concerns.iter().flat_map(|(_, concern)| match concern {
            Concern::Attempt(_, people) => people.clone(),
            Concern::Person(key) => vec![key.clone()],
            Concern::End(_) => Vec::new(),
        });
        let archived: Vec<Vec<u8>> = sqlx::query_scalar(self.store().sql(ARCHIVED))
            .bind(self.id())
            .bind(people.collect::<Vec<_>>())
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        let archived: HashSet<_> = archived.into_iter().collect();
        let is_archived = |key: &Vec<u8>| archived.contains(key);
        let attempts = concerns.iter().filter_map(|(_, concern)| match concern {
            Concern::Attempt(attempt, people) if *attempt != last_attempt && people.iter().all(is_archived) => {
                Some(*attempt)
            }
            _ => None,
        });
        let attempts: Vec<i64> = attempts.collect();
        sqlx::query(self.store().sql(DELETE_ATTEMPTS))
            .bind(self.id())
            .bind(&attempts)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        let ended = concerns.iter().filter_map(|(_, concern)| match concern {
            Concern::Attempt(attempt, _) | Concern::End(attempt) => Some(*attempt),
            Concern::Person(_) => None,
        });
        let absent: Vec<i64> = sqlx::query_scalar(self.store().sql(ABSENT_ATTEMPTS))
            .bind(self.id())
            .bind(ended.collect::<Vec<_>>())
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
        let absent: HashSet<_> = absent.into_iter().collect();
        let numbers = concerns.iter().filter_map(|(number, concern)| {
            let is_deleted = match concern {
                Concern::Attempt(attempt, _) | Concern::End(attempt) => absent.contains(attempt),
                Concern::Person(key) => is_archived(key),
            };
            is_deleted.then_some(*number)
        });
        let deleted = sqlx::query(self.store().sql(DELETE_RECORDS))
            .bind(self.id())
            .bind(numbers.collect::<Vec<_>>())
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(deleted.rows_affected())
    }
}

/// Whether the record says that it is from after the cutoff.
fn is_after(record: &Record, cutoff: f64) -> bool {
    match record {
        Record::Attempted { at, .. } | Record::Ended { at, .. } => at.as_millis() as f64 / 1000.0 > cutoff,
        _ => false,
    }
}

/// Returns what the record concerns. Others remain.
fn concern(record: Record) -> Option<Concern> {
    let key = |address: &EmailAddress| person_key(&address.normalized());
    match record {
        Record::Attempted { attempt, people, .. } => {
            let people = people.iter().map(|person| key(&person.address)).collect();
            Some(Concern::Attempt(i64::try_from(attempt).ok()?, people))
        }
        Record::Ended { attempt, .. } => Some(Concern::End(i64::try_from(attempt).ok()?)),
        Record::Settled { address, .. } | Record::Replacing { address, .. } => Some(Concern::Person(key(&address))),
        _ => None,
    }
}
