//! The outcomes of people and their evidence, plans, and revocations.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::model::OrganizationId;
use clerk_core::run::{Evidence, Lanes, Outcome, Settlement};
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};

use super::scene::{Outcomes, Scene, assert_one_mail_each, in_memory, outcomes, people};

#[test]
fn each_person_has_the_outcome_that_clerk_gives_reason_for() {
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
    let actual: Vec<_> = settled.iter().map(|s| (s.outcome, s.evidence)).collect();
    let created = (Outcome::Created, Evidence::Answer);
    let mut expected = vec![created; 12];
    expected[1] = (Outcome::AlreadyInvited, Evidence::Read);
    expected[3] = (Outcome::Refused, Evidence::Refusal);
    expected[4] = (Outcome::Refused, Evidence::Refusal);
    expected[5] = (Outcome::ExistingUser, Evidence::Read);
    expected.push((Outcome::Duplicate, Evidence::Input));
    expected.push((Outcome::Invalid, Evidence::Input));
    expected.push((Outcome::Invalid, Evidence::Input));
    assert_eq!(actual, expected);
    assert!(report.stopped().is_none());
}

#[test]
fn finds_people_after_a_lost_response_and_does_not_invite_them_again() {
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
    let in_the_next_run = |outcome| match outcome {
        Outcome::Created => Outcome::CreatedEarlier,
        outcome => outcome,
    };
    let without_urls = |settled: &[Settlement]| -> Vec<_> {
        settled
            .iter()
            .map(|s| {
                (
                    in_the_next_run(s.outcome),
                    s.evidence,
                    s.invitation_id.clone(),
                    s.code.clone(),
                )
            })
            .collect()
    };
    assert_eq!(without_urls(&first), without_urls(&second)[..30]);
    assert_eq!(second[0].outcome, Outcome::CreatedEarlier);
    assert_eq!(second[30].outcome, Outcome::Created, "the new row joins");
    assert_one_mail_each(&scene, &second);
}

#[test]
fn a_row_that_changed_since_it_was_invited_is_reported_and_not_sent() {
    let scene = Scene::new(|fake| fake);
    let journal = in_memory();
    let mut people = people(30);
    scene.run(&people, Arc::clone(&journal), Lanes::Both);
    people[3] = people[3].clone().expires_in_days(7);
    let (_, second) = scene.run(&people, journal, Lanes::Both);
    for settlement in &second {
        assert_eq!(settlement.outcome, Outcome::CreatedEarlier);
        assert_eq!(settlement.reason.is_some(), settlement.position == 3, "{settlement}");
    }
    assert_one_mail_each(&scene, &second);
}

#[test]
fn people_whose_invitations_were_revoked_are_invited_again_on_the_same_journal() {
    let scene = Scene::new(|fake| fake);
    let journal = in_memory();
    let people = people(12);
    for round in 1..=2_u64 {
        let (_, settled) = scene.run(&people, Arc::clone(&journal), Lanes::Both);
        assert_eq!(outcomes(&settled), BTreeMap::from([(Outcome::Created, 12)]));
        assert!(scene.fake.mails().values().all(|mails| *mails == round));
        let client = scene.client();
        let revocations = client.invitations().revoke_all(Arc::clone(&journal));
        let report = scene.clock.drive(revocations.run()).expect("the revocations end");
        assert_eq!(report.revoked, 12, "the invitations of this round alone");
    }
}

#[test]
fn a_plan_counts_skipped_people_and_estimates_the_time_without_inviting_anyone() {
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
fn revokes_what_a_run_created_from_its_journal() {
    let scene = Scene::new(|fake| {
        fake.pending_invitation("person1@example.com")
            .faults(FaultPlan::new().on_calls(FakeOperation::RevokeInvitation, 3..=5, Fault::Lost(Moment::AfterEffect)))
    });
    let journal = in_memory();
    let (_, settled) = scene.run(&people(40), Arc::clone(&journal), Lanes::Both);
    scene.fake.sign_up("person2@example.com");
    let clerk = scene.client();
    // Revocations with a lost response are retried, and the second time nothing is left to do.
    for (revoked, accepted) in [(38, 1), (0, 0)] {
        let revocation = clerk.invitations().revoke_all(Arc::clone(&journal));
        let report = scene.clock.drive(revocation.run()).expect("it ends");
        assert!(report.stopped.is_none(), "{:?}", report.stopped);
        assert_eq!((report.revoked, report.accepted), (revoked, accepted));
        assert_eq!((report.missing, report.pending, report.unresolved), (0, 0, 0));
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
    assert_eq!(left, ["person1@example.com"], "an invitation from before the run stays");
    assert_eq!(settled.len(), 40);
}

#[test]
fn invites_people_to_an_organization() {
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
    let invitation = |n| CreateOrganizationInvitation::new(format!("person{n}@example.com"), "org:member");
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
    assert_eq!(report.count(Outcome::Created), 997);
    assert_one_mail_each(&scene, &settled);
    let hours = scene.clock.elapsed().as_secs_f64() / 3600.0;
    assert!(
        (1.0..1.01).contains(&hours),
        "an hour allows 50 calls of ten and 250 of one: {hours} h"
    );

    let revocation = clerk.organization_invitations().revoke_all(&organization, journal);
    let report = scene.clock.drive(revocation.run()).expect("it ends");
    assert_eq!((report.revoked, report.pending), (997, 0), "{:?}", report.stopped);
}
