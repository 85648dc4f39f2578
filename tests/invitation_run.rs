//! A run of invitations against the fake, in virtual time: everyone in one outcome, and nobody with two mails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs::File;
use std::future::poll_fn;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use clerk_core::api::organization_invitations::NewOrganizationInvitation;
use clerk_core::middleware::{Quota, RateLimits};
use clerk_core::model::OrganizationId;
use clerk_core::run::journal::{FileJournal, Journal, JournalError, MemoryJournal, Record};
use clerk_core::run::{Evidence, InvitationRun, Lanes, Outcome, RunEvent, RunObserver, RunReport, Settlement, Stop};
use clerk_core::{Client, Clock, CreateInvitation, SystemClock, async_trait};
use clerk_testkit::fake::{FakeClerkBuilder, FakeOperation, Fault, FaultPlan, Moment};
use clerk_testkit::{FakeClerk, ManualClock};
use tempfile::TempDir;

#[derive(Debug, Default)]
struct Outcomes(Mutex<Vec<Settlement>>);

impl RunObserver for Outcomes {
    fn event(&self, event: &RunEvent<'_>) {
        if let RunEvent::Settled(settlement) = event {
            self.0.lock().unwrap().push((*settlement).clone());
        }
    }
}

/// A fake and what a run against it came to.
struct Scene {
    clock: ManualClock,
    fake: FakeClerk,
}

impl Scene {
    fn new(set_up: impl FnOnce(FakeClerkBuilder) -> FakeClerkBuilder) -> Self {
        let clock = ManualClock::new();
        let fake = set_up(FakeClerk::builder().clock(clock.clone())).build();
        Self { clock, fake }
    }

    fn client(&self) -> Client {
        self.client_with(self.clock.clone())
    }

    fn client_with(&self, clock: impl Clock) -> Client {
        self.fake.client_builder().clock(clock).retry_seed(1).build().unwrap()
    }

    fn run(
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
            "everyone has one outcome"
        );
        assert_eq!(report.total(), people.len());
        let created = settled.iter().filter(|s| s.outcome == Outcome::Created).count();
        assert_eq!(report.of(Outcome::Created), created);
        (report, settled)
    }
}

fn people(count: usize) -> Vec<CreateInvitation> {
    (0..count)
        .map(|n| CreateInvitation::new(format!("person{n}@example.com")))
        .collect()
}

fn in_memory() -> Arc<dyn Journal> {
    Arc::new(MemoryJournal::new())
}

fn outcomes(settled: &[Settlement]) -> BTreeMap<Outcome, usize> {
    let mut counts = BTreeMap::new();
    settled
        .iter()
        .for_each(|settlement| *counts.entry(settlement.outcome).or_default() += 1);
    counts
}

fn assert_one_mail_each(scene: &Scene, settled: &[Settlement]) {
    for settlement in settled {
        let mails = scene.fake.mails_to(settlement.email_address.as_str());
        let expected = u64::from(settlement.outcome == Outcome::Created);
        assert_eq!(
            mails,
            expected,
            "{} {}",
            settlement.email_address.as_str(),
            settlement.outcome
        );
    }
}

#[test]
fn ten_thousand_people_take_the_hours_that_the_limits_ask() {
    for (lanes, an_hour) in [(Lanes::Both, 350), (Lanes::Bulk, 250), (Lanes::Single, 100)] {
        let scene = Scene::new(|fake| fake);
        let (_, settled) = scene.run(&people(10_000), in_memory(), lanes);
        assert_eq!(outcomes(&settled), BTreeMap::from([(Outcome::Created, 10_000)]));
        assert_one_mail_each(&scene, &settled);
        let hours = scene.clock.elapsed().as_secs_f64() / 3600.0;
        let least = 10_000_usize.div_ceil(an_hour) as f64 - 1.0;
        assert!(hours >= least && hours < least * 1.005, "{lanes:?}: {hours} h");
    }
}

