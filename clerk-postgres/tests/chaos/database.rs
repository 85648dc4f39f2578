//! The server, and the test's use of the database: it submits people, and reads their status, as an application does.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::run::Outcome;
use clerk_hyper::TokioClock;
use clerk_postgres::{Filter, Outbox, Store, Target};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::process::Command;
use tokio::sync::Mutex;

use crate::people::Person;
use crate::timing::POLL;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The server that all rounds share.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// The program that restarts it. One restart at a time.
    control: Mutex<String>,
}

impl Server {
    pub(crate) fn from_env() -> Option<Self> {
        std::env::var("CLERK_TEST_POSTGRES").ok()?;
        let options = options();
        let host = options.get_host().parse().expect("an IP address");
        Some(Self {
            address: SocketAddr::new(host, options.get_port()),
            control: Mutex::new(std::env::var("CLERK_TEST_POSTGRES_CTL").unwrap_or_default()),
        })
    }

    pub(crate) async fn restart(&self, immediately: bool) {
        let control = self.control.lock().await;
        let mode = if immediately { "immediate" } else { "fast" };
        let restarted = Command::new(&*control).args(["restart", "-m", mode]).status().await;
        assert!(
            restarted.as_ref().is_ok_and(std::process::ExitStatus::success),
            "CLERK_TEST_POSTGRES_CTL does not restart the server: {restarted:?}"
        );
    }
}

fn options() -> PgConnectOptions {
    let url = std::env::var("CLERK_TEST_POSTGRES").expect("the URL of a server");
    url.parse().expect("a URL of PostgreSQL")
}

fn pool(connections: u32, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(2))
        .connect_lazy_with(options)
}

/// A schema with the tables of the crate.
#[derive(Clone)]
pub(crate) struct Database {
    store: Store,
    pool: PgPool,
    schema: Arc<str>,
}

impl Database {
    /// Opens the schema for a worker, which has its own way to the server.
    pub(crate) fn of_worker(schema: &str, port: u16) -> Self {
        Self::new(schema, pool(3, options().port(port)))
    }

    fn new(schema: &str, pool: PgPool) -> Self {
        Self {
            store: Store::with_schema(pool.clone(), schema.parse().expect("the name of a schema")),
            pool,
            schema: schema.into(),
        }
    }

    /// Creates a schema for the test.
    pub(crate) async fn create(_server: &Server) -> Self {
        let database = Self::new(&format!("chaos_{}", std::process::id()), pool(20, options()));
        database.store.migrate().await.expect("the tables");
        database
    }

    pub(crate) async fn drop_schema(&self) {
        let drop = format!("drop schema {} cascade", self.schema);
        sqlx::raw_sql(sqlx::AssertSqlSafe(drop))
            .execute(&self.pool)
            .await
            .expect("the schema is dropped");
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }

    pub(crate) async fn outbox(&self, instance: &str) -> Result<Outbox, clerk_postgres::Error> {
        self.store.outbox(instance, Target::Application).await
    }

    pub(crate) async fn create_outbox(&self, instance: &str, clock: &TokioClock) {
        until_done(clock, || async { Ok(self.outbox(instance).await.map(drop)?) }).await;
    }

    /// Submits people. Whether a commit that failed has happened is not known, so it is repeated with the same key.
    pub(crate) async fn submit(&self, instance: &str, people: &[Person], key: &str, clock: &TokioClock) {
        until_done(clock, || async {
            let outbox = self.outbox(instance).await?;
            let mut transaction = self.pool.begin().await?;
            let requests = people.iter().map(Person::request);
            outbox.submit(&mut transaction, requests).idempotency_key(key).await?;
            Ok(transaction.commit().await?)
        })
        .await;
    }

    /// Submits people in a transaction that is rolled back.
    pub(crate) async fn roll_back(&self, instance: &str, people: &[Person], clock: &TokioClock) {
        until_done(clock, || async {
            let outbox = self.outbox(instance).await?;
            let mut transaction = self.pool.begin().await?;
            outbox
                .submit(&mut transaction, people.iter().map(Person::request))
                .await?;
            Ok(transaction.rollback().await?)
        })
        .await;
    }

    /// Waits until this many people have an outcome, and nobody is left.
    pub(crate) async fn until_settled(&self, instance: &str, people: u64, clock: &TokioClock) {
        loop {
            let counts = until_done(clock, || async { Ok(self.outbox(instance).await?.counts().await?) }).await;
            if counts.is_done() && counts.total_settled() >= people {
                return;
            }
            clock.sleep(POLL).await;
        }
    }

    /// Returns the outcomes of everyone in the outbox, by address.
    pub(crate) async fn outcomes(&self, instance: &str, clock: &TokioClock) -> BTreeMap<String, Option<Outcome>> {
        until_done(clock, || async {
            let mut statuses = self.outbox(instance).await?.statuses(Filter::All);
            let mut outcomes = BTreeMap::new();
            while let Some(person) = statuses.next().await? {
                let address = person.email_address.ok_or("nobody is archived")?;
                outcomes.insert(address.as_str().to_owned(), person.outcome);
            }
            Ok(outcomes)
        })
        .await
    }
}

/// Repeats `work` until it is done: the database may be restarting.
async fn until_done<T, F: Future<Output = Result<T, Error>>>(clock: &TokioClock, mut work: impl FnMut() -> F) -> T {
    loop {
        match work().await {
            Ok(done) => return done,
            Err(_) => clock.sleep(POLL).await,
        }
    }
}
