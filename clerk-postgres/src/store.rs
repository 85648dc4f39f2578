//! The handle that all parts share: the pool, and the statements for the schema.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use clerk_core::{Clock, SystemClock};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, Transaction};

use crate::error::{Error, ErrorKind};
use crate::race::{First, race};
use crate::schema::Schema;

/// Where invitations are stored: a pool of the application's, and the [`Schema`] of the tables in it. Cheap to clone.
///
/// No connection keeps a state between transactions, so a pooler such as PgBouncer may share connections between
/// transactions.
///
/// ```no_run
/// use clerk_postgres::Store;
/// use clerk_postgres::sqlx::PgPool;
///
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// let pool = PgPool::connect("postgres://app@localhost/app").await?;
/// let store = Store::new(pool);
/// store.migrate().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    pool: PgPool,
    schema: Schema,
    quoted_schema: String,
    /// The statements used so far, by their text without the schema.
    statements: RwLock<HashMap<&'static str, Arc<str>>>,
}

impl Store {
    /// How long a connection may take that is opened only to learn why the pool has none.
    const DIAGNOSIS: Duration = Duration::from_secs(5);

    /// Creates a store in the default schema, `clerk`.
    pub fn new(pool: PgPool) -> Self {
        Self::with_schema(pool, Schema::default())
    }

    /// Creates a store in this schema.
    pub fn with_schema(pool: PgPool, schema: Schema) -> Self {
        Self(Arc::new(Inner {
            pool,
            quoted_schema: schema.quoted(),
            schema,
            statements: RwLock::default(),
        }))
    }

    /// Returns the pool.
    pub fn pool(&self) -> &PgPool {
        &self.0.pool
    }

    /// Returns the schema of the tables.
    pub fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// Begins a transaction of the pool, as `pool().begin()` does, with an error that names the cause.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if there is no connection, or the server refuses to begin.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, Error> {
        match self.0.pool.begin().await {
            Ok(transaction) => Ok(transaction),
            Err(error) => Err(self.explain(error).await),
        }
    }

    /// Begins a transaction with statements of its own, of which the first one begins it.
    pub(crate) async fn begin_with(&self, statements: String) -> Result<Transaction<'static, Postgres>, Error> {
        match self.0.pool.begin_with(AssertSqlSafe(statements)).await {
            Ok(transaction) => Ok(transaction),
            Err(error) => Err(self.explain(error).await),
        }
    }

    /// Returns a connection of the pool.
    pub(crate) async fn acquire(&self) -> Result<PoolConnection<Postgres>, Error> {
        match self.0.pool.acquire().await {
            Ok(connection) => Ok(connection),
            Err(error) => Err(self.explain(error).await),
        }
    }

    /// Returns a statement in which the name of the schema replaces each `{schema}`. Each is built once.
    pub(crate) fn sql(&self, text: &'static str) -> AssertSqlSafe<Arc<str>> {
        let statements = &self.0.statements;
        let known = statements
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(text)
            .map(Arc::clone);
        AssertSqlSafe(known.unwrap_or_else(|| {
            let statement: Arc<str> = text.replace("{schema}", &self.0.quoted_schema).into();
            statements
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(text, Arc::clone(&statement));
            statement
        }))
    }

    /// Returns the statements that were used so far.
    #[cfg(test)]
    pub(crate) fn statements(&self) -> Vec<Arc<str>> {
        let statements = self.0.statements.read().unwrap_or_else(PoisonError::into_inner);
        statements.values().map(Arc::clone).collect()
    }

    /// Returns why the pool has no connection. A pool that waited in vain does not know it, so a connection is opened to learn
    /// it.
    async fn explain(&self, error: sqlx::Error) -> Error {
        const ACTION: &str = "connect to PostgreSQL";
        if !matches!(error, sqlx::Error::PoolTimedOut) {
            return Error::query(ACTION, error);
        }
        let options = self.0.pool.connect_options();
        let connecting = PgConnection::connect_with(&options);
        match race(connecting, SystemClock::new().sleep(Self::DIAGNOSIS)).await {
            First::One(Err(cause)) => Error::query(ACTION, cause),
            First::One(Ok(connection)) => {
                // The connection served its purpose. Whether it closes in an orderly way does not matter.
                drop(connection.close().await);
                let limit = self.0.pool.options().get_max_connections();
                Error::new(
                    ErrorKind::PoolExhausted,
                    format!(
                        "could not get a connection to PostgreSQL: all {limit} of the pool were in use for too long; allow \
                         the pool more, or hold them for a shorter time"
                    ),
                )
                .with_source(error)
            }
            First::Other(()) => Error::new(
                ErrorKind::Unavailable,
                "could not connect to PostgreSQL: the server does not respond; check its host, its port and the firewalls \
                 between",
            )
            .with_source(error),
        }
    }
}

impl fmt::Debug for Store {
    /// Leaves the pool out, because its options contain the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("schema", &self.0.schema)
            .finish_non_exhaustive()
    }
}
