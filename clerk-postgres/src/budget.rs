//! The budget of calls that all processes of an instance share.

use std::time::Duration;

use async_trait::async_trait;
use clerk_core::middleware::{Acquired, Quota, SharedBudget, SharedBudgetError, SharedPlace};
use clerk_core::{Clock, RateLimitKey, SystemClock};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres, Row};

use crate::error::{Error, ErrorKind};
use crate::race::{First, race};
use crate::store::Store;

/// Takes the first place that is free, in one statement: between a count and an update, other processes would take the same
/// place.
const TAKE: &str = "
    update {schema}.slot set token = gen_random_uuid(), free_at = clock_timestamp() + make_interval(secs => $4)
    where instance = $1 and lane = $2 and set_config('synchronous_commit', 'on', true) is not null and n = (
        select n from {schema}.slot
        where instance = $1 and lane = $2 and n < $3 and free_at <= clock_timestamp() and not exists (
            select from {schema}.lane where instance = $1 and name = $2 and closed_until > clock_timestamp())
        order by n for update skip locked limit 1)
    returning token::text";

/// Reads how many places there are, and how long until one is free.
const WAIT: &str = "
    select count(*), extract(epoch from greatest(
        min(free_at),
        (select closed_until from {schema}.lane where instance = $1 and name = $2),
        clock_timestamp()
    ) - clock_timestamp())::float8
    from {schema}.slot where instance = $1 and lane = $2 and n < $3";

/// Makes places from number `$3` up to number `$4`.
const MAKE: &str = "
    insert into {schema}.slot (instance, lane, n) select $1, $2, generate_series($3, $4) on conflict do nothing";

const END: &str = "
    update {schema}.slot set token = null, free_at = clock_timestamp() + make_interval(secs => $4)
    where instance = $1 and lane = $2 and token = $3::uuid";

const RELEASE: &str = "
    update {schema}.slot set token = null, free_at = '-infinity'
    where instance = $1 and lane = $2 and token = $3::uuid";

const BLOCK: &str = "
    insert into {schema}.lane as lane (instance, name, closed_until)
    values ($1, $2, clock_timestamp() + make_interval(secs => $3))
    on conflict (instance, name) do update set closed_until = greatest(lane.closed_until, excluded.closed_until)";

/// How many places are made at once.
const MADE_AT_ONCE: i32 = 100;

/// The shortest wait. A place can be locked for a moment by another process that takes it.
const SHORTEST_WAIT: Duration = Duration::from_millis(2);

/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(45);

/// The longest time that is given to PostgreSQL.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// A [`SharedBudget`] on PostgreSQL: every process with the same store and instance takes its calls from it.
///
/// Give it to every client of the instance, those of web requests and jobs included, with
/// [`ClientBuilder::shared_budget`](clerk_core::ClientBuilder::shared_budget).
///
/// Each call that may be under way or still counts is a row, taken by `FOR UPDATE SKIP LOCKED` and by the clock of the
/// database, so the processes need no clocks that agree. The row of a process that dies frees itself: after the longest time
/// that its call can take, and one window. So a process that is stopped right before a call, for longer than the timeout of
/// an attempt, can exceed the limit with that call. Clerk then refuses a call with a 429, and the run waits.
///
/// ```no_run
/// # fn f(store: clerk_postgres::Store, builder: clerk_core::ClientBuilder) {
/// let builder = builder.shared_budget(store.budget("ins_1"));
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct InstanceBudget {
    store: Store,
    instance: String,
}

impl Store {
    /// Returns the budget of calls for a Clerk instance.
    pub fn budget(&self, instance: impl Into<String>) -> InstanceBudget {
        InstanceBudget {
            store: self.clone(),
            instance: instance.into(),
        }
    }
}

impl InstanceBudget {
    async fn take(
        &self,
        connection: &mut PgConnection,
        key: RateLimitKey,
        quota: Quota,
        longest: Duration,
    ) -> sqlx::Result<Option<SharedPlace>> {
        let token: Option<String> = sqlx::query_scalar(self.store.sql(TAKE))
            .bind(&self.instance)
            .bind(key.as_str())
            .bind(calls(quota))
            .bind(seconds(longest.saturating_add(quota.per())))
            .fetch_optional(connection)
            .await?;
        token
            .map(|token| Ok(SharedPlace::new(key, quota, number(&token)?)))
            .transpose()
    }

