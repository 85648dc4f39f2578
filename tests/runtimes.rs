//! The testkit with the runtimes and test tools that applications use. `cargo nextest` needs nothing of its own: it runs each
//! test in a process, and no double shares anything between tests.
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::run::Outcome;
use clerk_core::{Client, Clock, SecretKey};
use clerk_hyper::TokioClock;
use clerk_testkit::{FakeClerk, ManualClock, Mock, VirtualClock};
use rstest::{fixture, rstest};

/// An application that spawns a task, as web servers do.
async fn invite_in_the_background(clerk: Client, count: usize) -> usize {
    let invite = async move {
        let people = (0..count).map(|number| CreateInvitation::new(format!("p{number}@example.com")));
        clerk.invitations().invite_all(people).run().await
    };
    tokio::spawn(invite).await.expect("no panic").count(Outcome::Created)
}

#[tokio::test]
async fn a_beginners_test_of_a_long_run_ends_at_once() {
    let fake = FakeClerk::new();
    assert_eq!(invite_in_the_background(fake.client(), 400).await, 400);
    assert!(
        fake.clock().now() > Duration::from_secs(3600),
        "it took hours, in no time"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_multi_thread_runtime() {
    let fake = FakeClerk::new();
    assert_eq!(invite_in_the_background(fake.client(), 400).await, 400);
}

#[tokio::test]
async fn a_client_that_is_built_by_hand() {
    let mock = Mock::new();
    mock.expect_invitation_run((0..400).map(|number| format!("p{number}@example.com")));
    // The line that makes the test end at once.
    let clock = VirtualClock::new();
    let key = SecretKey::new("sk_test_abc").expect("a key");
    let client = Client::builder(key, mock.clone()).clock(clock.clone()).build();
    assert_eq!(invite_in_the_background(client.expect("a client"), 400).await, 400);
    assert!(clock.elapsed() > Duration::from_secs(3600));
    mock.verify().expect("each was invited once");
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "the application has timers of its own")]
async fn the_paused_time_of_tokio() {
    // The application's own timers share the time of the fake.
    let fake = FakeClerk::builder().clock(TokioClock::new()).build();
    let hour = tokio::time::sleep(Duration::from_secs(3600));
    assert_eq!(invite_in_the_background(fake.client(), 100).await, 100);
    hour.await;
}

#[test]
fn plain_threads() {
    let fake = FakeClerk::new();
    let invite = |team: usize| {
        let clerk = fake.client();
        std::thread::spawn(move || {
            let people = (0..60).map(|number| CreateInvitation::new(format!("p{team}.{number}@example.com")));
            pollster::block_on(clerk.invitations().invite_all(people).run()).count(Outcome::Created)
        })
    };
    let threads = [invite(1), invite(2)];
    assert_eq!(threads.map(|thread| thread.join().expect("no panic")), [60, 60]);
    assert_eq!(fake.mails().len(), 120);
}

#[fixture]
fn clock() -> ManualClock {
    ManualClock::new()
}

#[rstest]
#[case::nobody(0)]
#[case::one(1)]
#[case::many(120)]
fn rstest_with_a_fixture(clock: ManualClock, #[case] count: usize) {
    let fake = FakeClerk::builder().clock(clock.clone()).build();
    let people = (0..count).map(|number| CreateInvitation::new(format!("p{number}@example.com")));
    let clerk = fake.client();
    let report = clock.drive(clerk.invitations().invite_all(people).run());
    assert_eq!(report.expect("does not stall").count(Outcome::Created), count);
}

#[test]
fn insta_snapshots_of_the_log_are_the_same_in_every_run() {
    let fake = FakeClerk::new();
    let [ada, bob] = ["ada@example.com", "bob@example.com"].map(CreateInvitation::new);
    let clerk = fake.client();
    pollster::block_on(clerk.invitations().create(&ada)).expect("invited");
    pollster::block_on(clerk.invitations().create_bulk(&[ada, bob])).expect_err("a duplicate");
    let log = fake.log();
    let calls = log
        .iter()
        .map(|call| format!("{} {} {:?} {:?}", call.method, call.path, call.status, call.created));
    insta::assert_snapshot!(calls.collect::<Vec<_>>().join("\n"), @r#"
    POST /v1/invitations Some(200) ["inv_fake000001"]
    POST /v1/invitations/bulk Some(400) []
    "#);
}
