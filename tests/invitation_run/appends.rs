//! How often a run appends to its journal. Each append of a file journal waits for the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clerk_core::async_trait;
use clerk_core::middleware::RateLimits;
use clerk_core::run::journal::{Journal, JournalError, MemoryJournal, Record};
use clerk_core::run::{Lanes, Outcome, RunEvent, RunObserver};

use super::scene::{Scene, people};

/// A journal that counts appends.
#[derive(Debug, Default)]
struct Counting {
    journal: MemoryJournal,
    appends: AtomicUsize,
}

#[async_trait]
impl Journal for Counting {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        self.journal.load(each).await
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        self.appends.fetch_add(1, Ordering::Relaxed);
        self.journal.append(records).await
    }
}

/// Counts the attempts and the waits of a run.
#[derive(Debug, Default)]
struct Work {
    attempts: AtomicUsize,
    waits: AtomicUsize,
}

impl RunObserver for Work {
    fn event(&self, event: &RunEvent<'_>) {
        match event {
            RunEvent::AttemptBegan { .. } => self.attempts.fetch_add(1, Ordering::Relaxed),
            RunEvent::Waiting { .. } => self.waits.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
    }
}

#[test]
fn an_attempt_takes_one_append() {
    let second = Duration::from_secs(1);
    let documented = RateLimits::documented(clerk_core::Environment::Production);
    for (limits, lanes, latency) in [
        (RateLimits::none(), Lanes::Bulk, second),
        (RateLimits::none(), Lanes::Single, second),
        (RateLimits::none(), Lanes::Both, second),
        (documented.clone(), Lanes::Bulk, second),
        (documented.clone(), Lanes::Both, second),
        (documented, Lanes::Both, Duration::ZERO),
    ] {
        let context = format!("{limits:?} {lanes:?} {latency:?}");
        let scene = Scene::new(|fake| fake.latency(latency));
        let (journal, work) = (Arc::new(Counting::default()), Arc::new(Work::default()));
        let clerk = scene.client();
        let run = clerk.invitations().invite_all(people(400)).limits(limits).lanes(lanes);
        let run = run
            .preflight(false)
            .journal(Arc::clone(&journal))
            .observer(Arc::clone(&work));
        let report = scene.clock.drive(run.run()).expect("the run ends");
        assert_eq!(report.count(Outcome::Created), 400, "{context}");
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        let (appends, attempts, waits) = (count(&journal.appends), count(&work.attempts), count(&work.waits));
        // The others are the first record, and one when a lane has nothing to send: in each pause and at the end.
        let lanes = if lanes == Lanes::Both { 2 } else { 1 };
        let most = 1 + attempts + lanes * (waits + 1);
        assert!(
            (attempts + 1..=most).contains(&appends),
            "{context}: {appends} appends for {attempts} attempts and {waits} waits"
        );
    }
}

/// A journal that checks, at each append, the order of the records and what has been announced.
#[derive(Debug, Default)]
struct Ordered {
    announced: Arc<AtomicUsize>,
    journal: MemoryJournal,
}

#[async_trait]
impl Journal for Ordered {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        self.journal.load(each).await
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let mut recorded = 0;
        let count = &mut |record: Record| recorded += usize::from(matches!(record, Record::Settled { .. }));
        self.journal.load(count).await?;
        // Everything that earlier appends recorded is announced by now, and nothing else.
        assert_eq!(self.announced.load(Ordering::Relaxed), recorded);
        let kinds: Vec<_> = records.iter().map(kind).collect();
        assert!(kinds.is_sorted(), "{kinds:?}");
        self.journal.append(records).await
    }
}

/// The order of the records of an append.
const fn kind(record: &Record) -> u8 {
    match record {
        Record::Begun { .. } => 0,
        Record::Ended { .. } => 1,
        Record::Settled { .. } => 2,
        _ => 3,
    }
}

#[test]
fn outcomes_are_announced_between_their_append_and_the_next_call() {
    let announced = Arc::new(AtomicUsize::new(0));
    let journal = Ordered {
        announced: Arc::clone(&announced),
        ..Ordered::default()
    };
    let scene = Scene::new(|fake| fake.latency(Duration::from_secs(1)));
    let clerk = scene.client();
    let run = clerk.invitations().invite_all(people(400)).journal(journal);
    let run = run.on_event(move |event| {
        if let RunEvent::Settled(_) = event {
            announced.fetch_add(1, Ordering::Relaxed);
        }
    });
    let report = scene.clock.drive(run.run()).expect("the run ends");
    assert_eq!(report.count(Outcome::Created), 400, "{report:?}");
}

#[test]
fn without_a_limit_on_the_bulk_endpoint_only_people_who_must_be_alone_are_sent_alone() {
    let scene = Scene::new(|fake| {
        let fake = fake.limits(RateLimits::none()).latency(Duration::from_secs(1));
        fake.malformed("person3@example.com")
    });
    let clerk = scene.client();
    let run = clerk.invitations().invite_all(people(400)).limits(RateLimits::none());
    let report = scene.clock.drive(run.preflight(false).run()).expect("the run ends");
    assert_eq!(report.count(Outcome::Created), 399, "{report:?}");
    let calls = |operation| scene.fake.calls(operation);
    use clerk_testkit::fake::FakeOperation::{CreateBulkInvitations, CreateInvitation};
    assert_eq!((calls(CreateBulkInvitations), calls(CreateInvitation)), (40, 10));
}