#[test]
fn each_person_is_settled_by_what_clerk_has() {
    let scene = Scene::new(|fake| {
        fake.pending_invitation("person1@example.com")
            .pending_invitation("person2@example.com")
            .blocked("person3@example.com")
            .malformed("person4@example.com")
            .existing_user("person5@example.com")
    });
    let mut people = people(12);
    people[2] = people[2].clone().ignore_existing(true);
    people.push(CreateInvitation::new(" PERSON0@example.com "));
    people.push(CreateInvitation::new("nobody"));
    people.push(CreateInvitation::new("somebody@example.com").expires_in_days(366));
    let (report, settled) = scene.run(&people, in_memory(), Lanes::Both);
    let told: Vec<_> = settled.iter().map(|s| (s.outcome, s.evidence)).collect();
    let created = (Outcome::Created, Evidence::Answer);
    let mut expected = vec![created; 12];
    expected[1] = (Outcome::AlreadyInvited, Evidence::Read);
    expected[3] = (Outcome::Refused, Evidence::Refusal);
    expected[4] = (Outcome::Refused, Evidence::Refusal);
    expected[5] = (Outcome::ExistingUser, Evidence::Read);
    expected.push((Outcome::Duplicate, Evidence::Input));
    expected.push((Outcome::Invalid, Evidence::Input));
    expected.push((Outcome::Invalid, Evidence::Input));
    assert_eq!(told, expected);
    assert!(report.stopped().is_none());
}

#[test]
fn whoever_an_answer_was_lost_for_is_found_and_not_invited_again() {
    let faults = [
        Fault::Lost(Moment::AfterEffect),
        Fault::Lost(Moment::BeforeEffect),
        Fault::Hang(Moment::AfterEffect),
        Fault::Truncated,
        Fault::Garbage,
        Fault::Late(Duration::from_secs(60)),
        Fault::Refused,
        Fault::TooManyRequests(Duration::from_secs(600)),
        Fault::ServerError(http::StatusCode::BAD_GATEWAY, Moment::AfterEffect),
        Fault::ServerError(http::StatusCode::SERVICE_UNAVAILABLE, Moment::BeforeEffect),
    ];
    for fault in faults {
        for operation in [FakeOperation::CreateBulkInvitations, FakeOperation::CreateInvitation] {
            let scene = Scene::new(|fake| {
                fake.read_lag(Duration::from_secs(20))
                    .faults(FaultPlan::new().on_calls(operation, 1..=2, fault))
            });
            let (_, settled) = scene.run(&people(50), in_memory(), Lanes::Both);
            assert_eq!(outcomes(&settled), BTreeMap::from([(Outcome::Created, 50)]), "{fault}");
            assert_one_mail_each(&scene, &settled);
        }
    }
}

#[test]
fn a_second_run_on_the_same_journal_sends_nothing_again() {
    let scene = Scene::new(|fake| fake.malformed("person3@example.com"));
    let journal = in_memory();
    let (_, first) = scene.run(&people(30), Arc::clone(&journal), Lanes::Both);
    let (_, second) = scene.run(&people(31), journal, Lanes::Both);
    let without_urls = |settled: &[Settlement]| -> Vec<_> {
        settled
            .iter()
            .map(|s| (s.outcome, s.evidence, s.invitation_id.clone(), s.code.clone()))
            .collect()
    };
    assert_eq!(without_urls(&first), without_urls(&second)[..30]);
    assert_eq!(second[30].outcome, Outcome::Created, "the new row joins");
    assert_one_mail_each(&scene, &second);
}

/// A journal that outlives its runs: in memory, or in a file that each run opens anew.
#[derive(Debug)]
enum Kept {
    InMemory(Arc<MemoryJournal>),
    InFile(TempDir),
}

impl Kept {
    fn open(&self) -> Arc<dyn Journal> {
        match self {
            Self::InMemory(journal) => Arc::clone(journal) as _,
            Self::InFile(folder) => Arc::new(AtOnce::open(&folder.path().join("people.journal"))),
        }
    }
}

/// Waits for the file's thread on the spot: the clock that drives a run does not wait for other threads.
#[derive(Debug)]
struct AtOnce(FileJournal);

impl AtOnce {
    fn open(path: &Path) -> Self {
        Self(FileJournal::open(path).unwrap())
    }
}

#[async_trait]
impl Journal for AtOnce {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        pollster::block_on(self.0.load(each))
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        pollster::block_on(self.0.append(records))
    }
}

