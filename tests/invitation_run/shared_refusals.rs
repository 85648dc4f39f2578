//! One wrong setting costs a few calls, and stops nobody who does not have it.

use std::sync::Arc;

use clerk_core::ErrorCode;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::model::OrganizationId;
use clerk_core::run::{Outcome, RunReport, Stop};
use clerk_testkit::fake::FakeOperation;

use super::scene::{Outcomes, Scene, assert_one_mail_each};

/// Invites a person for each role to an organization whose instance has only the default roles.
fn invite(roles: &[&str], keeps_going: bool) -> (RunReport, Scene, Arc<Outcomes>) {
    let scene = Scene::new(|fake| fake.organization("org_1"));
    let (clerk, outcomes) = (scene.client(), Arc::new(Outcomes::default()));
    let people = roles
        .iter()
        .enumerate()
        .map(|(n, role)| CreateOrganizationInvitation::new(format!("person{n}@example.com"), *role));
    let run = clerk
        .organization_invitations()
        .invite_all(OrganizationId::from("org_1"), people.collect::<Vec<_>>())
        .observer(Arc::clone(&outcomes));
    let run = if keeps_going { run.keep_going() } else { run };
    let report = scene.clock.drive(run.run()).expect("the run ends");
    assert_eq!(report.total(), roles.len());
    assert_one_mail_each(&scene, &outcomes.0.lock().unwrap());
    (report, scene, outcomes)
}

fn creations(scene: &Scene) -> usize {
    let is_creation = |operation| {
        [
            Some(FakeOperation::CreateOrganizationInvitation),
            Some(FakeOperation::CreateOrganizationInvitationBulk),
        ]
        .contains(&operation)
    };
    scene
        .fake
        .log()
        .iter()
        .filter(|call| is_creation(call.operation))
        .count()
}

#[test]
fn people_with_an_unknown_role_are_refused_and_the_others_invited() {
    let mut roles = vec!["org:member"; 60];
    for n in [3, 17, 18, 41] {
        roles[n] = "org:strange";
    }
    let (report, _, outcomes) = invite(&roles, false);
    assert!(report.stopped().is_none(), "{:?}", report.stopped());
    for settlement in outcomes.0.lock().unwrap().iter() {
        let is_known = roles[settlement.position] == "org:member";
        let expected = if is_known { Outcome::Created } else { Outcome::Refused };
        assert_eq!(settlement.outcome, expected, "{}", settlement.position);
    }
}

#[test]
fn ten_refusals_for_one_value_stop_the_run_unless_it_keeps_going() {
    let (report, scene, _) = invite(&["org:strange"; 100], false);
    match report.stopped() {
        Some(Stop::RepeatedRefusal { code, parameter, calls }) => {
            assert_eq!(*code, ErrorCode::ResourceNotFound);
            assert_eq!((parameter.as_deref(), *calls), (Some("role"), 10));
        }
        other => panic!("{other:?}"),
    }
    assert!(creations(&scene) <= 11, "one more call can be under way");
    assert!(report.count(Outcome::Pending) >= 89, "{report:?}");

    let (report, ..) = invite(&["org:strange"; 100], true);
    assert!(report.stopped().is_none(), "{:?}", report.stopped());
    assert_eq!(report.count(Outcome::Refused), 100);
}

#[test]
fn refusals_for_different_values_stop_nobody() {
    let roles: Vec<_> = (0..40).map(|n| format!("org:strange{n}")).collect();
    let roles: Vec<_> = roles.iter().map(String::as_str).collect();
    let (report, ..) = invite(&roles, false);
    assert!(report.stopped().is_none(), "{:?}", report.stopped());
    assert_eq!(report.count(Outcome::Refused), 40);
}
