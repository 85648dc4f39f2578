//! Reads the tables as records.

use std::collections::HashMap;
use std::time::Duration;

use clerk_core::ErrorCode;
use clerk_core::model::{InvitationId, NormalizedEmailAddress, Timestamp};
use clerk_core::run::journal::{AttemptedRecipient, JournalEffect, JournalError, Record};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use crate::error::Error;
use crate::outbox::Outbox;
use crate::recipient::person_key;
use crate::records::unsigned;

/// The statements of reads.
mod statements {
    pub(super) const RECORDS: &str = "
        select number, body from {schema}.record where outbox = $1 and number > $2 order by number limit 1000";

    pub(super) const BEGUN: &str = "
        select begun, (extract(epoch from clock_timestamp()) * 1000)::bigint from {schema}.outbox where id = $1";

    /// Each branch has an index of its own.
    pub(super) const ATTEMPTS: &str = "
        select number, lane, (extract(epoch from at) * 1000)::bigint as at,
            (extract(epoch from ended_at) * 1000)::bigint as ended_at, effect
        from (
            select number, lane, at, ended_at, effect from {schema}.attempt where outbox = $1 and ended_at is null
            union
            select number, lane, at, ended_at, effect from {schema}.attempt
            where outbox = $1 and ended_at > (select clock_timestamp() - make_interval(secs => $2))
            union
            select number, lane, at, ended_at, effect from {schema}.attempt
            where outbox = $1 and number = (select last_attempt from {schema}.outbox where id = $1)
        ) as recent order by number";

    /// The limit keeps the planner from joining all attempts, of which few people have one.
    pub(super) const LOOK_UP: &str = "
        select person.key, person.stage, person.attempt, person.fingerprint, person.baseline,
            (extract(epoch from coalesce(person.due, clock_timestamp())) * 1000)::bigint as due, person.outcome,
            person.evidence, person.invitation, person.code, person.settled_fingerprint, attempt.lane,
            (extract(epoch from attempt.at) * 1000)::bigint as at
        from {schema}.person
        left join lateral (
            select lane, at from {schema}.attempt
            where attempt.outbox = person.outbox and attempt.number = person.attempt limit 1
        ) as attempt on true
        where person.outbox = $1 and person.key = any($2) and person.stage <> 'waiting'
        order by person.attempt, person.place";
}

/// What a run on the journal begins with.
pub(super) struct Opened {
    pub(super) begun: Option<String>,
    pub(super) now: Timestamp,
    pub(super) attempts: Vec<AttemptRow>,
}

/// An attempt.
pub(super) struct AttemptRow {
    number: i64,
    lane: String,
    at: i64,
    ended_at: Option<i64>,
    effect: Option<String>,
}

/// A person who was attempted or is settled.
pub(super) struct PersonRow {
    address: NormalizedEmailAddress,
    state: State,
}

enum State {
    Unresolved {
        attempt: AttemptRow,
        fingerprint: u64,
        baseline: Option<Vec<InvitationId>>,
    },
    Settled {
        outcome: String,
        evidence: String,
        invitation: Option<String>,
        code: Option<String>,
        fingerprint: Option<u64>,
    },
}

/// Returns the next records, with their numbers.
pub(super) async fn records(outbox: &Outbox, after: i64) -> Result<Vec<(i64, String)>, Error> {
    let store = outbox.store();
    let mut connection = store.acquire().await?;
    sqlx::query_as(store.sql(statements::RECORDS))
        .bind(outbox.id())
        .bind(after)
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)
}

fn failed(error: sqlx::Error) -> Error {
    Error::query("read the journal of the outbox", error)
}

/// Reads a record.
pub(super) fn record(number: i64, body: &str) -> Result<Record, JournalError> {
    serde_json::from_str(body).map_err(|error| {
        let message = format!(
            "record {number} of the journal cannot be read: restore the database, or use the SDK that wrote it, because \
             what is lost could invite someone twice"
        );
        JournalError::new(message).with_source(error).with_damage()
    })
}

pub(super) async fn open(outbox: &Outbox, window: Duration) -> Result<Opened, Error> {
    let store = outbox.store();
    let mut connection = store.acquire().await?;
    let (begun, now): (Option<String>, i64) = sqlx::query_as(store.sql(statements::BEGUN))
        .bind(outbox.id())
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
    let attempts = sqlx::query_as(store.sql(statements::ATTEMPTS))
        .bind(outbox.id())
        .bind(window.as_secs_f64())
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    Ok(Opened {
        begun,
        now: Timestamp::from_millis(now),
        attempts,
    })
}