/// Runs, and drops the run if it takes longer.
fn drop_after(scene: &Scene, run: InvitationRun<'_>, limit: Duration) -> Option<RunReport> {
    let mut run = pin!(run.run());
    let mut limit = scene.clock.sleep(limit);
    let ended_or_dropped = scene.clock.drive(poll_fn(|context| match run.as_mut().poll(context) {
        Poll::Ready(report) => Poll::Ready(Some(report)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    }));
    ended_or_dropped.expect("the limit ends it")
}

#[test]
fn a_run_that_is_dropped_anywhere_goes_on_from_its_journal() {
    // The run is dropped after so many seconds, within calls and within waits.
    let in_memory = (0..60).map(|seconds| (150, seconds, Kept::InMemory(Arc::default())));
    let in_file = (0..24).map(|seconds| (40, seconds, Kept::InFile(tempfile::tempdir().unwrap())));
    for (count, seconds, kept) in in_memory.chain(in_file) {
        let scene = Scene::new(|fake| fake.latency(Duration::from_millis(1700)));
        let clerk = scene.client();
        let run = clerk.invitations().invite_all(people(count)).journal(kept.open());
        let _ended = drop_after(&scene, run, Duration::from_secs(seconds));
        let (_, settled) = scene.run(&people(count), kept.open(), Lanes::Both);
        assert_eq!(
            outcomes(&settled),
            BTreeMap::from([(Outcome::Created, count)]),
            "cut after {seconds} s, {kept:?}"
        );
        assert_one_mail_each(&scene, &settled);
    }
}

#[test]
fn under_a_real_clock_a_run_awaits_the_journals_thread() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.journal");
    let scene = Scene::new(|fake| fake.limits(RateLimits::none()).clock(SystemClock::new()));
    for count in [100, 120] {
        let clerk = scene.client_with(SystemClock::new());
        let run = clerk.invitations().invite_all(people(count)).limits(RateLimits::none());
        let report = pollster::block_on(run.journal(FileJournal::open(&file).unwrap()).run());
        assert_eq!(report.of(Outcome::Created), count, "{report:?}");
    }
    assert!(scene.fake.mails().values().all(|mails| *mails == 1));
}

/// How an append fails.
#[derive(Debug, Clone, Copy)]
enum Failure {
    /// Nothing was written.
    Nothing,
    /// A part of the lines was written.
    Torn,
    /// All was written, and nobody knows.
    Whole,
}

/// A journal in a file whose disk fails at an append, and from then on.
#[derive(Debug)]
struct Failing {
    journal: AtOnce,
    file: PathBuf,
    appends_left: AtomicUsize,
    failure: Failure,
}

#[async_trait]
impl Journal for Failing {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        self.journal.load(each).await
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let left = self.appends_left.load(Ordering::Relaxed);
        self.appends_left.store(left.saturating_sub(1), Ordering::Relaxed);
        match (left, self.failure) {
            (0, _) | (1, Failure::Nothing) => {}
            (1, Failure::Torn) => {
                let whole = serde_json::to_vec(&records[0]).unwrap();
                let mut file = File::options().append(true).open(&self.file).unwrap();
                file.write_all(&whole[..whole.len() / 2]).unwrap();
            }
            (1, Failure::Whole) => self.journal.append(records).await?,
            _ => return self.journal.append(records).await,
        }
        Err(JournalError::new("the disk failed"))
    }
}

#[test]
fn a_run_whose_journal_fails_stops_and_the_next_one_invites_nobody_twice() {
    let mut people = people(25);
    people[7] = people[7].clone().ignore_existing(true);
    people[20] = people[20].clone().ignore_existing(true);
    for failure in [Failure::Nothing, Failure::Torn, Failure::Whole] {
        for appends in 1.. {
            let scene = Scene::new(|fake| {
                fake.malformed("person3@example.com").faults(FaultPlan::new().on_calls(
                    FakeOperation::CreateInvitation,
                    1..=1,
                    Fault::Truncated,
                ))
            });
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("people.journal");
            let failing = Failing {
                journal: AtOnce::open(&file),
                file: file.clone(),
                appends_left: AtomicUsize::new(appends),
                failure,
            };
            let (report, settled) = scene.run(&people, Arc::new(failing), Lanes::Both);
            let context = format!("{failure:?} at append {appends}");
            if report.stopped().is_none() {
                assert!(appends > 10, "{context}: no append failed");
                break;
            }
            assert!(matches!(report.stopped(), Some(Stop::Journal(_))), "{context}");
            assert_nothing_was_sent_unrecorded(&scene, &settled, &file, &context);
            let (report, settled) = scene.run(&people, Arc::new(AtOnce::open(&file)), Lanes::Both);
            assert!(report.stopped().is_none(), "{context}");
            assert_one_mail_each(&scene, &settled);
            for settlement in settled {
                let expected: &[_] = match settlement.position {
                    3 => &[Outcome::Refused],
                    7 | 20 => &[Outcome::Created, Outcome::Unknown],
                    _ => &[Outcome::Created],
                };
                assert!(expected.contains(&settlement.outcome), "{context}: {settlement:?}");
            }
        }
    }
}

