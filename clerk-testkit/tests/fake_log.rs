//! The log of [`FakeClerk`], which is the same for the same run.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use clerk_core::api::invitations::CreateInvitation;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan};
use clerk_testkit::{FakeClerk, ManualClock};
use fake_support::{call, invite_people, people, request, s, send};

fn log_of(seed: u64) -> String {
    let clock = ManualClock::new();
    let plan = FaultPlan::new().with_chance_of_any(None, 40).seed(seed);
    let fake = FakeClerk::builder().clock(clock.clone()).faults(plan).build();
    for i in 0..40 {
        let _ = send(&fake, request("POST", "/invitations/bulk", people(3 * i, 5)));
        let _ = send(&fake, request("GET", "/invitations?limit=500&query=p1", ""));
        clock.advance(s(97));
    }
    fake.log().iter().map(|record| format!("{record}\n")).collect()
}

#[test]
fn the_same_seed_gives_the_same_log() {
    let log = log_of(11);
    assert_eq!(log, log_of(11));
    assert_ne!(log, log_of(12));
    for part in [
        "refused",
        "lost-after-effect",
        "late/10s",
        "\"codes\":[\"duplicate_record\"]",
        "inv_fake0000",
    ] {
        assert!(log.contains(part), "{part} is not in the log");
    }
}

#[test]
fn a_retry_waits_equally_long_in_every_run() {
    let run = || {
        let clock = ManualClock::new();
        let fake = FakeClerk::builder()
            .clock(clock.clone())
            .faults(FaultPlan::new().on_call(FakeOperation::CreateInvitation, 1, Fault::Refused))
            .build();
        let clerk = fake.client();
        let ada = CreateInvitation::new("ada@example.com");
        let created = clock.drive(clerk.invitations().create(&ada)).expect("no stall");
        created.expect("created by the retry");
        (clock.elapsed(), fake.log())
    };
    let (elapsed, log) = run();
    assert!(log.len() == 2 && !elapsed.is_zero(), "{log:?}");
    assert_eq!(run(), (elapsed, log));
}

#[test]
fn reset_restores_the_initial_state() {
    let plan = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 2, Fault::Refused);
    let fake = FakeClerk::builder()
        .faults(plan)
        .pending_invitation("old@example.com")
        .build();
    let round = || {
        assert_eq!(invite_people(&fake, 0, 1).json[0]["id"], "inv_fake000002");
        assert!(send(&fake, request("POST", "/invitations/bulk", people(1, 1))).is_err());
        assert_eq!(fake.mails().len(), 1);
    };
    round();
    fake.reset();
    assert!(fake.mails().is_empty() && fake.log().is_empty());
    assert_eq!(fake.budget_left(FakeOperation::CreateBulkInvitations), Some(25));
    round();
}

#[test]
fn on_call_observes_each_call_in_order() {
    let (sender, observed) = std::sync::mpsc::channel();
    let fake = FakeClerk::builder()
        .on_call(move |record| drop(sender.send(record.to_string())))
        .build();
    invite_people(&fake, 0, 1);
    call(&fake, "GET", "/invitations", "");
    let observed: Vec<String> = observed.try_iter().collect();
    let logged: Vec<String> = fake.log().iter().map(ToString::to_string).collect();
    assert_eq!(observed, logged);
    assert_eq!(observed.len(), 2);
}
