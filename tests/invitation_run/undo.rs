//! Undoing the invitations of a run, of which some are not pending any more.

use std::sync::Arc;
use std::time::Duration;

use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::run::Lanes;
use clerk_core::run::Outcome;
use clerk_core::run::journal::MemoryJournal;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};

use super::scene::{Scene, people};

const ORGANIZATION: &str = "org_1";

#[test]
fn an_undo_for_an_organization_goes_on_after_invitations_that_are_not_pending() {
    let scene = Scene::new(|fake| fake.organization(ORGANIZATION));
    let client = scene.client();
    let journal = Arc::new(MemoryJournal::new());
    let people = ["accepted", "revoked", "expired", "pending"].map(|name| {
        let invitation = CreateOrganizationInvitation::new(format!("{name}@example.com"), "org:member");
        invitation.expires_in_days(if name == "expired" { 1 } else { 30 })
    });
    let invite = || {
        let run = client
            .organization_invitations()
            .invite_all(ORGANIZATION, people.clone());
        scene
            .clock
            .drive(run.journal(Arc::clone(&journal)).run_collecting())
            .expect("the run ends")
    };
    let (report, created) = invite();
    assert_eq!(report.count(Outcome::Created), 4);

    assert!(scene.fake.join_organization(ORGANIZATION, "accepted@example.com"));
    let id = created[1].invitation_id.as_ref().expect("an id");
    let revoked = client.organization_invitations().revoke(ORGANIZATION, id.as_str());
    scene
        .clock
        .drive(revoked)
        .expect("the call ends")
        .expect("it is pending");
    scene.clock.advance(Duration::from_secs(2 * 24 * 3600));

    let undo = client
        .organization_invitations()
        .revoke_all(ORGANIZATION, Arc::clone(&journal));
    let undone = scene.clock.drive(undo.run()).expect("the undo ends");
    assert!(undone.stopped.is_none(), "{:?}", undone.stopped);
    assert_eq!(
        (undone.accepted, undone.revoked, undone.expired, undone.pending),
        (1, 2, 1, 0)
    );
    let (report, _) = invite();
    assert_eq!(
        (report.count(Outcome::Created), report.count(Outcome::CreatedEarlier)),
        (3, 1),
        "{report}"
    );
}

#[test]
fn an_undone_invitation_that_is_listed_late_is_not_taken_for_the_next_one() {
    let lost = FaultPlan::new().on_call(FakeOperation::CreateInvitation, 2, Fault::Lost(Moment::BeforeEffect));
    let scene = Scene::new(|fake| fake.read_lag(Duration::from_secs(30)).faults(lost));
    let client = scene.client();
    let journal = Arc::new(MemoryJournal::new());
    let invite = || {
        scene
            .run(&people(1), Arc::clone(&journal) as _, Lanes::Single)
            .1
            .remove(0)
    };
    let first = invite();
    assert_eq!(first.outcome, Outcome::Created);

    let undo = client.invitations().revoke_all(Arc::clone(&journal)).run();
    assert_eq!(scene.clock.drive(undo).expect("the undo ends").revoked, 1);
    let second = invite();
    assert_eq!(second.outcome, Outcome::Created);
    assert_ne!(second.invitation_id, first.invitation_id);
    assert_eq!(scene.fake.mails_to("person0@example.com"), 2);
}
