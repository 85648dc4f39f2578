//! Reading what became of people's invitations.

use std::sync::{Arc, Mutex};

use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::middleware::RateLimits;
use clerk_core::model::Timestamp;
use clerk_core::run::{Lanes, Standing, Stop};
use clerk_testkit::fake::FakeOperation;

use super::scene::{Scene, in_memory, people};

#[test]
fn everyone_has_a_status_in_the_order_of_the_input() {
    let scene = Scene::new(|fake| {
        fake.pending_invitation("before@example.com")
            .existing_user("user@example.com")
    });
    let journal = in_memory();
    let (_, settled) = scene.run(&people(4), Arc::clone(&journal), Lanes::Both);
    let clerk = scene.client();
    scene.fake.sign_up("person1@example.com");
    let id = settled[2].invitation_id.clone().unwrap();
    scene.clock.drive(clerk.invitations().revoke(&id)).unwrap().unwrap();

    let rows = [
        ("person0@example.com", Standing::Pending),
        (" Person1@Example.com", Standing::Accepted),
        ("person2@example.com", Standing::Revoked),
        ("before@example.com", Standing::Pending),
        ("user@example.com", Standing::NotInvited),
        ("nobody", Standing::NotInvited),
    ];
    let events = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&events);
    let status = clerk
        .invitations()
        .status_of(rows.map(|(address, _)| address))
        .on_event(move |event| seen.lock().unwrap().push(event.to_string()));
    let (report, people) = scene.clock.drive(status.run_collecting()).unwrap();
    let standings: Vec<_> = people
        .iter()
        .map(|person| (person.email_address.as_str(), person.standing))
        .collect();
    assert_eq!(standings, rows);
    assert_eq!(people[0].invitation_id, settled[0].invitation_id);
    let (created, expires) = (people[0].created_at.unwrap(), people[0].expires_at.unwrap());
    assert_eq!(expires.saturating_since(created).as_secs(), 30 * 24 * 3600);
    assert!(created >= Timestamp::from_millis(0));
    assert_eq!(
        report.to_string(),
        "6 people: 1 accepted, 2 pending, 1 revoked, 2 not_invited"
    );
    assert_eq!(serde_json::to_value(&report).unwrap()["standings"]["pending"], 2);
    let events = events.lock().unwrap();
    assert_eq!(events.len(), 6);
    assert!(
        events[1].starts_with("person 1 (counted from 0): accepted (inv_"),
        "{events:?}"
    );
    assert!(!events.iter().any(|event| event.contains('@')), "{events:?}");

    let status = clerk.invitations().status_of_run(journal);
    let (report, people) = scene.clock.drive(status.run_collecting()).unwrap();
    assert!(report.stopped().is_none(), "{report}");
    assert_eq!(people.len(), 4);
    assert_eq!(
        (report.count(Standing::Accepted), report.count(Standing::Pending)),
        (1, 2)
    );
}

#[test]
fn it_takes_as_few_calls_as_the_choice_between_listing_and_asking_allows() {
    let scene = Scene::new(|fake| fake.limits(RateLimits::none()));
    let journal = in_memory();
    scene.run(&people(1_500), Arc::clone(&journal), Lanes::Both);
    let clerk = scene.client();
    let calls = || scene.fake.calls(FakeOperation::ListInvitations);
    for (count, expected) in [(0, 0), (1, 4), (1_500, 5)] {
        let earlier = calls();
        let addresses: Vec<_> = (0..count).map(|n| format!("person{n}@example.com")).collect();
        let report = scene
            .clock
            .drive(clerk.invitations().status_of(&addresses).run())
            .unwrap();
        assert_eq!(report.count(Standing::Pending), count, "{report}");
        assert_eq!(calls() - earlier, expected, "{count} people");
    }
    let earlier = scene.fake.log().len();
    let report = scene
        .clock
        .drive(clerk.invitations().status_of_run(journal).run())
        .unwrap();
    assert_eq!(report.count(Standing::Pending), 1_500, "{report}");
    assert_eq!(
        scene.fake.log().len() - earlier,
        5,
        "the journal began with the same key"
    );
}

#[test]
fn invitations_to_an_organization_have_a_status_of_their_own() {
    let scene = Scene::new(|fake| fake.organization("org_1"));
    let clerk = scene.client();
    let journal = in_memory();
    let person = |n| CreateOrganizationInvitation::new(format!("person{n}@example.com"), "org:member");
    let invitations = clerk.organization_invitations();
    let run = invitations
        .invite_all("org_1", (0..3).map(person))
        .journal(Arc::clone(&journal));
    scene.clock.drive(run.run()).unwrap();
    assert!(scene.fake.join_organization("org_1", "person1@example.com"));
    let status = clerk
        .organization_invitations()
        .status_of_run("org_1", Arc::clone(&journal));
    let report = scene.clock.drive(status.run()).unwrap();
    assert_eq!(
        (report.count(Standing::Accepted), report.count(Standing::Pending)),
        (1, 2),
        "{report}"
    );
    let addresses = ["person1@example.com", "person7@example.com"];
    let status = clerk.organization_invitations().status_of("org_1", addresses);
    let report = scene.clock.drive(status.run()).unwrap();
    assert_eq!(
        (report.count(Standing::Accepted), report.count(Standing::NotInvited)),
        (1, 1),
        "{report}"
    );

    let of_application = clerk.invitations().status_of_run(journal);
    let report = scene.clock.drive(of_application.run()).unwrap();
    assert!(matches!(report.stopped(), Some(Stop::Journal(_))), "{report}");
    let empty = scene
        .clock
        .drive(clerk.invitations().status_of_run(in_memory()).run())
        .unwrap();
    assert!(matches!(empty.stopped(), Some(Stop::Journal(_))), "{empty}");
}
