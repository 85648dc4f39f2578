//! Leadership of an outbox: a lease with an epoch.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::model::Timestamp;
use clerk_core::run::journal::{JournalEffect, Record};
use sqlx::{PgConnection, Postgres, Row, Transaction};

use crate::error::{Error, ErrorKind};
use crate::outbox::Outbox;
use crate::race::{First, race};
use crate::records::{insert_records, unsigned};

/// Takes a lease that is free or has expired.
const TAKE: &str = "
    update {schema}.outbox set epoch = epoch + 1, holder = $2, lease_until = clock_timestamp() + make_interval(secs => $3)
    where id = $1 and lease_until <= clock_timestamp()
    returning epoch";

/// Gives up the attempts without an end. Their people become due now. A later take-over does not find these attempts, so it
/// does not let the people wait anew.
const GIVE_UP: &str = "
    with given_up as (
        update {schema}.attempt set ended_at = clock_timestamp(), effect = 'unknown'
        where outbox = $1 and ended_at is null
        returning number, keys, ended_at
    ), due as (
        update {schema}.person set due = given_up.key_ended_at
        from (select unnest(keys) as key, ended_at as key_ended_at from given_up) as given_up
        where person.outbox = $1 and person.key = given_up.key and person.stage = 'attempted'
    )
    select number, (extract(epoch from ended_at) * 1000)::bigint as ended_at from given_up order by number";

/// Counts the records of a take-over.
const COUNT: &str = "
    update {schema}.outbox set last_record = last_record + $2 where id = $1 returning last_record";

/// Extends the lease, unless it is lost, and counts what the transaction appends.
const FENCE: &str = "
    update {schema}.outbox set lease_until = clock_timestamp() + make_interval(secs => $3),
        last_record = last_record + $4, last_attempt = greatest(last_attempt, $5)
    where id = $1 and epoch = $2 and lease_until > clock_timestamp()
    returning last_record";

/// Ends the lease at once.
const HAND_OVER: &str = "
    update {schema}.outbox set lease_until = '-infinity'
    where id = $1 and epoch = $2 and lease_until > clock_timestamp()";

/// The right to write the journal of an outbox and to send what it has, for as long as the lease lasts.
///
/// Every transaction of the leader begins by extending the lease. One that finds it expired, or taken over by another
/// process, fails and writes nothing. [`Worker`](crate::Worker) takes the lease by itself; take it by hand for a run of your
/// own on the [journal](Self::journal), such as one that revokes:
///
/// ```no_run
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// # async fn f(outbox: clerk_postgres::Outbox, client: clerk_core::Client) -> Result<(), clerk_postgres::Error> {
/// let clock = Arc::clone(client.clock());
/// // Stop the workers first. The lease has to outlast the longest wait for a rate limit.
/// if let Some(leadership) = outbox.lead("revocation", Duration::from_secs(600), clock).await? {
///     let leadership = Arc::new(leadership);
///     let report = client.invitations().revoke_all(leadership.journal()).run().await;
///     println!("{} revoked", report.revoked);
///     leadership.hand_over().await?;
/// }
/// # Ok(()) }
/// ```
pub struct Leadership {
    outbox: Outbox,
    clock: Arc<dyn Clock>,
    epoch: i64,
    lease: Duration,
    /// When the last extension that was committed began, by the clock. The lease lasts at least `lease` from then on.
    extended: Mutex<Duration>,
    is_lost: AtomicBool,
}

/// A transaction of the leader, which extends the lease once it is committed.
pub(crate) struct Fenced<'a> {
    pub(crate) transaction: Transaction<'static, Postgres>,
    /// The number of the last record, with those that the transaction appends.
    pub(crate) last_record: i64,
    leadership: &'a Leadership,
    began: Duration,
}

/// What a transaction appends.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Appended {
    pub(crate) records: i64,
    /// The highest number of an attempt; 0 if there is none.
    pub(crate) last_attempt: i64,
}

impl Fenced<'_> {
    pub(crate) async fn commit(self) -> Result<(), Error> {
        self.transaction.commit().await.map_err(failed)?;
        self.leadership.note_extension(self.began);
        Ok(())
    }
}

