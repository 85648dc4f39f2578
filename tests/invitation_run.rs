//! A run of invitations against the fake, in virtual time: everyone in one outcome, and nobody with two mails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_core::run::journal::{Journal, MemoryJournal};
use clerk_core::run::{Evidence, Lanes, Outcome, RunEvent, RunObserver, RunReport, Settlement};
use clerk_core::{Client, CreateInvitation};
use clerk_testkit::fake::{FakeClerkBuilder, FakeOperation, Fault, FaultPlan, Moment};
use clerk_testkit::{FakeClerk, ManualClock};

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
        self.fake.client_builder().retry_seed(1).build().unwrap()
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

#[test]
fn a_run_that_is_dropped_anywhere_goes_on_from_its_journal() {
    // The run is dropped after so many seconds, within calls and within waits.
    for seconds in 0..60 {
        let scene = Scene::new(|fake| fake.latency(Duration::from_millis(1700)));
        let journal: Arc<MemoryJournal> = Arc::default();
        let clerk = scene.client();
        let run = clerk
            .invitations()
            .invite_all(people(150))
            .journal(Arc::clone(&journal) as Arc<dyn Journal>);
        let mut cut = std::pin::pin!(run.run());
        let clock = scene.clock.clone();
        let limit = clerk_core::Clock::sleep(&clock, Duration::from_secs(seconds));
        let mut limit = limit;
        let dropped = scene.clock.drive(std::future::poll_fn(|context| {
            if cut.as_mut().poll(context).is_ready() {
                return std::task::Poll::Ready(());
            }
            limit.as_mut().poll(context)
        }));
        dropped.expect("it is cut");
        let (_, settled) = scene.run(&people(150), journal, Lanes::Both);
        assert_eq!(
            outcomes(&settled),
            BTreeMap::from([(Outcome::Created, 150)]),
            "cut after {seconds} s"
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
fn without_limits_only_a_429_is_waited_for() {
    let scene = Scene::new(|fake| fake.limits(RateLimits::none()));
    let clerk = scene.client();
    let run = clerk.invitations().invite_all(people(1000)).limits(RateLimits::none());
    let report = scene.clock.drive(run.run()).expect("the run ends");
    assert_eq!(report.of(Outcome::Created), 1000);
    assert_eq!(report.elapsed(), Duration::ZERO);
}
