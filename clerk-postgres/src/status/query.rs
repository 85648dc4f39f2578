//! The statements of statuses, and the rows that they return.

use clerk_core::ErrorCode;
use clerk_core::model::{EmailAddress, InvitationId, NormalizedEmailAddress, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};

use super::{BatchStatus, Counts, PersonStatus, Stage};
use crate::error::{Error, ErrorKind};
use crate::outbox::Outbox;
use crate::recipient::person_key;
use crate::submission::BatchId;

/// Selects what [`StatusRow`] reads, from the table `person`.
macro_rules! select_person {
    ($rest:literal) => {
        concat!(
            "select person.key, person.place, person.address, person.stage, person.outcome, person.evidence, person.invitation, \
             person.code, (extract(epoch from person.settled_at) * 1000)::bigint as settled_at from {schema}.person as person \
             where person.outbox = $1 ",
            $rest
        )
    };
}

/// The statements that return a page of 500 people. A literal limit makes the planner expect few rows.
pub(super) mod pages {
    pub(in crate::status) const ALL: &str = select_person!("and key > $2 order by key limit 500");
    pub(in crate::status) const WAITING: &str =
        select_person!("and stage = 'waiting' and place > $2 order by place limit 500");
    pub(in crate::status) const ATTEMPTED: &str =
        select_person!("and stage = 'attempted' and key > $2 order by key limit 500");
    pub(in crate::status) const SETTLED: &str =
        select_person!("and stage = 'settled' and key > $2 order by key limit 500");
    pub(in crate::status) const OUTCOME: &str =
        select_person!("and stage = 'settled' and outcome = $3 and key > $2 order by key limit 500");

    pub(in crate::status) const BATCH: &str = "
        select distinct on (submission.key) submission.key, person.place, coalesce(person.address, submission.address) as address,
            coalesce(person.stage, 'waiting') as stage, person.outcome, person.evidence, person.invitation, person.code,
            (extract(epoch from person.settled_at) * 1000)::bigint as settled_at
        from {schema}.submission as submission
        left join {schema}.person as person on person.outbox = submission.outbox and person.key = submission.key
        where submission.outbox = $1 and submission.batch = $3 and submission.key > $2
        order by submission.key, submission.id limit 500";

    /// People who were submitted and not taken in, each once. The place is the id of the submission.
    pub(in crate::status) const SUBMITTED: &str = "
        select key, id as place, address, 'waiting' as stage, null as outcome, null as evidence, null as invitation,
            null as code, null::bigint as settled_at
        from {schema}.submission as submission
        where outbox = $1 and taken_as is null and id > $2
        and not exists (select from {schema}.person as person where person.outbox = $1 and person.key = submission.key)
        and not exists (
            select from {schema}.submission as earlier where earlier.outbox = $1 and earlier.key = submission.key
            and earlier.taken_as is null and earlier.id < submission.id)
        order by id limit 500";
}

const PERSON: &str = select_person!("and key = $2");

const SUBMITTED_PERSON: &str = "
    select key, id as place, address, 'waiting' as stage, null as outcome, null as evidence, null as invitation,
        null as code, null::bigint as settled_at
    from {schema}.submission where outbox = $1 and key = $2 order by id limit 1";

const COUNTS: &str = "
    select 'submitted' as stage, null as outcome, count(*) as people
    from {schema}.submission where outbox = $1 and taken_as is null
    union all select 'waiting', null, count(*) from {schema}.person where outbox = $1 and stage = 'waiting'
    union all select 'attempted', null, count(*) from {schema}.person where outbox = $1 and stage = 'attempted'
    union all select 'settled', outcome, count(*) from {schema}.person where outbox = $1 and stage = 'settled' group by outcome";

const BATCH: &str = "
    select (extract(epoch from submitted_at) * 1000)::bigint, people from {schema}.batch where outbox = $1 and id = $2";

/// Each person of the batch counts once in their stage.
const BATCH_COUNTS: &str = "
    select stage, outcome, count(*) as people, sum(repeated)::bigint as repeated, sum(differing)::bigint as differing
    from (
        select coalesce(min(person.stage), 'submitted') as stage, min(person.outcome) as outcome,
            count(*) filter (where submission.taken_as = 'repeated') as repeated,
            count(*) filter (where submission.taken_as = 'differing') as differing
        from {schema}.submission as submission
        left join {schema}.person as person on person.outbox = submission.outbox and person.key = submission.key
        where submission.outbox = $1 and submission.batch = $2 group by submission.key
    ) as people group by stage, outcome";

const ACTION: &str = "read the status of people";

pub(super) fn failed(error: sqlx::Error) -> Error {
    Error::query(ACTION, error)
}

/// A person, with what the next page begins after.
pub(super) struct StatusRow {
    pub(super) key: Vec<u8>,
    pub(super) place: Option<i64>,
    address: Option<String>,
    stage: String,
    outcome: Option<String>,
    evidence: Option<String>,
    invitation: Option<String>,
    code: Option<String>,
    settled_at: Option<i64>,
}

