//! Submits people within a transaction of the application.

use std::fmt;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use sqlx::{Executor, PgConnection, Row};

use crate::error::{Error, ErrorKind};
use crate::outbox::Outbox;
use crate::recipient::{Recipient, person_key};

/// Creates a batch with its first people. It returns no row if there is a batch with this idempotency key.
const SUBMIT: &str = "
    with created as (
        insert into {schema}.batch (outbox, idempotency_key, people) values ($1, $2, $3)
        on conflict (outbox, idempotency_key) do nothing returning id
    ), submitted as (
        insert into {schema}.submission (outbox, batch, key, address, body)
        select $1, created.id, people.key, people.address, people.body
        from created, unnest($4::bytea[], $5::text[], $6::text[]) as people (key, address, body)
    )
    select id from created";

/// Adds people to a batch that this transaction has created.
const SUBMIT_MORE: &str = "
    insert into {schema}.submission (outbox, batch, key, address, body)
    select $1, $2, people.key, people.address, people.body
    from unnest($3::bytea[], $4::text[], $5::text[]) as people (key, address, body)";

const FIND_BATCH: &str = "select id, people from {schema}.batch where outbox = $1 and idempotency_key = $2";

/// The name is quoted by the server. A notification has no payload, because the worker reads the tables.
const NOTIFY: &str = "select pg_notify($1, '')";

const ACTION: &str = "submit people";

/// The id of a batch: the people of one [submission](Outbox::submit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchId(i64);

impl BatchId {
    /// Creates an id from its number, such as one that the application has stored.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a [submission](Outbox::submit) did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Submitted {
    /// The batch.
    pub batch: BatchId,
    /// The number of people in it.
    pub people: u64,
    /// Whether a batch with the same idempotency key was there before, so that nothing was written.
    pub is_repeated: bool,
}

impl fmt::Display for Submitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { batch, people, .. } = self;
        let when = if self.is_repeated {
            "had been submitted"
        } else {
            "submitted"
        };
        write!(f, "{people} people {when} in batch {batch}")
    }
}

impl Outbox {
    /// Submits people within a transaction: they are invited if and only if it commits.
    ///
    /// The same person can be submitted any number of times, in the same transaction or in several, and is invited once. The
    /// options of the first submission that is taken in count; a later one with other options is recorded and changes nothing.
    ///
    /// The future does nothing until it is awaited. All people are checked before anything is written.
    ///
    /// ```no_run
    /// use clerk_core::api::invitations::CreateInvitation;
    /// use clerk_postgres::Outbox;
    ///
    /// # async fn f(outbox: &Outbox, order: i64) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut transaction = outbox.store().begin().await?;
    /// // Write the application's own rows in the same transaction.
    /// outbox
    ///     .submit(&mut transaction, [CreateInvitation::new("ada@example.com").expires_in_days(14)])
    ///     .idempotency_key(format!("order-{order}"))
    ///     .await?;
    /// transaction.commit().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The future returns [`Error`] of kind [`InvalidPerson`](ErrorKind::InvalidPerson), with the position of the person, if one
    /// cannot be invited, and others as for any statement. PostgreSQL refuses all further statements of a transaction in
    /// which one has failed.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, roll the transaction back: some of the people may be in it.
    pub fn submit<'a>(
        &'a self,
        transaction: &'a mut PgConnection,
        people: impl IntoIterator<Item: Into<Recipient>>,
    ) -> Submit<'a> {
        Submit {
            outbox: self,
            transaction,
            people: self.to_rows(people),
            idempotency_key: None,
        }
    }

    /// Converts people to rows, or returns the error of the first one who cannot be invited.
    fn to_rows(&self, people: impl IntoIterator<Item: Into<Recipient>>) -> Result<Rows, Error> {
        let people = people.into_iter();
        let mut rows = Rows::default();
        for (person, position) in people.zip(1_u64..) {
            let person = person.into();
            let body = person.to_json(self.target()).map_err(|reason| {
                Error::new(
                    ErrorKind::InvalidPerson,
                    format!(
                        "person {position} of the submission cannot be invited, and nobody was submitted: {reason}"
                    ),
                )
            })?;
            rows.keys.push(person_key(&person.address().normalized()));
            rows.addresses.push(person.address().as_str().to_owned());
            rows.bodies.push(body);
        }
        Ok(rows)
    }
}