#[test]
fn that_the_journal_failed_is_told_whatever_else_stops_the_run() {
    // Begun, two attempts, and their ends: the bulk call's comes first, and stops the run.
    for append_that_fails in [4, 5] {
        let lost = Fault::Lost(Moment::AfterEffect);
        let faults = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 1, lost);
        let scene = Scene::new(|fake| fake.latency(Duration::from_secs(1)).faults(faults));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.journal");
        let failing = Failing {
            journal: AtOnce::open(&file),
            file,
            appends_left: AtomicUsize::new(append_that_fails),
            failure: Failure::Nothing,
        };
        let clerk = scene.client();
        let run = clerk.invitations().invite_all(people(11)).max_failures(0);
        let report = scene.clock.drive(run.journal(failing).run()).expect("the run ends");
        assert!(matches!(report.stopped(), Some(Stop::Journal(_))), "{report:?}");
        assert_eq!(report.of(Outcome::Created), 1, "what is known is told: {report:?}");
    }
}

fn assert_nothing_was_sent_unrecorded(scene: &Scene, settled: &[Settlement], file: &Path, context: &str) {
    let journal = std::fs::read_to_string(file).unwrap();
    for settlement in settled {
        let address = settlement.email_address.as_str();
        let mails = scene.fake.mails_to(address);
        assert!(
            mails == 0 || journal.contains(&format!("{address:?}")),
            "{context}: {address}"
        );
        assert!(
            mails == 1 || settlement.outcome != Outcome::Created,
            "{context}: {address}"
        );
    }
}

#[test]
fn a_run_that_is_stopped_anywhere_ends_once_its_calls_have_and_the_next_one_goes_on() {
    let latency = Duration::from_millis(1700);
    // Within calls, within the wait to find out what the lost ones did, and within the wait for the next hour.
    let times = (0..40).map(|halves| Duration::from_millis(500) * halves);
    for at in times.chain([90, 130, 2000].map(Duration::from_secs)) {
        let scene = Scene::new(|fake| {
            fake.latency(latency).faults(FaultPlan::new().on_calls(
                FakeOperation::CreateInvitation,
                1..=2,
                Fault::Lost(Moment::AfterEffect),
            ))
        });
        let (people, journal) = (people(400), in_memory());
        let clerk = scene.client();
        let run = clerk
            .invitations()
            .invite_all(people.clone())
            .journal(Arc::clone(&journal));
        let stop = run.stop_handle();
        let mut stop_at = Some(scene.clock.sleep(at));
        let mut run = pin!(run.run());
        let report = scene.clock.drive(poll_fn(|context| {
            if stop_at.as_mut().is_some_and(|at| at.as_mut().poll(context).is_ready()) {
                stop_at = None;
                stop.stop();
            }
            run.as_mut().poll(context)
        }));
        let report = report.expect("it ends");
        assert!(matches!(report.stopped(), Some(Stop::Requested)), "{at:?}: {report:?}");
        assert_eq!(report.total(), 400, "{at:?}");
        assert!(scene.clock.elapsed() <= at + latency, "{at:?}: {report:?}");
        let (_, settled) = scene.run(&people, journal, Lanes::Both);
        assert_eq!(outcomes(&settled), BTreeMap::from([(Outcome::Created, 400)]), "{at:?}");
        assert_one_mail_each(&scene, &settled);
    }
}