    /// Returns how many places there are, and how long until one of them is free.
    async fn places(
        &self,
        connection: &mut PgConnection,
        key: RateLimitKey,
        quota: Quota,
    ) -> sqlx::Result<(i32, Duration)> {
        let row = sqlx::query(self.store.sql(WAIT))
            .bind(&self.instance)
            .bind(key.as_str())
            .bind(calls(quota))
            .fetch_one(connection)
            .await?;
        let places: i64 = row.try_get(0)?;
        let wait: f64 = row.try_get(1)?;
        let wait = Duration::try_from_secs_f64(wait).unwrap_or_default();
        Ok((i32::try_from(places).unwrap_or(i32::MAX), wait.max(SHORTEST_WAIT)))
    }

    async fn try_acquire(
        &self,
        connection: &mut PgConnection,
        key: RateLimitKey,
        quota: Quota,
        longest: Duration,
    ) -> sqlx::Result<Acquired> {
        if let Some(place) = self.take(connection, key, quota, longest).await? {
            return Ok(Acquired::Place(place));
        }
        let (places, wait) = self.places(connection, key, quota).await?;
        let all = calls(quota);
        if places >= all {
            return Ok(Acquired::Wait(wait));
        }
        sqlx::query(self.store.sql(MAKE))
            .bind(&self.instance)
            .bind(key.as_str())
            .bind(places)
            .bind(places.saturating_add(MADE_AT_ONCE).min(all) - 1)
            .execute(&mut *connection)
            .await?;
        match self.take(connection, key, quota, longest).await? {
            Some(place) => Ok(Acquired::Place(place)),
            None => {
                let (_, wait) = self.places(connection, key, quota).await?;
                Ok(Acquired::Wait(wait))
            }
        }
    }

    /// Runs a statement about a limit.
    async fn execute(
        &self,
        action: &str,
        statement: &'static str,
        key: RateLimitKey,
        bind: impl FnOnce(Statement) -> Statement,
    ) -> Result<(), SharedBudgetError> {
        let work = async {
            let mut connection = self.store.acquire().await?;
            let statement = sqlx::query(self.store.sql(statement))
                .bind(self.instance.clone())
                .bind(key.as_str());
            let executed = bind(statement).execute(&mut *connection).await;
            executed.map(drop).map_err(|error| Error::query(action, error))
        };
        within(work).await
    }
}

type Statement = Query<'static, Postgres, PgArguments>;

#[async_trait]
impl SharedBudget for InstanceBudget {
    async fn acquire(&self, key: RateLimitKey, quota: Quota, longest: Duration) -> Result<Acquired, SharedBudgetError> {
        let work = async {
            let mut connection = self.store.acquire().await?;
            let acquired = self.try_acquire(&mut connection, key, quota, longest).await;
            acquired.map_err(|error| Error::query("take a place for a call in the shared budget", error))
        };
        within(work).await
    }

    async fn end(&self, place: SharedPlace) -> Result<(), SharedBudgetError> {
        let window = seconds(place.quota().per());
        let action = "note the end of a call in the shared budget";
        self.execute(action, END, place.key(), |end| end.bind(uuid(place)).bind(window))
            .await
    }

    async fn release(&self, place: SharedPlace) -> Result<(), SharedBudgetError> {
        let action = "return a place to the shared budget";
        self.execute(action, RELEASE, place.key(), |release| release.bind(uuid(place)))
            .await
    }

    async fn block(&self, key: RateLimitKey, wait: Duration) -> Result<(), SharedBudgetError> {
        let action = "note in the shared budget how long Clerk asks to wait";
        self.execute(action, BLOCK, key, |block| block.bind(seconds(wait)))
            .await
    }
}

/// Waits for the database, but not so long that a caller seems to hang.
async fn within<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, SharedBudgetError> {
    let result = match race(work, SystemClock::new().sleep(PATIENCE)).await {
        First::One(result) => result,
        First::Other(()) => Err(Error::new(
            ErrorKind::Unavailable,
            "the database with the shared budget does not respond: check the server and the network to it",
        )),
    };
    result.map_err(|error| SharedBudgetError::new(error.to_string()).with_source(error))
}

fn calls(quota: Quota) -> i32 {
    i32::try_from(quota.calls()).unwrap_or(i32::MAX)
}

fn seconds(duration: Duration) -> f64 {
    duration.min(LONGEST).as_secs_f64()
}

/// Returns the number of a UUID.
fn number(token: &str) -> sqlx::Result<u128> {
    u128::from_str_radix(&token.replace('-', ""), 16).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn uuid(place: SharedPlace) -> String {
    format!("{:032x}", place.token())
}