/// The people of a submission, by column.
#[derive(Default)]
struct Rows {
    keys: Vec<Vec<u8>>,
    addresses: Vec<String>,
    bodies: Vec<String>,
}

impl Rows {
    /// How many people a statement has at most, so that its message is a few megabytes.
    const CHUNK: usize = 10_000;

    /// Returns the people that begin at `start`, as many as a statement has.
    fn chunk(&self, start: usize) -> (&[Vec<u8>], &[String], &[String]) {
        let range = start..self.keys.len().min(start + Self::CHUNK);
        (
            &self.keys[range.clone()],
            &self.addresses[range.clone()],
            &self.bodies[range],
        )
    }
}

/// A submission of people. Await it to write them. Created by [`Outbox::submit`].
#[must_use = "nobody is submitted until the future is awaited"]
pub struct Submit<'a> {
    outbox: &'a Outbox,
    transaction: &'a mut PgConnection,
    people: Result<Rows, Error>,
    idempotency_key: Option<String>,
}

impl Submit<'_> {
    /// Sets a key that identifies the submission in this outbox. A second submission with the same key writes nothing and
    /// returns the first batch, also if its people differ.
    ///
    /// A transaction that repeats the key of one that has not ended waits for that one. So a transaction with several
    /// submissions should use their keys in a fixed order.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    async fn run(self) -> Result<Submitted, Error> {
        let failed = |error| Error::query(ACTION, error);
        let people = self.people?;
        let (store, id, count) = (self.outbox.store(), self.outbox.id(), people.keys.len());
        let key = self.idempotency_key.as_deref();
        if key.is_some_and(|key| key.contains('\0')) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "the idempotency key contains a NUL character, which PostgreSQL cannot store: use another key",
            ));
        }
        let size = i32::try_from(count).map_err(|_| {
            Error::new(
                ErrorKind::InvalidArgument,
                format!("a submission of {count} people is too large: submit them in batches of 10,000"),
            )
        })?;
        let (keys, addresses, bodies) = people.chunk(0);
        let created = sqlx::query(store.sql(SUBMIT))
            .bind(id)
            .bind(key)
            .bind(size)
            .bind(keys)
            .bind(addresses)
            .bind(bodies)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(failed)?;
        let Some(created) = created else {
            return self.outbox.find_batch(self.transaction, key).await;
        };
        let batch: i64 = created.try_get(0).map_err(failed)?;
        for start in (Rows::CHUNK..count).step_by(Rows::CHUNK) {
            let (keys, addresses, bodies) = people.chunk(start);
            sqlx::query(store.sql(SUBMIT_MORE))
                .bind(id)
                .bind(batch)
                .bind(keys)
                .bind(addresses)
                .bind(bodies)
                .execute(&mut *self.transaction)
                .await
                .map_err(failed)?;
        }
        if self.outbox.notifies() {
            let notify = sqlx::query(NOTIFY).bind(self.outbox.channel());
            self.transaction.execute(notify).await.map_err(failed)?;
        }
        Ok(Submitted {
            batch: BatchId(batch),
            people: count as u64,
            is_repeated: false,
        })
    }
}

impl<'a> IntoFuture for Submit<'a> {
    type Output = Result<Submitted, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Submit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let people = self.people.as_ref().map_or(0, |people| people.keys.len());
        f.debug_struct("Submit")
            .field("outbox", self.outbox)
            .field("people", &people)
            .finish_non_exhaustive()
    }
}

impl Outbox {
    /// Returns the batch that has this idempotency key.
    async fn find_batch(&self, connection: &mut PgConnection, key: Option<&str>) -> Result<Submitted, Error> {
        let failed = |error| Error::query(ACTION, error);
        let row = sqlx::query(self.store().sql(FIND_BATCH))
            .bind(self.id())
            .bind(key)
            .fetch_optional(connection)
            .await
            .map_err(failed)?;
        let Some(row) = row else {
            return Err(Error::new(
                ErrorKind::Conflict,
                "another transaction has just submitted or archived a batch with the same idempotency key: repeat the transaction",
            ));
        };
        let people: i32 = row.try_get(1).map_err(failed)?;
        Ok(Submitted {
            batch: BatchId(row.try_get(0).map_err(failed)?),
            people: u64::from(people.unsigned_abs()),
            is_repeated: true,
        })
    }
}