#[test]
fn runs_that_die_again_and_again_stay_within_the_limits_together() {
    for every in [3, 7, 40, 700] {
        let scene = Scene::new(|fake| fake.latency(Duration::from_millis(600)));
        let journal = in_memory();
        let mut runs = 0;
        let report = loop {
            runs += 1;
            let clerk = scene.client();
            let run = clerk
                .invitations()
                .invite_all(people(700))
                .journal(Arc::clone(&journal));
            // Once the hour's budget is spent, it is let wait.
            let limit = if runs % 10 == 0 { 3700 } else { every };
            if let Some(report) = drop_after(&scene, run, Duration::from_secs(limit)) {
                break report;
            }
        };
        assert_eq!(report.of(Outcome::Created), 700, "{every} s, {runs} runs: {report:?}");
        let refused: Vec<_> = scene
            .fake
            .log()
            .into_iter()
            .filter(|call| call.status == Some(429))
            .collect();
        assert_eq!(refused, [], "every {every} s, {runs} runs");
    }
}

#[test]
fn no_stretch_of_time_has_more_calls_than_the_limit_of_all_allows_reads_made_again_and_later_runs_included() {
    let limits = RateLimits::none().with_all(Quota::new(4, Duration::from_secs(10)));
    let faults = FaultPlan::new()
        .on_calls(FakeOperation::ListInvitations, 1..=3, Fault::Refused)
        .on_calls(FakeOperation::ListInvitations, 4..=5, Fault::Garbage)
        .on_calls(
            FakeOperation::GetInstance,
            2..=4,
            Fault::ServerError(http::StatusCode::BAD_GATEWAY, Moment::BeforeEffect),
        );
    let scene = Scene::new(|fake| fake.limits(limits.clone()).faults(faults));
    let journal = in_memory();
    for runs in 1..=3 {
        let clerk = scene.client();
        let run = clerk.invitations().invite_all(people(50 * runs)).limits(limits.clone());
        let report = scene.clock.drive(run.journal(Arc::clone(&journal)).run());
        let report = report.expect("the run ends");
        assert_eq!(report.of(Outcome::Created), 50 * runs, "{report:?}");
    }
    let calls: Vec<_> = scene.fake.log();
    let arrived: Vec<_> = calls.iter().filter(|call| call.arrived()).map(|call| call.at).collect();
    assert!(arrived.len() > 20, "{}", arrived.len());
    for five in arrived.windows(5) {
        assert!(five[4] - five[0] >= Duration::from_secs(10), "{five:?}");
    }
}

#[test]
fn a_read_that_is_to_be_made_later_waits_as_long_as_the_run_may() {
    for (max_wait, stops) in [(3600, false), (599, true)] {
        let wait = Fault::TooManyRequests(Duration::from_secs(600));
        for operation in [
            FakeOperation::GetInstance,
            FakeOperation::ListInvitations,
            FakeOperation::GetUserList,
        ] {
            let scene = Scene::new(|fake| fake.faults(FaultPlan::new().on_call(operation, 1, wait)));
            let clerk = scene.client();
            let run = clerk.invitations().invite_all(people(5));
            let report = scene.clock.drive(run.max_wait(Duration::from_secs(max_wait)).run());
            let report = report.expect("the run ends");
            let waits_too_long = matches!(report.stopped(), Some(Stop::RateLimited { wait }) if wait.as_secs() == 600);
            assert_eq!(waits_too_long, stops, "{operation}: {report:?}");
            let expected = if stops { Outcome::Pending } else { Outcome::Created };
            assert_eq!(report.of(expected), 5, "{operation}: {report:?}");
        }
    }
}

#[test]
fn a_run_that_never_reaches_clerk_says_that_earlier_ones_may_have_invited_the_pending() {
    let down = FaultPlan::new().on_calls(FakeOperation::GetInstance, 2..=99, Fault::Refused);
    let scene = Scene::new(|fake| fake.faults(down));
    let journal = in_memory();
    scene.run(&people(3), Arc::clone(&journal), Lanes::Both);
    let (report, settled) = scene.run(&people(3), journal, Lanes::Both);
    assert!(matches!(report.stopped(), Some(Stop::Error(_))), "{report:?}");
    assert_eq!(outcomes(&settled), BTreeMap::from([(Outcome::Pending, 3)]));
    assert!(settled.iter().all(|settlement| settlement.reason.is_some()));
}

