//! The tables are created once, by any number of processes at once, and never by a program that is too old.
#![expect(clippy::expect_used, reason = "the helpers of a test fail the test")]

mod support;

use std::path::Path;

use clerk_postgres::sqlx::{AssertSqlSafe, PgPool, Row, query, raw_sql};
use clerk_postgres::{ErrorKind, Schema, Store, Target};

/// Returns the tables, their indexes and the columns of both, of a schema.
async fn objects(pool: &PgPool, schema: &Schema) -> Vec<String> {
    let objects = "select concat_ws(' ', c.relkind, c.relname, a.attname, a.atttypid::regtype) from pg_class c \
                   join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 \
                   where c.relnamespace = (select oid from pg_namespace where nspname = $1) and c.relname not like 'migration%' \
                   order by 1";
    let rows = query(objects)
        .bind(schema.as_str())
        .fetch_all(pool)
        .await
        .expect("the catalog");
    rows.iter().map(|row| row.get(0)).collect()
}

/// Runs statements in which `{schema}` is the name of the store's schema.
async fn run(store: &Store, statements: &str) {
    let statements = statements.replace("{schema}", store.schema().as_str());
    raw_sql(AssertSqlSafe(statements))
        .execute(store.pool())
        .await
        .expect("the statements");
}

#[test]
fn migrations_at_the_same_time_apply_each_once() {
    support::with_empty_store(async |store| {
        // With connections that are open already, all begin at once.
        let mut connections = Vec::new();
        for _ in 0..8 {
            connections.push(store.pool().acquire().await.expect("a connection"));
        }
        drop(connections);
        let migrations: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.migrate().await })
            })
            .collect();
        for migration in migrations {
            migration.await.expect("no panic").expect("a migration");
        }
        store.outbox("ins_1", Target::Application).await.expect("the tables");
        store.migrate().await.expect("a later migration does nothing");
    });
}

#[test]
fn the_published_files_create_the_same_tables() {
    support::with_store(async |store| {
        let schema = Schema::new(format!("{}_by_hand", store.schema())).expect("a name");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut files: Vec<_> = folder
            .read_dir()
            .expect("the folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.sort();
        let mut connection = store.pool().acquire().await.expect("a connection").detach();
        let begin = format!("create schema {schema}; set search_path to {schema}");
        raw_sql(AssertSqlSafe(begin))
            .execute(&mut connection)
            .await
            .expect("a schema");
        for file in files {
            let text = std::fs::read_to_string(file).expect("a file");
            raw_sql(AssertSqlSafe(text))
                .execute(&mut connection)
                .await
                .expect("a migration");
        }
        let by_hand = objects(store.pool(), &schema).await;
        run(&store, "drop schema {schema}_by_hand cascade").await;
        assert!(by_hand.len() > 50, "{by_hand:?}");
        assert_eq!(by_hand, objects(store.pool(), store.schema()).await);
    });
}

#[test]
fn tables_of_other_versions_are_refused() {
    let cases = [
        (
            "insert into {schema}.migration (version, checksum) values (2, 'x')",
            "have version 2, but this program knows only 1",
        ),
        (
            "update {schema}.migration set checksum = 'x'",
            "is not that of this program",
        ),
    ];
    for (change, message) in cases {
        support::with_store(async |store| {
            run(&store, change).await;
            let error = store.migrate().await.expect_err("another version");
            assert_eq!(error.kind(), ErrorKind::SchemaMismatch);
            assert!(error.to_string().contains(message), "{error}");
        });
    }
}

#[test]
fn a_user_without_permission_to_create_can_call_a_migration_that_is_done() {
    support::with_store(async |store| {
        let role = format!("{}_reader", store.schema());
        run(
            &store,
            "create role {schema}_reader; grant usage on schema {schema} to {schema}_reader; \
             grant select on all tables in schema {schema} to {schema}_reader",
        )
        .await;
        let options = (*store.pool().connect_options())
            .clone()
            .options([("role", role.as_str())]);
        let pool = PgPool::connect_with(options).await.expect("a connection");
        let result = Store::with_schema(pool.clone(), store.schema().clone()).migrate().await;
        let denied = Store::with_schema(pool.clone(), Schema::new("elsewhere").expect("a name"))
            .migrate()
            .await;
        pool.close().await;
        run(&store, "drop owned by {schema}_reader; drop role {schema}_reader").await;
        result.expect("nothing to create");
        assert_eq!(denied.expect_err("no permission").kind(), ErrorKind::AccessDenied);
    });
}

#[test]
fn a_store_without_tables_says_what_to_call() {
    support::with_empty_store(async |store| {
        let error = store.outbox("ins_1", Target::Application).await.expect_err("no tables");
        assert_eq!(error.kind(), ErrorKind::NotMigrated);
        assert!(error.to_string().contains("call `Store::migrate` first"), "{error}");
    });
}
