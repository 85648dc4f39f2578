//! People are submitted with the application's transaction, or not at all.
#![expect(clippy::expect_used, reason = "the helpers of a test fail the test")]

mod support;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_postgres::sqlx::postgres::PgListener;
use clerk_postgres::sqlx::{AssertSqlSafe, Row, query, raw_sql};
use clerk_postgres::{ErrorKind, Outbox, Recipient, Store, Target};

/// Returns how many submissions are in the store.
async fn count(store: &Store) -> i64 {
    let count = format!("select count(*) from {}.submission", store.schema());
    query(AssertSqlSafe(count))
        .fetch_one(store.pool())
        .await
        .expect("a count")
        .get(0)
}

fn with_outbox(test: impl AsyncFnOnce(Store, Outbox)) {
    support::with_store(async |store| {
        let outbox = store.outbox("ins_1", Target::Application).await.expect("an outbox");
        test(store, outbox).await;
    });
}

#[test]
fn a_submission_is_there_if_and_only_if_the_transaction_commits() {
    with_outbox(async |store, outbox| {
        for (commits, expected) in [(false, 0), (true, 2)] {
            let mut transaction = store.begin().await.expect("a transaction");
            let submitted = outbox
                .submit(&mut transaction, ["ada@example.com", "bob@example.com"])
                .await
                .expect("a submission");
            assert_eq!((submitted.people, submitted.is_repeated), (2, false));
            if commits {
                transaction.commit().await.expect("a commit");
            } else {
                transaction.rollback().await.expect("a rollback");
            }
            assert_eq!(count(&store).await, expected);
        }
    });
}

#[test]
fn transactions_with_the_same_people_in_opposite_order_do_not_wait_for_each_other() {
    with_outbox(async |store, outbox| {
        let mut one = store.begin().await.expect("a transaction");
        let mut other = store.begin().await.expect("a transaction");
        for transaction in [&mut one, &mut other] {
            let limit = raw_sql("set local lock_timeout = '2s'");
            limit.execute(&mut **transaction).await.expect("a setting");
        }
        outbox
            .submit(&mut one, ["ada@example.com"])
            .await
            .expect("a submission");
        outbox
            .submit(&mut other, ["bob@example.com"])
            .await
            .expect("a submission");
        outbox
            .submit(&mut one, ["bob@example.com"])
            .await
            .expect("a submission");
        outbox
            .submit(&mut other, ["ada@example.com"])
            .await
            .expect("a submission");
        other.commit().await.expect("a commit");
        one.commit().await.expect("a commit");
        assert_eq!(count(&store).await, 4);
    });
}

#[test]
fn a_second_submission_with_the_same_key_writes_nothing() {
    with_outbox(async |store, outbox| {
        let mut batches = Vec::new();
        // The first one is rolled back, so its key is free.
        for (commits, people, is_repeated) in [(false, 1, false), (true, 2, false), (true, 3, true)] {
            let mut transaction = store.begin().await.expect("a transaction");
            let addresses = (0..people).map(|n| format!("{n}@example.com"));
            let submitted = outbox
                .submit(&mut transaction, addresses)
                .idempotency_key("order-17")
                .await
                .expect("a submission");
            assert_eq!(submitted.is_repeated, is_repeated);
            if commits {
                transaction.commit().await.expect("a commit");
                assert_eq!(submitted.people, 2);
                batches.push(submitted.batch);
            }
        }
        assert_eq!(batches[0], batches[1]);
        assert_eq!(count(&store).await, 2);
        let elsewhere = store.outbox("ins_2", Target::Application).await.expect("an outbox");
        let mut transaction = store.begin().await.expect("a transaction");
        let submitted = elsewhere
            .submit(&mut transaction, ["ada@example.com"])
            .idempotency_key("order-17");
        assert!(!submitted.await.expect("a submission").is_repeated);
    });
}

#[test]
fn people_who_cannot_be_invited_are_refused_before_anything_is_written() {
    let member = || CreateOrganizationInvitation::new("ada@example.com", "org:member");
    let application = || Target::Application;
    let organization = || Target::Organization("org_1".into());
    let cases: [(Target, Recipient, &str); 6] = [
        (application(), "ada".into(), "@"),
        (application(), "".into(), "empty"),
        (
            application(),
            CreateInvitation::new("ada@example.com").expires_in_days(0).into(),
            "expires_in_days",
        ),
        (application(), member().into(), "submit a `CreateInvitation`"),
        (organization(), "ada@example.com".into(), "needs a role"),
        (
            organization(),
            CreateOrganizationInvitation::new("ada@example.com", " ").into(),
            "role is empty",
        ),
    ];
    for (target, person, reason) in cases {
        support::with_store(async |store| {
            let valid: Recipient = match target {
                Target::Application => "bob@example.com".into(),
                _ => CreateOrganizationInvitation::new("bob@example.com", "org:member").into(),
            };
            let outbox = store.outbox("ins_1", target).await.expect("an outbox");
            let mut transaction = store.begin().await.expect("a transaction");
            let error = outbox
                .submit(&mut transaction, [valid.clone(), person])
                .await
                .expect_err("an invalid person");
            assert_eq!(error.kind(), ErrorKind::InvalidPerson);
            let message = error.to_string();
            assert!(
                message.starts_with("person 2 of the submission cannot be invited"),
                "{message}"
            );
            assert!(
                message.contains(reason) && !message.contains("@example.com"),
                "{message}"
            );
            // The transaction can still be used.
            outbox.submit(&mut transaction, [valid]).await.expect("a submission");
            transaction.commit().await.expect("a commit");
            assert_eq!(count(&store).await, 1);
        });
    }
}

#[test]
fn a_large_submission_is_one_batch() {
    with_outbox(async |store, outbox| {
        let mut transaction = store.begin().await.expect("a transaction");
        let people = (0..25_001).map(|n| format!("{n}@example.com"));
        let submitted = outbox.submit(&mut transaction, people).await.expect("a submission");
        transaction.commit().await.expect("a commit");
        assert_eq!(submitted.people, 25_001);
        assert_eq!(count(&store).await, 25_001);
    });
}

#[test]
fn notifications_are_sent_only_on_request() {
    with_outbox(async |store, outbox| {
        let mut listener = PgListener::connect_with(store.pool()).await.expect("a listener");
        listener.listen(&outbox.channel()).await.expect("a channel");
        for (outbox, person) in [
            (outbox.clone(), "silent@example.com"),
            (outbox.clone().notify(true), "ada@example.com"),
        ] {
            let mut transaction = store.begin().await.expect("a transaction");
            outbox.submit(&mut transaction, [person]).await.expect("a submission");
            transaction.commit().await.expect("a commit");
        }
        listener.recv().await.expect("a notification");
        assert!(listener.next_buffered().is_none(), "one submission of two notifies");
    });
}
