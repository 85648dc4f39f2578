//! Runs on the journal of a finished run.

use std::collections::BTreeMap;
use std::sync::Arc;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::run::{Lanes, Outcome};
use clerk_testkit::fake::FakeOperation;

use super::scene::{Scene, assert_one_mail_each, in_memory, outcomes, people};

fn calls_after(scene: &Scene, earlier: usize) -> Vec<Option<FakeOperation>> {
    let log = scene.fake.log();
    log.iter().skip(earlier).map(|call| call.operation).collect()
}

#[test]
fn a_run_whose_journal_settles_everyone_makes_no_call() {
    let scene = Scene::new(|fake| {
        fake.existing_user("person1@example.com")
            .pending_invitation("person2@example.com")
            .malformed("person3@example.com")
    });
    let mut people = people(300);
    people[4] = CreateInvitation::new("nobody");
    people[5] = CreateInvitation::new(" PERSON0@example.com");
    let journal = in_memory();
    let (_, first) = scene.run(&people, Arc::clone(&journal), Lanes::Both);
    let earlier = scene.fake.log().len();
    let began = scene.clock.elapsed();
    let (report, second) = scene.run(&people, journal, Lanes::Both);
    assert_eq!(calls_after(&scene, earlier), []);
    assert_eq!(scene.clock.elapsed(), began);
    assert!(report.stopped().is_none(), "{report:?}");
    for (first, second) in first.iter().zip(second) {
        let expected = match first.outcome {
            Outcome::Created => Outcome::CreatedEarlier,
            outcome => outcome,
        };
        assert_eq!(second.outcome, expected, "{}", first.position);
        assert_eq!(second.invitation_id, first.invitation_id, "{}", first.position);
    }
}

#[test]
fn only_people_without_an_outcome_are_looked_up() {
    // 1,500 invitations are three pages, and a look-up of one person takes two calls after those for the totals.
    for (new, lists) in [(1, 4), (2, 5), (8, 5)] {
        let scene = Scene::new(|fake| fake.limits(clerk_core::middleware::RateLimits::none()));
        let journal = in_memory();
        scene.run(&people(1_500), Arc::clone(&journal), Lanes::Both);
        let earlier = scene.fake.log().len();
        let (_, settled) = scene.run(&people(1_500 + new), Arc::clone(&journal), Lanes::Both);
        let calls = calls_after(&scene, earlier);
        let count = |operation| calls.iter().filter(|call| **call == Some(operation)).count();
        assert_eq!(
            count(FakeOperation::GetInstance),
            0,
            "the journal began with the same key"
        );
        assert_eq!(count(FakeOperation::ListInvitations), lists, "{new} new people");
        assert_eq!(
            outcomes(&settled),
            BTreeMap::from([(Outcome::Created, new), (Outcome::CreatedEarlier, 1_500)])
        );
        assert_one_mail_each(&scene, &settled);
    }
}

#[test]
fn a_journal_that_began_with_another_key_is_matched_with_the_instance() {
    let scene = Scene::new(|fake| fake);
    let journal = in_memory();
    scene.run(&people(3), Arc::clone(&journal), Lanes::Both);
    let clerk = scene.fake.client_builder().clock(scene.clock.clone());
    let clerk = clerk.base_url("https://proxy.example.com").build().unwrap();
    let earlier = scene.fake.log().len();
    let run = clerk.invitations().invite_all(people(3)).journal(journal);
    let report = scene.clock.drive(run.run()).unwrap();
    assert_eq!(calls_after(&scene, earlier), [Some(FakeOperation::GetInstance)]);
    assert_eq!(report.count(Outcome::CreatedEarlier), 3, "{report:?}");
}