#[test]
fn a_row_that_has_changed_since_an_unsettled_attempt_stops_the_run() {
    let row = || CreateInvitation::new("person1@example.com");
    let cases: [(&str, CreateInvitation, bool); 4] = [
        ("the same row", row(), false),
        (
            "other case and padding in the address",
            CreateInvitation::new(" Person1@example.com"),
            true,
        ),
        ("another row", row().expires_in_days(7), true),
        ("a row that cannot be sent", row().expires_in_days(366), true),
    ];
    for (what, changed, stops) in cases {
        let scene = Scene::new(|fake| {
            fake.faults(FaultPlan::new().on_calls(
                FakeOperation::CreateBulkInvitations,
                1..=1,
                Fault::Lost(Moment::AfterEffect),
            ))
        });
        let (mut people, journal) = (people(3), in_memory());
        let clerk = scene.client();
        let run = clerk.invitations().invite_all(people.clone()).lanes(Lanes::Bulk);
        let dropped = drop_after(&scene, run.journal(Arc::clone(&journal)), Duration::from_secs(60));
        assert!(dropped.is_none(), "it is dropped while it waits to find out");
        people[1] = changed;
        let (report, settled) = scene.run(&people, Arc::clone(&journal), Lanes::Bulk);
        let stopped = matches!(report.stopped(), Some(Stop::ChangedRow { position: 1 }));
        assert_eq!(stopped, stops, "{what}: {report:?}");
        let expected = if stops { Outcome::Pending } else { Outcome::Created };
        assert_eq!(outcomes(&settled), BTreeMap::from([(expected, 3)]), "{what}");
        people[1] = row();
        let (_, settled) = scene.run(&people, journal, Lanes::Bulk);
        assert_eq!(
            outcomes(&settled),
            BTreeMap::from([(Outcome::Created, 3)]),
            "{what}, then restored"
        );
        assert_one_mail_each(&scene, &settled);
    }
}

#[test]
fn a_plan_tells_who_would_be_skipped_and_how_long_it_takes_and_sends_nothing() {
    let scene = Scene::new(|fake| {
        fake.pending_invitation("person1@example.com")
            .existing_user("person2@example.com")
    });
    let mut input = people(1000);
    input.push(CreateInvitation::new("nobody"));
    input.push(CreateInvitation::new("person0@example.com"));
    let clerk = scene.client();
    let plan = scene
        .clock
        .drive(clerk.invitations().invite_all(input).plan())
        .expect("it ends");
    assert!(plan.stopped().is_none());
    assert_eq!(plan.to_invite(), 998);
    let skipped = [
        Outcome::AlreadyInvited,
        Outcome::ExistingUser,
        Outcome::Invalid,
        Outcome::Duplicate,
    ];
    assert_eq!(skipped.map(|outcome| plan.skipped(outcome)), [1; 4]);
    let estimate = plan.estimate();
    assert_eq!((estimate.bulk_calls, estimate.single_calls), (75, 248));
    assert_eq!(estimate.duration, Duration::from_secs(2 * 3600));
    assert_eq!(scene.fake.calls(FakeOperation::CreateBulkInvitations), 0);
    assert_eq!(scene.fake.calls(FakeOperation::CreateInvitation), 0);
}

#[test]
fn what_a_run_created_can_be_revoked_from_its_journal() {
    let scene = Scene::new(|fake| fake.pending_invitation("person1@example.com"));
    let journal = in_memory();
    let (_, settled) = scene.run(&people(40), Arc::clone(&journal), Lanes::Both);
    scene.fake.sign_up("person2@example.com");
    let clerk = scene.client();
    // The journal comes to nobody's hands half-way: the second time there is nothing left to do.
    for (revoked, accepted) in [(38, 1), (0, 0)] {
        let undo = clerk.invitations().revoke_all(Arc::clone(&journal));
        let report = scene.clock.drive(undo.run()).expect("it ends");
        assert!(report.stopped.is_none(), "{:?}", report.stopped);
        assert_eq!((report.revoked, report.accepted), (revoked, accepted));
        assert_eq!((report.missing, report.pending, report.in_doubt), (0, 0, 0));
    }
    let pending = clerk_core::api::invitations::ListInvitations::new()
        .status(clerk_core::model::InvitationStatus::Pending)
        .limit(500);
    let left = scene
        .clock
        .drive(clerk.invitations().list(&pending))
        .expect("it ends")
        .expect("a list");
    let left: Vec<_> = left
        .data
        .iter()
        .map(|invitation| invitation.email_address.as_str())
        .collect();
    assert_eq!(left, ["person1@example.com"], "what was there before stays");
    assert_eq!(settled.len(), 40);
}

