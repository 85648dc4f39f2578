//! Runs that invite people from the waitlist.

use std::sync::Arc;
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::waitlist_entries::{ListWaitlistEntries, WaitlistEntryOrder};
use clerk_core::model::{WaitlistEntry, WaitlistEntryStatus};
use clerk_core::run::journal::MemoryJournal;
use clerk_core::run::{InvitationRun, Lanes, Outcome};
use clerk_testkit::fake::{FakeClerkBuilder, FakeOperation, Fault, FaultPlan, Moment};

use super::scene::{Scene, drop_after};

fn address(number: usize) -> String {
    format!("person{number}@example.com")
}

fn with_entries(fake: FakeClerkBuilder, count: usize) -> FakeClerkBuilder {
    (0..count).fold(fake, |fake, number| fake.waitlist_entry(address(number)))
}

/// Lists the entries, oldest first.
fn entries(scene: &Scene, status: Option<WaitlistEntryStatus>) -> Vec<WaitlistEntry> {
    let mut list = ListWaitlistEntries::new().order_by(WaitlistEntryOrder::CreatedAt);
    if let Some(status) = status {
        list = list.status(status);
    }
    let read = scene.client().pages(&list).read_all();
    scene.clock.drive(read).expect("it ends").expect("a list")
}

fn pending(scene: &Scene) -> Vec<WaitlistEntry> {
    entries(scene, Some(WaitlistEntryStatus::Pending))
}

/// Runs, and returns the outcomes in the order of the entries.
fn outcomes(scene: &Scene, run: InvitationRun<'_>) -> Vec<Outcome> {
    let (report, people) = scene.clock.drive(run.run_collecting()).expect("the run ends");
    assert!(report.stopped().is_none(), "{report}");
    people.into_iter().map(|person| person.outcome).collect()
}

#[test]
fn everyone_on_the_waitlist_is_invited_once_and_no_longer_pending() {
    let scene = Scene::new(|fake| with_entries(fake, 30));
    let clerk = scene.client();
    // There is no bulk endpoint for the waitlist.
    let run = clerk.waitlist_entries().invite_all(pending(&scene)).lanes(Lanes::Bulk);
    assert_eq!(outcomes(&scene, run), vec![Outcome::Created; 30]);
    assert!(pending(&scene).is_empty());
    assert!((0..30).all(|number| scene.fake.mails_to(&address(number)) == 1));
}

#[test]
fn people_invited_meanwhile_or_gone_have_their_outcomes() {
    for preflight in [true, false] {
        let scene = Scene::new(|fake| with_entries(fake, 5).locked_waitlist_entry("locked@example.com"));
        let clerk = scene.client();
        let waiting = pending(&scene);
        let meanwhile = async {
            let waitlist = clerk.waitlist_entries();
            waitlist.invite(&waiting[0].id).await.expect("invited");
            clerk
                .invitations()
                .create(&CreateInvitation::new(address(1)))
                .await
                .expect("invited");
            waitlist.delete(&waiting[2].id).await.expect("deleted");
            waitlist.reject(&waiting[3].id).await.expect("rejected");
        };
        scene.clock.drive(meanwhile).expect("it ends");

        let run = clerk.waitlist_entries().invite_all(waiting).preflight(preflight);
        let expected = [
            Outcome::AlreadyInvited,
            Outcome::AlreadyInvited,
            Outcome::Refused,
            // A rejected entry can be invited.
            Outcome::Created,
            Outcome::Created,
            Outcome::Refused,
        ];
        assert_eq!(outcomes(&scene, run), expected, "preflight: {preflight}");
        assert!(
            [0, 1, 4]
                .iter()
                .all(|&number| scene.fake.mails_to(&address(number)) == 1)
        );
    }
}

#[test]
fn an_attempt_without_a_response_is_resolved_and_a_cut_off_run_continues_on_its_journal() {
    let lost = Fault::Lost(Moment::AfterEffect);
    let hangs = Fault::Hang(Moment::AfterEffect);
    let plan = FaultPlan::new()
        .on_call(FakeOperation::InviteWaitlistEntry, 2, lost)
        .on_call(FakeOperation::InviteWaitlistEntry, 5, hangs);
    let scene = Scene::new(|fake| with_entries(fake, 8).faults(plan));
    let clerk = scene.client();
    let journal = Arc::new(MemoryJournal::new());
    let run = clerk
        .waitlist_entries()
        .invite_all(pending(&scene))
        .journal(Arc::clone(&journal));
    assert!(
        drop_after(&scene, run, Duration::from_secs(10)).is_none(),
        "it is cut off"
    );

    let run = clerk
        .waitlist_entries()
        .invite_all(entries(&scene, None))
        .journal(Arc::clone(&journal));
    let outcomes = outcomes(&scene, run);
    let invited = |outcome: &Outcome| matches!(outcome, Outcome::Created | Outcome::CreatedEarlier);
    assert!(outcomes.iter().all(invited), "{outcomes:?}");
    assert!((0..8).all(|number| scene.fake.mails_to(&address(number)) == 1));
    assert!(pending(&scene).is_empty());

    let revocation = clerk.waitlist_entries().revoke_all(journal).run();
    assert_eq!(scene.clock.drive(revocation).expect("it ends").revoked, 8);
}