impl Outbox {
    /// Takes the leadership of this outbox, or returns `None` if another process has it. It lasts for `lease` unless it is
    /// [extended](Leadership::extend), which every append to its journal does too.
    ///
    /// Attempts that another process has left without an end are given up with that: their people become due for a
    /// read.
    ///
    /// # Errors
    ///
    /// [`Error`] if the database cannot be used.
    pub async fn lead(
        &self,
        holder: &str,
        lease: Duration,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Leadership>, Error> {
        let began = clock.now();
        let epoch = match race(self.take_lease(holder, lease), clock.sleep(lease)).await {
            First::One(epoch) => epoch?,
            First::Other(()) => return Err(no_response()),
        };
        Ok(epoch.map(|epoch| Leadership {
            outbox: self.clone(),
            clock,
            epoch,
            lease,
            extended: Mutex::new(began),
            is_lost: AtomicBool::new(false),
        }))
    }

    async fn take_lease(&self, holder: &str, lease: Duration) -> Result<Option<i64>, Error> {
        let mut transaction = self.begin(lease).await?;
        let taken = self.take_lease_in(&mut transaction, holder, lease).await;
        let Some(epoch) = taken.map_err(failed)? else {
            return Ok(None);
        };
        transaction.commit().await.map_err(failed)?;
        Ok(Some(epoch))
    }

    async fn take_lease_in(
        &self,
        connection: &mut PgConnection,
        holder: &str,
        lease: Duration,
    ) -> sqlx::Result<Option<i64>> {
        let epoch = sqlx::query_scalar(self.store().sql(TAKE))
            .bind(self.id())
            .bind(holder)
            .bind(lease.as_secs_f64())
            .fetch_optional(&mut *connection)
            .await?;
        if epoch.is_some() {
            self.give_up(connection).await?;
        }
        Ok(epoch)
    }

    /// Ends the attempts that a leader before has left without an end, in the journal too.
    async fn give_up(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let given_up = sqlx::query(self.store().sql(GIVE_UP))
            .bind(self.id())
            .fetch_all(&mut *connection)
            .await?;
        if given_up.is_empty() {
            return Ok(());
        }
        let mut ends = Vec::with_capacity(given_up.len());
        for attempt in given_up {
            ends.push(Record::Ended {
                attempt: unsigned(attempt.try_get(0)?),
                at: Timestamp::from_millis(attempt.try_get(1)?),
                effect: JournalEffect::Unknown,
            });
        }
        let count = i64::try_from(ends.len()).unwrap_or(i64::MAX);
        let last_record = sqlx::query_scalar(self.store().sql(COUNT))
            .bind(self.id())
            .bind(count)
            .fetch_one(&mut *connection)
            .await?;
        insert_records(self, connection, &ends, last_record).await
    }

    /// Begins a transaction that is durable once it is committed. The database ends it by itself if the process stops in the
    /// middle, so that others can take over.
    async fn begin(&self, longest: Duration) -> Result<Transaction<'static, Postgres>, Error> {
        let longest = longest.as_millis().clamp(1, 24 * 3_600_000);
        let begin = format!(
            "begin; set local synchronous_commit = on; set local idle_in_transaction_session_timeout = {longest}; \
             set local statement_timeout = {longest}; set local lock_timeout = {longest}"
        );
        self.store().begin_with(begin).await
    }
}

impl Leadership {
    /// Returns the outbox that is led.
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Returns the epoch, which grows with each take-over.
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }

    /// Returns how long the lease lasts after an extension.
    pub(crate) const fn lease(&self) -> Duration {
        self.lease
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Extends the lease.
    ///
    /// # Errors
    ///
    /// [`Error`] if the leadership is lost or the database cannot be used.
    pub async fn extend(&self) -> Result<(), Error> {
        self.within(async { self.begin(Appended::default()).await?.commit().await })
            .await
    }

    /// Ends the leadership, so that another process can take over at once.
    ///
    /// # Errors
    ///
    /// [`Error`] if the database cannot be used. Others then take over when the lease expires.
    pub async fn hand_over(&self) -> Result<(), Error> {
        self.lose();
        self.within(async {
            let store = self.outbox.store();
            let mut connection = store.acquire().await?;
            let handed_over = sqlx::query(store.sql(HAND_OVER))
                .bind(self.outbox.id())
                .bind(self.epoch)
                .execute(&mut *connection);
            handed_over.await.map(drop).map_err(failed)
        })
        .await
    }

    /// Begins a transaction and extends the lease in it.
    pub(crate) async fn begin(&self, appended: Appended) -> Result<Fenced<'_>, Error> {
        if self.is_lost() {
            return Err(lost());
        }
        let mut transaction = self.outbox.begin(self.lease).await?;
        let began = self.clock.now();
        let last_record = sqlx::query_scalar(self.outbox.store().sql(FENCE))
            .bind(self.outbox.id())
            .bind(self.epoch)
            .bind(self.lease.as_secs_f64())
            .bind(appended.records)
            .bind(appended.last_attempt)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        let Some(last_record) = last_record else {
            self.lose();
            return Err(lost());
        };
        Ok(Fenced {
            transaction,
            last_record,
            leadership: self,
            began,
        })
    }

    /// Waits for work in the database for as long as a lease lasts. Later, the leadership is lost in any case.
    pub(crate) async fn within<T, E: From<Error>>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        match race(work, self.clock.sleep(self.lease)).await {
            First::One(result) => result,
            First::Other(()) => Err(no_response().into()),
        }
    }

    fn note_extension(&self, began: Duration) {
        let mut extended = self.extended.lock().unwrap_or_else(PoisonError::into_inner);
        *extended = began.max(*extended);
    }

    /// Returns how long ago the last extension began.
    pub(crate) fn age(&self) -> Duration {
        let extended = *self.extended.lock().unwrap_or_else(PoisonError::into_inner);
        self.clock.now().saturating_sub(extended)
    }

    /// Counts the lease as lost, although no transaction has shown it.
    pub(crate) fn lose(&self) {
        self.is_lost.store(true, Ordering::Release);
    }

    /// Whether a transaction has found the lease lost, or it was handed over.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire)
    }

    /// Whether the lease certainly lasts a while longer. A fifth of it is left for the way from this check to the wire, and
    /// for clocks that run at different speeds.
    pub(crate) fn is_current(&self) -> bool {
        !self.is_lost() && self.age() < self.lease - self.lease / 5
    }
}

fn failed(error: sqlx::Error) -> Error {
    Error::query("use the leadership of the outbox", error)
}

/// Returns the error of a leader that must not write or send.
pub(crate) fn lost() -> Error {
    Error::new(
        ErrorKind::LeadershipLost,
        "the leadership of the outbox is lost, because the lease has expired or another process has taken over: take it \
         again before you write",
    )
}

fn no_response() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the database did not respond for as long as a lease lasts: check the server and the network to it",
    )
}

impl fmt::Debug for Leadership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leadership")
            .field("epoch", &self.epoch)
            .field("lease", &self.lease)
            .field("is_lost", &self.is_lost())
            .finish_non_exhaustive()
    }
}
