//! How fast the store is with many people, and whether each plan uses an index. `.ci/postgres-scale` runs it.

mod fill;
mod journal;
mod plans;

use std::sync::Arc;
use std::time::Duration;

use clerk_core::model::NormalizedEmailAddress;
use clerk_core::run::Outcome;
use clerk_core::{Clock, SystemClock};

use tokio::sync::Barrier;

use crate::archive::Archived;
use crate::outbox::Outbox;
use crate::status::{Filter, Stage};
use crate::submission::BatchId;
use crate::test_outbox::{take, with_outbox};

/// From how many people on the times have to be kept. On fewer, only the plans are checked.
const TIMED_FROM: u64 = 1_000_000;

/// How often what is timed is repeated.
const REPEATS: usize = 21;

#[test]
#[ignore = "run by .ci/postgres-scale"]
fn many_finished_people_make_nothing_slow() {
    let people = std::env::var("CLERK_SCALE_PEOPLE")
        .ok()
        .and_then(|people| people.parse().ok());
    let people: u64 = people.unwrap_or(200_000);
    with_outbox(async |outbox| {
        let clock = SystemClock::new();
        let began = clock.now();
        fill::fill(&outbox, people).await;
        println!("filled with {people} people in {:?}", clock.now() - began);
        let before = plans::scans(&outbox).await;

        let mut report = Report {
            is_timed: people >= TIMED_FROM,
            failures: Vec::new(),
        };
        report.at_least(
            "submissions a second, in 8 transactions of 10,000",
            50_000.0,
            submissions(&outbox, &clock).await,
        );
        while take(&outbox, 1_000).await > 0 {}
        let lead = outbox
            .lead("scale", Duration::from_secs(3_600), Arc::new(SystemClock::new()))
            .await;
        let leadership = Arc::new(lead.expect("a lease").expect("nobody else leads"));
        for (name, times) in journal::recording(&leadership, &clock).await {
            report.at_most(name, Duration::from_millis(5), times);
        }
        report.at_most(
            "looking 500 people up",
            Duration::from_millis(30),
            journal::look_up(&leadership, &clock).await,
        );
        journal::read_waiting(&leadership).await;
        read_everything(&outbox).await;
        archive(&outbox).await;

        let scanned = plans::scanned(&before, &plans::scans(&outbox).await);
        plans::check(&outbox, &mut report.failures).await;
        // For a table of a few megabytes, reading all of it can be the best plan.
        if report.is_timed {
            report.failures.extend(scanned);
        }
        // Counting everyone is the only statement that may read everyone.
        let counts = outbox.counts().await.expect("counts");
        assert!(counts.total_settled() >= people, "{counts}");
        assert!(report.failures.is_empty(), "{}", report.failures.join("\n"));
    });
}

/// The measurements that were worse than they should be.
struct Report {
    is_timed: bool,
    failures: Vec<String>,
}

impl Report {
    fn at_least(&mut self, name: &str, least: f64, measured: f64) {
        println!("{name}: {measured:.0}, at least {least:.0}");
        if self.is_timed && measured < least {
            self.failures
                .push(format!("{name}: {measured:.0} instead of {least:.0}"));
        }
    }

    /// The fastest time is compared, because the machine's other work slows the others down. No repeat finds what an earlier
    /// one has read.
    fn at_most(&mut self, name: &str, most: Duration, mut times: Vec<Duration>) {
        times.sort_unstable();
        let (fastest, median) = (times[0], times[times.len() / 2]);
        println!("{name}: {fastest:.1?}, median {median:.1?}, at most {most:?}");
        if self.is_timed && fastest > most {
            self.failures.push(format!("{name}: {fastest:?} instead of {most:?}"));
        }
    }
}

/// Submits people from eight connections. Returns how many a second. Checking and encoding them comes before, because tests
/// are not optimized.
async fn submissions(outbox: &Outbox, clock: &SystemClock) -> f64 {
    const BATCHES: usize = 8;
    const BATCH: usize = 10_000;
    let prepared = Arc::new(Barrier::new(BATCHES + 1));
    let submit = |batch| {
        let (outbox, prepared) = (outbox.clone(), Arc::clone(&prepared));
        tokio::spawn(async move {
            let people = (0..BATCH).map(|n| format!("fast-{batch}-{n}@example.com"));
            let mut transaction = outbox.store().begin().await.expect("a transaction");
            let submission = outbox.submit(&mut transaction, people);
            prepared.wait().await;
            submission.await.expect("a submission");
            transaction.commit().await.expect("a commit");
        })
    };
    let tasks: Vec<_> = (0..BATCHES).map(submit).collect();
    prepared.wait().await;
    let began = clock.now();
    for task in tasks {
        task.await.expect("a submission");
    }
    (BATCHES * BATCH) as f64 / (clock.now() - began).as_secs_f64()
}

/// Uses each of the other statements.
async fn read_everything(outbox: &Outbox) {
    let filled = NormalizedEmailAddress::new(fill::address(1));
    assert!(outbox.status_of(&filled).await.expect("a status").is_some());
    assert!(
        outbox
            .status_of(&NormalizedEmailAddress::new("nobody@example.com"))
            .await
            .expect("a status")
            .is_none()
    );
    for repetition in [false, true] {
        let mut transaction = outbox.store().begin().await.expect("a transaction");
        let people = (0..10_001).map(|n| format!("{n}@example.org"));
        let submitted = outbox.submit(&mut transaction, people).idempotency_key("scale").await;
        assert_eq!(submitted.expect("a submission").is_repeated, repetition);
        transaction.commit().await.expect("a commit");
    }
    let filters = [
        Filter::All,
        Filter::Stage(Stage::Waiting),
        Filter::Stage(Stage::Attempted),
        Filter::Stage(Stage::Settled),
        Filter::Outcome(Outcome::Created),
        Filter::Batch(BatchId::new(1)),
    ];
    for filter in filters {
        let mut statuses = outbox.statuses(filter);
        // More than a page of those who are not taken in.
        for _ in 0..1_500 {
            statuses.next().await.expect("a status");
        }
    }
    assert!(outbox.batch_status(BatchId::new(1)).await.expect("a batch").is_some());
}

/// Archives those who were settled longest ago.
async fn archive(outbox: &Outbox) {
    let archived = outbox.archive(fill::OLD).await.expect("an archive");
    assert_eq!(
        (archived.people, archived.submissions),
        (fill::OLD_PEOPLE, fill::OLD_PEOPLE)
    );
    assert!(archived.records > 0, "{archived}");
    assert_eq!(
        outbox.archive(fill::OLD).await.expect("an archive"),
        Archived::default()
    );
}
