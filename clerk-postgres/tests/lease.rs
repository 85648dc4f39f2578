//! Leadership of an outbox.
#![expect(clippy::expect_used, reason = "the helpers of a test fail the test")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use clerk_core::model::Timestamp;
use clerk_core::run::journal::{AttemptedRecipient, Journal, Lane, Record};
use clerk_core::{Clock, SystemClock};
use clerk_postgres::{Leadership, Outbox, Store, Target};
use clerk_testkit::ManualClock;

const LEASE: Duration = Duration::from_secs(30);

async fn outbox(store: &Store) -> Outbox {
    let outbox = store.outbox("ins_1", Target::Application).await;
    outbox.expect("the outbox is made")
}

async fn lead(outbox: &Outbox) -> Option<Arc<Leadership>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    outbox
        .lead("test", LEASE, clock)
        .await
        .expect("the database works")
        .map(Arc::new)
}

/// Lets the lease expire.
async fn expire(store: &Store) {
    support::execute(store, "update {schema}.outbox set lease_until = clock_timestamp()").await;
}

fn begun() -> Record {
    Record::Begun {
        version: Record::VERSION,
        key: None,
        account: None,
        instance: "ins_1".to_owned(),
        resource: "invitations".to_owned(),
    }
}

fn attempted(attempt: u64, addresses: &[&str]) -> Record {
    let people = addresses
        .iter()
        .map(|address| AttemptedRecipient::new(*address, attempt, None));
    Record::Attempted {
        attempt,
        lane: Lane::Bulk,
        at: Timestamp::from_millis(0),
        people: people.collect(),
    }
}

#[test]
fn one_leads_until_its_lease_ends() {
    support::with_store(async |store| {
        let outbox = outbox(&store).await;
        let first = lead(&outbox).await.expect("nobody leads");
        assert!(lead(&outbox).await.is_none());
        first.extend().await.expect("it leads");
        expire(&store).await;
        // Expired is lost, although nobody has taken over: another one may be about to.
        assert!(first.extend().await.is_err());
        let second = lead(&outbox).await.expect("the lease has expired");
        assert_eq!((first.epoch(), second.epoch()), (1, 2));
        assert!(first.extend().await.is_err());
        assert!(first.journal().append(&[begun()]).await.is_err());
        assert!(first.journal().check_before_send().is_err());
        // What the first one does as it ends is not about the second one.
        first.hand_over().await.expect("the database works");
        second.journal().append(&[begun()]).await.expect("it leads");
        second.journal().check_before_send().expect("it leads");
        second.hand_over().await.expect("it leads");
        assert!(lead(&outbox).await.is_some(), "a hand-over does not wait for the lease");
    });
}

#[test]
fn of_many_who_take_a_free_lease_one_gets_it() {
    support::with_store(async |store| {
        let outbox = outbox(&store).await;
        for _ in 0..10 {
            let candidates: Vec<_> = (0..12)
                .map(|_| {
                    let outbox = outbox.clone();
                    tokio::spawn(async move { lead(&outbox).await })
                })
                .collect();
            let mut leaders = 0;
            for candidate in candidates {
                leaders += usize::from(candidate.await.expect("it ends").is_some());
            }
            assert_eq!(leaders, 1);
            expire(&store).await;
        }
    });
}

/// The check before a call is sent uses the process's own clock, so it holds even if the database cannot be asked.
#[test]
fn a_lease_that_grows_old_lets_nothing_be_sent() {
    support::with_store(async |store| {
        let outbox = outbox(&store).await;
        let clock = ManualClock::new();
        let leadership = outbox.lead("test", LEASE, Arc::new(clock.clone())).await;
        let leadership = Arc::new(leadership.expect("the database works").expect("nobody leads"));
        let journal = leadership.journal();
        clock.advance(Duration::from_secs(23));
        journal.check_before_send().expect("the lease lasts");
        clock.advance(Duration::from_secs(2));
        assert!(journal.check_before_send().is_err(), "it ends soon");
        journal.append(&[begun()]).await.expect("the lease is extended");
        journal.check_before_send().expect("the lease lasts");
    });
}

/// Each take-over would let an unresolved person wait anew otherwise, and frequent ones without end.
#[test]
fn people_become_due_at_the_first_take_over_and_not_at_later_ones() {
    support::with_store(async |store| {
        let outbox = outbox(&store).await;
        let first = lead(&outbox).await.expect("nobody leads");
        let journal = first.journal();
        journal.append(&[begun()]).await.expect("it leads");
        journal
            .append(&[attempted(1, &["ada@example.com", "grace@example.com"])])
            .await
            .expect("it leads");
        let due =
            "select (extract(epoch from min(due)) * 1000000)::bigint from {schema}.person where stage = 'attempted'";
        let open = "select count(*) from {schema}.attempt where ended_at is null";
        assert_eq!(
            support::number(&store, &format!("select coalesce(({due}), 0)")).await,
            0,
            "the attempt is under way"
        );
        expire(&store).await;
        let second = lead(&outbox).await.expect("the lease has expired");
        let at_first = support::number(&store, due).await;
        assert_eq!(support::number(&store, open).await, 0);
        assert_eq!(
            support::number(&store, "select count(*) from {schema}.attempt where effect = 'unknown'").await,
            1
        );
        second
            .journal()
            .append(&[attempted(2, &["alan@example.com"])])
            .await
            .expect("it leads");
        expire(&store).await;
        lead(&outbox).await.expect("the lease has expired");
        assert_eq!(support::number(&store, due).await, at_first);
        let people = "select count(*) from {schema}.person where stage = 'attempted' and due is not null";
        assert_eq!(support::number(&store, people).await, 3);
        // The journal has the ends as records too.
        let mut ends = Vec::new();
        let mut keep_ends = |record| {
            if let Record::Ended { attempt, .. } = record {
                ends.push(attempt);
            }
        };
        outbox
            .journal()
            .load(&mut keep_ends)
            .await
            .expect("the journal is read");
        assert_eq!(ends, [1, 2]);
    });
}
