//! A fake with a clock, runs against it, and journals that survive a run.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::run::journal::{FileJournal, Journal, JournalError, MemoryJournal, Record};
use clerk_core::run::{InvitationRun, Lanes, Outcome, RunEvent, RunObserver, RunReport, Settlement};
use clerk_core::{Client, Clock, async_trait};
use clerk_testkit::fake::FakeClerkBuilder;
use clerk_testkit::{FakeClerk, ManualClock};
use tempfile::TempDir;

#[derive(Debug, Default)]
pub(super) struct Outcomes(pub(super) Mutex<Vec<Settlement>>);

impl RunObserver for Outcomes {
    fn event(&self, event: &RunEvent<'_>) {
        if let RunEvent::Settled(settlement) = event {
            self.0.lock().unwrap().push((*settlement).clone());
        }
    }
}

/// A fake Clerk and its clock.
pub(super) struct Scene {
    pub(super) clock: ManualClock,
    pub(super) fake: FakeClerk,
}

impl Scene {
    pub(super) fn new(set_up: impl FnOnce(FakeClerkBuilder) -> FakeClerkBuilder) -> Self {
        let clock = ManualClock::new();
        let fake = set_up(FakeClerk::builder().clock(clock.clone())).build();
        Self { clock, fake }
    }

    pub(super) fn client(&self) -> Client {
        self.client_with(self.clock.clone())
    }

    pub(super) fn client_with(&self, clock: impl Clock) -> Client {
        self.fake.client_builder().clock(clock).retry_seed(1).build().unwrap()
    }

    pub(super) fn run(
        &self,
        people: &[CreateInvitation],
        journal: Arc<dyn Journal>,
        lanes: Lanes,
    ) -> (RunReport, Vec<Settlement>) {
        let outcomes = Arc::new(Outcomes::default());
        let clerk = self.client();
        let run = clerk
            .invitations()
            .invite_all(people.to_vec())
            .journal(journal)
            .lanes(lanes)
            .observer(Arc::clone(&outcomes));
        let report = self.clock.drive(run.run()).expect("the run ends");
        let mut settled = outcomes.0.lock().unwrap().clone();
        settled.sort_by_key(|settlement| settlement.position);
        let positions: Vec<_> = settled.iter().map(|settlement| settlement.position).collect();
        assert_eq!(
            positions,
            (0..people.len()).collect::<Vec<_>>(),
            "each person has one outcome"
        );
        assert_eq!(report.total(), people.len());
        let created = settled.iter().filter(|s| s.outcome == Outcome::Created).count();
        assert_eq!(report.count(Outcome::Created), created);
        (report, settled)
    }
}

pub(super) fn people(count: usize) -> Vec<CreateInvitation> {
    (0..count)
        .map(|n| CreateInvitation::new(format!("person{n}@example.com")))
        .collect()
}

pub(super) fn in_memory() -> Arc<dyn Journal> {
    Arc::new(MemoryJournal::new())
}

pub(super) fn outcomes(settled: &[Settlement]) -> BTreeMap<Outcome, usize> {
    let mut counts = BTreeMap::new();
    settled
        .iter()
        .for_each(|settlement| *counts.entry(settlement.outcome).or_default() += 1);
    counts
}

/// Returns the number of people that this run or an earlier one has invited.
pub(super) fn invited(settled: &[Settlement]) -> usize {
    settled
        .iter()
        .filter(|settlement| is_invited(settlement.outcome))
        .count()
}

fn is_invited(outcome: Outcome) -> bool {
    [Outcome::Created, Outcome::CreatedEarlier].contains(&outcome)
}

pub(super) fn assert_one_mail_each(scene: &Scene, settled: &[Settlement]) {
    for settlement in settled {
        let mails = scene.fake.mails_to(settlement.email_address.as_str());
        let expected = u64::from(is_invited(settlement.outcome));
        assert_eq!(
            mails,
            expected,
            "{} {}",
            settlement.email_address.as_str(),
            settlement.outcome
        );
    }
}

/// Where a journal is stored that several runs use: in memory, or in a file that each run opens.
#[derive(Debug)]
pub(super) enum Storage {
    InMemory(Arc<MemoryJournal>),
    InFile(TempDir),
}

impl Storage {
    pub(super) fn open(&self) -> Arc<dyn Journal> {
        match self {
            Self::InMemory(journal) => Arc::clone(journal) as _,
            Self::InFile(folder) => Arc::new(BlockingJournal::open(&folder.path().join("people.journal"))),
        }
    }
}

/// A file journal that blocks until its thread is done, because the clock that drives a run does not wait for threads.
#[derive(Debug)]
pub(super) struct BlockingJournal(pub(super) FileJournal);

impl BlockingJournal {
    pub(super) fn open(path: &Path) -> Self {
        Self(FileJournal::open(path).unwrap())
    }
}

#[async_trait]
impl Journal for BlockingJournal {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        pollster::block_on(self.0.load(each))
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        pollster::block_on(self.0.append(records))
    }
}

/// Drives a run, and drops it if it takes longer than `limit`. Returns the report of a run that ended.
pub(super) fn drop_after(scene: &Scene, run: InvitationRun<'_>, limit: Duration) -> Option<RunReport> {
    let mut run = pin!(run.run());
    let mut limit = scene.clock.sleep(limit);
    let ended_or_dropped = scene.clock.drive(poll_fn(|context| match run.as_mut().poll(context) {
        Poll::Ready(report) => Poll::Ready(Some(report)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    }));
    ended_or_dropped.expect("the limit ends it")
}
