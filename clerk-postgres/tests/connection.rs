//! Failures to connect name their cause, and nothing prints a password.
#![expect(clippy::expect_used, reason = "the helpers of a test fail the test")]

mod support;

use std::net::TcpListener;
use std::time::Duration;

use clerk_postgres::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use clerk_postgres::{ErrorKind, Filter, Store, Target};

const PASSWORD: &str = "a-password-to-find";

/// Returns what a store says that connects with these options.
async fn failure(options: PgConnectOptions) -> (ErrorKind, String) {
    let pool = PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(300))
        .connect_lazy_with(options);
    let store = Store::new(pool);
    let error = store.migrate().await.expect_err("no connection");
    let texts = format!("{store:?} {error:?} {error}");
    assert!(!texts.contains(PASSWORD), "{texts}");
    (error.kind(), error.to_string())
}

#[test]
fn a_failed_connection_names_its_cause() {
    support::with_empty_store(async |store| {
        let options = (*store.pool().connect_options()).clone();
        // The port is free again when the listener is dropped.
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let cases = [
            (
                options.clone().port(port).password(PASSWORD),
                ErrorKind::Unavailable,
                "refused",
            ),
            (options.clone().password(PASSWORD), ErrorKind::AccessDenied, "password"),
            (
                options.clone().database("nowhere"),
                ErrorKind::UnknownDatabase,
                "\"nowhere\" does not exist",
            ),
            (
                options.clone().username("nobody_here"),
                ErrorKind::AccessDenied,
                "nobody_here",
            ),
        ];
        for (options, kind, cause) in cases {
            let (found, message) = failure(options).await;
            assert_eq!(found, kind, "{message}");
            assert!(message.contains(cause), "{message}");
        }
    });
}

#[test]
fn an_exhausted_pool_is_not_an_unreachable_server() {
    support::with_empty_store(async |store| {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_millis(300))
            .connect_lazy_with((*store.pool().connect_options()).clone());
        let held = pool.acquire().await.expect("a connection");
        let error = Store::new(pool.clone()).migrate().await.expect_err("no connection");
        drop(held);
        assert_eq!(error.kind(), ErrorKind::PoolExhausted);
        assert!(error.to_string().contains("all 1 of the pool were in use"), "{error}");
        assert!(error.is_temporary());
    });
}

#[test]
fn nothing_prints_a_password() {
    support::with_store(async |store| {
        let url = support::url().expect("a server");
        let password = url.split([':', '@']).nth(2).expect("a password").to_owned();
        let outbox = store.outbox("ins_1", Target::Application).await.expect("an outbox");
        let mut transaction = store.begin().await.expect("a transaction");
        let mut texts = format!("{store:?} {outbox:?} {:?} {:?}", outbox.target(), store.schema());
        texts += &format!("{:?}", outbox.statuses(Filter::All));
        texts += &format!("{:?}", outbox.submit(&mut transaction, ["ada@example.com"]));
        assert!(!texts.contains("ada@"), "{texts}");
        assert!(password.len() > 8 && !texts.contains(&password), "{texts}");
    });
}
