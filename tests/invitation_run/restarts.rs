//! Runs that are dropped or stopped, and those that go on from their journal.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::middleware::RateLimits;
use clerk_core::run::journal::FileJournal;
use clerk_core::run::{Lanes, Outcome, Stop};
use clerk_core::{Clock, SystemClock};
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};

use super::scene::{Scene, Storage, assert_one_mail_each, drop_after, in_memory, invited, outcomes, people};

#[test]
fn continues_from_its_journal_after_being_dropped_at_any_time() {
    // The run is dropped after this many seconds, during calls and during waits.
    let in_memory = (0..60).map(|seconds| (150, seconds, Storage::InMemory(Arc::default())));
    let in_file = (0..24).map(|seconds| (40, seconds, Storage::InFile(tempfile::tempdir().unwrap())));
    for (count, seconds, storage) in in_memory.chain(in_file) {
        let scene = Scene::new(|fake| fake.latency(Duration::from_millis(1700)));
        let clerk = scene.client();
        let run = clerk.invitations().invite_all(people(count)).journal(storage.open());
        let _ended = drop_after(&scene, run, Duration::from_secs(seconds));
        let (_, settled) = scene.run(&people(count), storage.open(), Lanes::Both);
        assert_eq!(invited(&settled), count, "dropped after {seconds} s, {storage:?}");
        assert_one_mail_each(&scene, &settled);
    }
}

#[test]
fn awaits_the_thread_of_the_journal_with_a_real_clock() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.journal");
    let scene = Scene::new(|fake| fake.limits(RateLimits::none()).clock(SystemClock::new()));
    for (count, created) in [(100, 100), (120, 20)] {
        let clerk = scene.client_with(SystemClock::new());
        let run = clerk.invitations().invite_all(people(count)).limits(RateLimits::none());
        let report = pollster::block_on(run.journal(FileJournal::open(&file).unwrap()).run());
        assert_eq!(report.count(Outcome::Created), created, "{report:?}");
    }
    assert!(scene.fake.mails().values().all(|mails| *mails == 1));
}

#[test]
fn stops_after_the_calls_under_way_and_continues_in_the_next_run() {
    let latency = Duration::from_millis(1700);
    // During calls, during the wait to resolve the lost ones, and during the wait for the next hour.
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
        let report = report.expect("the run ends");
        assert!(matches!(report.stopped(), Some(Stop::Requested)), "{at:?}: {report:?}");
        assert_eq!(report.total(), 400, "{at:?}");
        assert!(scene.clock.elapsed() <= at + latency, "{at:?}: {report:?}");
        let (_, settled) = scene.run(&people, journal, Lanes::Both);
        assert_eq!(invited(&settled), 400, "{at:?}");
        assert_one_mail_each(&scene, &settled);
    }
}

#[test]
fn a_run_that_does_not_reach_clerk_gives_a_reason_for_pending_people() {
    let down = FaultPlan::new().on_calls(FakeOperation::GetInstance, 2..=99, Fault::Refused);
    let scene = Scene::new(|fake| fake.faults(down));
    let journal = in_memory();
    scene.run(&people(3), Arc::clone(&journal), Lanes::Both);
    let clerk = scene.fake.client_builder().clock(scene.clock.clone());
    let clerk = clerk.base_url("https://proxy.example.com").build().unwrap();
    let run = clerk.invitations().invite_all(people(3)).journal(journal);
    let (report, settled) = scene.clock.drive(run.run_collecting()).unwrap();
    assert!(matches!(report.stopped(), Some(Stop::Error(_))), "{report:?}");
    assert_eq!(outcomes(&settled), BTreeMap::from([(Outcome::Pending, 3)]));
    assert!(settled.iter().all(|settlement| settlement.reason.is_some()));
}

#[test]
fn a_row_that_changed_after_an_unresolved_attempt_stays_pending_and_holds_nobody_else_back() {
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
        assert!(
            dropped.is_none(),
            "the run is dropped while it waits to resolve the attempt"
        );
        people[1] = changed;
        let (report, settled) = scene.run(&people, Arc::clone(&journal), Lanes::Bulk);
        let stopped = matches!(report.stopped(), Some(Stop::ChangedRow { position: 1 }));
        assert_eq!(stopped, stops, "{what}: {report:?}");
        let earlier = Outcome::CreatedEarlier;
        let expected = match stops {
            true => BTreeMap::from([(earlier, 2), (Outcome::Pending, 1)]),
            false => BTreeMap::from([(earlier, 3)]),
        };
        assert_eq!(outcomes(&settled), expected, "{what}");
        people[1] = row();
        let (_, settled) = scene.run(&people, journal, Lanes::Bulk);
        assert_eq!(
            outcomes(&settled),
            BTreeMap::from([(earlier, 3)]),
            "{what}, then restored"
        );
        assert_one_mail_each(&scene, &settled);
    }
}

#[test]
fn does_not_repeat_an_unresolved_attempt_whose_invitation_has_expired() {
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
            "the run is dropped while it waits to resolve the attempt"
        );
        scene.clock.advance(Duration::from_secs(31 * 24 * 3600));
        let report = run(Duration::from_secs(3600)).expect("the run ends");
        let expected = match preflight {
            true => Outcome::CreatedEarlier,
            false => Outcome::Unknown,
        };
        assert_eq!(scene.fake.mails_to("person0@example.com"), 1);
        assert_eq!(report.count(expected), 1, "{report:?}");
    }
}
