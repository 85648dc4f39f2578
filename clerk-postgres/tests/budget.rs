//! The budget that processes share.
#![expect(clippy::expect_used, clippy::panic, reason = "the helpers of a test fail the test")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clerk_core::RateLimitKey;
use clerk_core::middleware::{Acquired, Quota, SharedBudget, SharedPlace};
use clerk_postgres::InstanceBudget;

const KEY: RateLimitKey = RateLimitKey::new("bulk");
const LONG: Duration = Duration::from_secs(3_600);

async fn place(budget: &InstanceBudget, quota: Quota) -> Option<SharedPlace> {
    match budget
        .acquire(KEY, quota, Duration::from_secs(30))
        .await
        .expect("the budget works")
    {
        Acquired::Place(place) => Some(place),
        _ => None,
    }
}

async fn wait(budget: &InstanceBudget, quota: Quota) -> Duration {
    match budget
        .acquire(KEY, quota, Duration::from_secs(30))
        .await
        .expect("the budget works")
    {
        Acquired::Wait(wait) => wait,
        other => panic!("there is a place: {other:?}"),
    }
}

/// Clients that ask at the same time never get more places than there are, however often places are returned in between.
#[test]
fn many_clients_never_get_more_places_than_there_are() {
    support::with_store(async |store| {
        let quota = Quota::new(7, LONG);
        let (taken, most, grants) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let counts = Arc::new((taken, most, grants));
        let clients: Vec<_> = (0..16)
            .map(|_| {
                let (budget, counts) = (store.budget("ins_1"), Arc::clone(&counts));
                tokio::spawn(async move {
                    let (taken, most, grants) = &*counts;
                    let mut held = Vec::new();
                    for number in 0..250 {
                        if let Some(place) = place(&budget, quota).await {
                            most.fetch_max(taken.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                            grants.fetch_add(1, Ordering::SeqCst);
                            held.push(place);
                        }
                        // Some are held for a while, so that all are taken at times.
                        if number % 4 == 3 {
                            for place in held.drain(..) {
                                taken.fetch_sub(1, Ordering::SeqCst);
                                budget.release(place).await.expect("the place is returned");
                            }
                        }
                    }
                    for place in held {
                        taken.fetch_sub(1, Ordering::SeqCst);
                        budget.release(place).await.expect("the place is returned");
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.expect("a client ends");
        }
        let (taken, most, grants) = &*counts;
        assert_eq!(taken.load(Ordering::SeqCst), 0);
        assert_eq!(most.load(Ordering::SeqCst), 7, "all places are used, and no more");
        assert!(grants.load(Ordering::SeqCst) > 100);
    });
}

#[test]
fn a_place_counts_until_one_window_after_the_end_of_its_call() {
    support::with_store(async |store| {
        let budget = store.budget("ins_1");
        let quota = Quota::new(2, LONG);
        let (first, second) = (
            place(&budget, quota).await.expect("a place"),
            place(&budget, quota).await.expect("a place"),
        );
        // A call that has not ended counts for as long as it can take, and one window.
        assert!(wait(&budget, quota).await > LONG + Duration::from_secs(20));
        budget.end(first).await.expect("the end is noted");
        let after_end = wait(&budget, quota).await;
        assert!(
            after_end <= LONG && after_end > LONG - Duration::from_secs(20),
            "{after_end:?}"
        );
        // The end of a call that has ended changes nothing, and neither does a return.
        budget.release(first).await.expect("it is no place any more");
        assert!(place(&budget, quota).await.is_none());
        budget.release(second).await.expect("the place is returned");
        assert!(place(&budget, quota).await.is_some());
        // Other instances and other limits have places of their own.
        assert!(place(&store.budget("ins_2"), quota).await.is_some());
        let other = RateLimitKey::new("single");
        let acquired = budget.acquire(other, quota, LONG).await.expect("the budget works");
        assert!(matches!(acquired, Acquired::Place(_)));
    });
}

#[test]
fn the_place_of_a_process_that_died_is_free_again() {
    support::with_store(async |store| {
        let budget = store.budget("ins_1");
        let quota = Quota::new(1, LONG);
        let lost = place(&budget, quota).await.expect("a place");
        assert!(place(&budget, quota).await.is_none());
        support::execute(
            &store,
            "update {schema}.slot set free_at = clock_timestamp() - interval '1 second'",
        )
        .await;
        assert!(place(&budget, quota).await.is_some());
        // The process was only slow: what it says now is not about the place of the other call.
        budget.release(lost).await.expect("nothing is returned");
        budget.end(lost).await.expect("nothing has ended");
        assert!(wait(&budget, quota).await > LONG + Duration::from_secs(20));
    });
}

#[test]
fn a_429_closes_the_endpoint_for_all() {
    support::with_store(async |store| {
        let quota = Quota::new(5, Duration::from_secs(1));
        let (one, other) = (store.budget("ins_1"), store.budget("ins_1"));
        one.block(KEY, Duration::from_secs(100))
            .await
            .expect("the wait is noted");
        one.block(KEY, Duration::from_secs(10))
            .await
            .expect("the wait is noted");
        let closed = wait(&other, quota).await;
        assert!(
            closed > Duration::from_secs(80) && closed <= Duration::from_secs(100),
            "{closed:?}"
        );
        assert!(place(&store.budget("ins_2"), quota).await.is_some());
        support::execute(&store, "update {schema}.lane set closed_until = clock_timestamp()").await;
        assert!(place(&other, quota).await.is_some());
    });
}

#[test]
fn a_limit_that_grows_or_has_many_calls_gets_places_as_they_are_needed() {
    support::with_store(async |store| {
        let budget = store.budget("ins_1");
        for calls in [1, 3, 250] {
            let quota = Quota::new(calls, LONG);
            while place(&budget, quota).await.is_some() {}
            let taken = support::number(&store, "select count(*) from {schema}.slot where token is not null").await;
            assert_eq!(taken, i64::from(calls));
        }
        assert!(wait(&budget, Quota::new(0, LONG)).await > Duration::ZERO);
    });
}