impl FromRow<'_, PgRow> for StatusRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            key: row.try_get("key")?,
            place: row.try_get("place")?,
            address: row.try_get("address")?,
            stage: row.try_get("stage")?,
            outcome: row.try_get("outcome")?,
            evidence: row.try_get("evidence")?,
            invitation: row.try_get("invitation")?,
            code: row.try_get("code")?,
            settled_at: row.try_get("settled_at")?,
        })
    }
}

impl StatusRow {
    pub(super) fn into_status(self) -> Result<PersonStatus, Error> {
        Ok(PersonStatus {
            email_address: self.address.map(EmailAddress::from),
            stage: match &*self.stage {
                "waiting" => Stage::Waiting,
                "attempted" => Stage::Attempted,
                "settled" => Stage::Settled,
                other => return Err(unknown(other)),
            },
            outcome: parse(self.outcome)?,
            evidence: parse(self.evidence)?,
            invitation_id: self.invitation.map(InvitationId::from),
            code: self.code.map(|code| ErrorCode::from(&*code)),
            settled_at: self.settled_at.map(Timestamp::from_millis),
        })
    }
}

/// Parses a value that the tables have as text.
fn parse<T: std::str::FromStr>(text: Option<String>) -> Result<Option<T>, Error> {
    text.map(|text| text.parse().map_err(|_| unknown(&text))).transpose()
}

fn unknown(value: &str) -> Error {
    Error::new(
        ErrorKind::SchemaMismatch,
        format!(
            "the tables contain the value {value:?}, which this program does not know: update clerk-postgres in it"
        ),
    )
}

impl Outbox {
    /// Returns what became of a person, or `None` if they were never submitted.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] as for any statement.
    pub async fn status_of(&self, address: &NormalizedEmailAddress) -> Result<Option<PersonStatus>, Error> {
        let mut connection = self.store().acquire().await?;
        let key = person_key(address);
        for statement in [PERSON, SUBMITTED_PERSON, PERSON] {
            let row: Option<StatusRow> = sqlx::query_as(self.store().sql(statement))
                .bind(self.id())
                .bind(&key)
                .fetch_optional(&mut *connection)
                .await
                .map_err(failed)?;
            if let Some(row) = row {
                return row.into_status().map(Some);
            }
        }
        Ok(None)
    }

    /// Returns how many people have come how far. The server counts all people of the outbox for it.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] as for any statement.
    pub async fn counts(&self) -> Result<Counts, Error> {
        let mut connection = self.store().acquire().await?;
        let rows = sqlx::query(self.store().sql(COUNTS))
            .bind(self.id())
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        let mut counts = Counts::default();
        for row in &rows {
            counts.add(row)?;
        }
        Ok(counts)
    }

    /// Returns what became of the people of a batch, or `None` if there is no such batch in this outbox (any more).
    ///
    /// # Errors
    ///
    /// Returns [`Error`] as for any statement.
    pub async fn batch_status(&self, batch: BatchId) -> Result<Option<BatchStatus>, Error> {
        let mut connection = self.store().acquire().await?;
        let row = sqlx::query(self.store().sql(BATCH))
            .bind(self.id())
            .bind(batch.number())
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
        let Some(row) = row else {
            return Ok(None);
        };
        let people: i32 = row.try_get(1).map_err(failed)?;
        let mut status = BatchStatus {
            batch,
            submitted_at: Timestamp::from_millis(row.try_get(0).map_err(failed)?),
            people: u64::from(people.unsigned_abs()),
            repeated: 0,
            differing: 0,
            counts: Counts::default(),
        };
        let rows = sqlx::query(self.store().sql(BATCH_COUNTS))
            .bind(self.id())
            .bind(batch.number())
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        for row in &rows {
            status.counts.add(row)?;
            status.repeated += count(row, "repeated")?;
            status.differing += count(row, "differing")?;
        }
        Ok(Some(status))
    }
}

impl Counts {
    /// Adds a row of a stage, an outcome and a number of people.
    fn add(&mut self, row: &PgRow) -> Result<(), Error> {
        let people = count(row, "people")?;
        let stage: String = row.try_get("stage").map_err(failed)?;
        match &*stage {
            "submitted" => self.submissions += people,
            "waiting" => self.waiting += people,
            "attempted" => self.attempted += people,
            "settled" => {
                let outcome = parse(row.try_get("outcome").map_err(failed)?)?;
                let outcome = outcome.ok_or_else(|| unknown("none as an outcome"))?;
                *self.settled.entry(outcome).or_default() += people;
            }
            other => return Err(unknown(other)),
        }
        Ok(())
    }
}

fn count(row: &PgRow, column: &str) -> Result<u64, Error> {
    let count: i64 = row.try_get(column).map_err(failed)?;
    Ok(count.unsigned_abs())
}