/// Finds people who were attempted or are settled.
pub(super) async fn look_up(outbox: &Outbox, people: &[NormalizedEmailAddress]) -> Result<Vec<PersonRow>, Error> {
    let by_key: HashMap<_, _> = people.iter().map(|address| (person_key(address), address)).collect();
    let store = outbox.store();
    let mut connection = store.acquire().await?;
    let rows = sqlx::query(store.sql(statements::LOOK_UP))
        .bind(outbox.id())
        .bind(by_key.keys().collect::<Vec<_>>())
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
    let found = rows.iter().map(|row| PersonRow::find(row, &by_key));
    Ok(found
        .collect::<sqlx::Result<Vec<_>>>()
        .map_err(failed)?
        .into_iter()
        .flatten()
        .collect())
}

impl FromRow<'_, PgRow> for AttemptRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            number: row.try_get("number")?,
            lane: row.try_get("lane")?,
            at: row.try_get("at")?,
            ended_at: row.try_get("ended_at")?,
            effect: row.try_get("effect")?,
        })
    }
}

impl State {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        if row.try_get::<&str, _>("stage")? == "settled" {
            return Ok(Self::Settled {
                outcome: row.try_get("outcome")?,
                evidence: row.try_get("evidence")?,
                invitation: row.try_get("invitation")?,
                code: row.try_get("code")?,
                fingerprint: row.try_get::<Option<i64>, _>("settled_fingerprint")?.map(unsigned),
            });
        }
        let baseline: Option<Vec<String>> = row.try_get("baseline")?;
        Ok(Self::Unresolved {
            attempt: AttemptRow {
                number: row.try_get("attempt")?,
                lane: row.try_get("lane")?,
                at: row.try_get("at")?,
                ended_at: row.try_get("due")?,
                effect: None,
            },
            fingerprint: unsigned(row.try_get("fingerprint")?),
            baseline: baseline.map(|ids| ids.into_iter().map(InvitationId::from).collect()),
        })
    }
}

impl AttemptRow {
    /// Passes the attempt, and its end if it has one.
    pub(super) fn pass(
        self,
        people: Vec<AttemptedRecipient>,
        each: &mut (dyn FnMut(Record) + Send),
    ) -> Result<(), JournalError> {
        let attempt = unsigned(self.number);
        each(Record::Attempted {
            attempt,
            lane: parse(&self.lane)?,
            at: Timestamp::from_millis(self.at),
            people,
        });
        if let Some(ended_at) = self.ended_at {
            each(Record::Ended {
                attempt,
                at: Timestamp::from_millis(ended_at),
                effect: match self.effect.as_deref() {
                    Some("none") => JournalEffect::NotApplied,
                    Some("applied") => JournalEffect::Applied,
                    _ => JournalEffect::Unknown,
                },
            });
        }
        Ok(())
    }
}

impl PersonRow {
    fn find(row: &PgRow, people: &HashMap<Vec<u8>, &NormalizedEmailAddress>) -> sqlx::Result<Option<Self>> {
        let key: Vec<u8> = row.try_get("key")?;
        let Some(address) = people.get(&key) else {
            return Ok(None);
        };
        Ok(Some(Self {
            address: (*address).clone(),
            state: State::from_row(row)?,
        }))
    }

    /// Passes the records of the person.
    pub(super) fn pass(self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        match self.state {
            State::Unresolved {
                attempt,
                fingerprint,
                baseline,
            } => {
                let person = AttemptedRecipient::new(self.address.as_str(), fingerprint, baseline);
                attempt.pass(vec![person], each)
            }
            State::Settled {
                outcome,
                evidence,
                invitation,
                code,
                fingerprint,
            } => {
                each(Record::Settled {
                    address: self.address.as_str().into(),
                    outcome: parse(&outcome)?,
                    evidence: parse(&evidence)?,
                    id: invitation.map(InvitationId::from),
                    code: code.as_deref().map(ErrorCode::from),
                    fingerprint,
                });
                Ok(())
            }
        }
    }
}

/// Parses a text of the tables.
fn parse<T: std::str::FromStr>(text: &str) -> Result<T, JournalError> {
    text.parse().map_err(|_| {
        JournalError::new(format!(
            "the tables of the outbox have a value that this SDK does not know, {text:?}: use the SDK that wrote it"
        ))
        .with_damage()
    })
}