#[test]
fn whoever_was_perhaps_invited_is_not_invited_again_after_their_invitation_has_expired() {
    for preflight in [true, false] {
        let scene = Scene::new(|fake| {
            fake.faults(FaultPlan::new().on_calls(
                FakeOperation::CreateInvitation,
                1..=1,
                Fault::Lost(Moment::AfterEffect),
            ))
        });
        let (people, journal) = (people(1), in_memory());
        let run = |after| {
            let clerk = scene.client();
            let run = clerk.invitations().invite_all(people.clone()).preflight(preflight);
            let run = run.lanes(Lanes::Single).journal(Arc::clone(&journal));
            drop_after(&scene, run, after)
        };
        assert!(
            run(Duration::from_secs(60)).is_none(),
            "it is dropped while it waits to find out"
        );
        scene.clock.advance(Duration::from_secs(31 * 24 * 3600));
        let report = run(Duration::from_secs(3600)).expect("it ends");
        let expected = if preflight { Outcome::Created } else { Outcome::Unknown };
        assert_eq!(scene.fake.mails_to("person0@example.com"), 1);
        assert_eq!(report.of(expected), 1, "{report:?}");
    }
}

#[test]
fn without_limits_only_a_429_is_waited_for() {
    let scene = Scene::new(|fake| fake.limits(RateLimits::none()));
    let clerk = scene.client();
    let run = clerk.invitations().invite_all(people(1000)).limits(RateLimits::none());
    let report = scene.clock.drive(run.run()).expect("the run ends");
    assert_eq!(report.of(Outcome::Created), 1000);
    assert_eq!(report.elapsed(), Duration::ZERO);
}

#[test]
fn people_are_invited_to_an_organization_in_the_same_way() {
    let scene = Scene::new(|fake| {
        fake.organization("org_1")
            .member("org_1", "person1@example.com")
            .pending_organization_invitation("org_1", "person2@example.com")
            .existing_user("person3@example.com")
            .malformed("person4@example.com")
            .faults(FaultPlan::new().on_call(
                FakeOperation::CreateOrganizationInvitationBulk,
                1,
                Fault::Lost(Moment::AfterEffect),
            ))
    });
    let organization = OrganizationId::from("org_1");
    let invitation = |n| NewOrganizationInvitation::new(format!("person{n}@example.com"), "org:member");
    let journal = in_memory();
    let (clerk, outcomes) = (scene.client(), Arc::new(Outcomes::default()));
    let run = clerk
        .organization_invitations()
        .invite_all(&organization, (0..1000).map(invitation))
        .journal(Arc::clone(&journal))
        .observer(Arc::clone(&outcomes));
    let report = scene.clock.drive(run.run()).expect("the run ends");
    assert!(report.stopped().is_none(), "{:?}", report.stopped());
    let settled = outcomes.0.lock().unwrap();
    let outcome = |n| {
        let of = settled.iter().find(|settlement| settlement.position == n);
        of.map(|settlement| settlement.outcome)
    };
    assert_eq!(outcome(1), Some(Outcome::ExistingUser), "a member");
    assert_eq!(outcome(2), Some(Outcome::AlreadyInvited));
    assert_eq!(
        outcome(3),
        Some(Outcome::Created),
        "a user can be invited to an organization"
    );
    assert_eq!(outcome(4), Some(Outcome::Refused));
    assert_eq!(report.of(Outcome::Created), 997);
    assert_one_mail_each(&scene, &settled);
    let hours = scene.clock.elapsed().as_secs_f64() / 3600.0;
    assert!(
        (1.0..1.01).contains(&hours),
        "50 calls of ten and 250 of one an hour: {hours} h"
    );

    let undo = clerk.organization_invitations().revoke_all(&organization, journal);
    let undone = scene.clock.drive(undo.run()).expect("it ends");
    assert_eq!((undone.revoked, undone.pending), (997, 0), "{:?}", undone.stopped);
}
