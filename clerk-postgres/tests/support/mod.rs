//! Runs tests on the PostgreSQL server that `CLERK_TEST_POSTGRES` names (`.ci/postgres` starts one), each in a schema of its
//! own, so that they run in parallel.
#![allow(dead_code, reason = "no test uses all of it")]
#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "the helpers of a test fail the test, and say what was skipped"
)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use clerk_postgres::sqlx::postgres::PgPoolOptions;
use clerk_postgres::sqlx::{AssertSqlSafe, PgPool, query_scalar, raw_sql};
use clerk_postgres::{Schema, Store};

/// Returns the URL of the server.
pub(crate) fn url() -> Option<String> {
    std::env::var("CLERK_TEST_POSTGRES").ok()
}

/// Runs a test with a migrated store in a new schema, which is dropped afterwards. Skips it if there is no server.
pub(crate) fn with_store(test: impl AsyncFnOnce(Store)) {
    with_empty_store(async |store: Store| {
        store.migrate().await.expect("a migration");
        test(store).await;
    });
}

/// The same without the tables.
pub(crate) fn with_empty_store(test: impl AsyncFnOnce(Store)) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Some(url) = url() else {
        eprintln!("skipped: CLERK_TEST_POSTGRES is not set, see .ci/postgres");
        return;
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let schema = format!("test_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let pool = runtime.block_on(pool(&url));
    let store = Store::with_schema(pool.clone(), Schema::new(&schema).expect("a name"));
    let result = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test(store))));
    runtime.block_on(async {
        // A transaction that a failed test left open would hold its locks until the runtime ends.
        let drop = raw_sql(AssertSqlSafe(format!("drop schema if exists {schema} cascade")))
            .execute(&pool)
            .await;
        if result.is_ok() {
            drop.expect("the schema is dropped");
        }
    });
    if let Err(panic) = result {
        resume_unwind(panic);
    }
}

/// Runs statements in which `{schema}` is the schema of the store.
pub(crate) async fn execute(store: &Store, statements: &str) {
    let statements = statements.replace("{schema}", store.schema().as_str());
    raw_sql(AssertSqlSafe(statements))
        .execute(store.pool())
        .await
        .expect("the statements");
}

/// Returns the number that a statement selects.
pub(crate) async fn number(store: &Store, statement: &str) -> i64 {
    let statement = statement.replace("{schema}", store.schema().as_str());
    query_scalar(AssertSqlSafe(statement))
        .fetch_one(store.pool())
        .await
        .expect("a number")
}

/// Connects to the server.
pub(crate) async fn pool(url: &str) -> PgPool {
    PgPoolOptions::new()
        .max_connections(24)
        .connect(url)
        .await
        .expect("a connection to the server of CLERK_TEST_POSTGRES")
}
