//! The results of a run, as an application uses them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_core::run::{Evidence, Outcome, RunReport, Settlement, Stop};
use clerk_core::{ErrorCode, ErrorKind};

use super::scene::Scene;

#[test]
fn a_run_returns_the_outcome_of_each_person_in_the_order_of_the_input() {
    let scene = Scene::new(|fake| fake.blocked("person1@example.com"));
    let clerk = scene.client();
    let addresses = [
        "person0@example.com",
        "person1@example.com",
        "nobody",
        "person0@example.com",
    ];

    let run = clerk.invitations().invite_all(addresses);
    let (report, people) = scene.clock.drive(run.run_collecting()).unwrap();
    let outcomes: Vec<_> = people
        .iter()
        .map(|person| (person.email_address.as_str(), person.outcome))
        .collect();

    let expected = [Outcome::Created, Outcome::Refused, Outcome::Invalid, Outcome::Duplicate];
    assert_eq!(outcomes, addresses.into_iter().zip(expected).collect::<Vec<_>>());
    assert_eq!(
        report.to_string(),
        "4 people: 1 created, 1 refused, 1 invalid, 1 duplicate"
    );
    assert_eq!(
        people[1].to_string(),
        "person 1 (counted from 0): refused, not_allowed_access"
    );
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["outcomes"]["created"], 1);
    assert_eq!(serde_json::to_value(&people[1]).unwrap()["code"], "not_allowed_access");
    report.into_result().expect("the run did not stop early");
}

#[test]
fn a_stop_is_an_error_and_closures_see_the_events() {
    let scene = Scene::new(|fake| fake);
    let key = clerk_core::SecretKey::new("sk_test_other").unwrap();
    let clerk = scene.fake.client_builder().clock(scene.clock.clone()).build().unwrap();
    let refused = clerk_core::Client::builder(key, scene.fake.clone())
        .clock(scene.clock.clone())
        .build()
        .unwrap();
    let events = Arc::new(Mutex::new(Vec::new()));
    let run = |clerk: &clerk_core::Client| {
        let (lines, values) = (Arc::clone(&events), Arc::clone(&events));
        clerk
            .invitations()
            .invite_all(["ada@example.com"])
            .on_event(move |event| lines.lock().unwrap().push(event.to_string()))
            .on_event(move |event| {
                values
                    .lock()
                    .unwrap()
                    .push(serde_json::to_value(event).unwrap()["event"].to_string());
            })
    };

    let stop = scene
        .clock
        .drive(run(&refused).run())
        .unwrap()
        .into_result()
        .unwrap_err();
    assert!(matches!(&stop, Stop::Error(error) if error.kind() == ErrorKind::Authentication));
    assert_eq!(format!("{stop:?}"), stop.to_string());
    scene.clock.drive(run(&clerk).run()).unwrap().into_result().unwrap();

    let events = events.lock().unwrap();
    for expected in [
        "person 0 (counted from 0): pending",
        "\"settled\"",
        "attempt 1 (bulk) invites 1 people",
        "\"attempt_ended\"",
    ] {
        assert!(events.iter().any(|event| event == expected), "{expected} in {events:?}");
    }
    assert!(!events.iter().any(|event| event.contains('@')), "{events:?}");
}

#[test]
fn results_can_be_made_in_tests_of_applications() {
    let mut refused = Settlement::new(7, "ada@example.com".into(), Outcome::Refused, Evidence::Refusal);
    refused.code = Some(ErrorCode::DuplicateRecord);
    assert_eq!(
        refused.to_string(),
        "person 7 (counted from 0): refused, duplicate_record"
    );
    let wait = Duration::from_secs(60);
    let report = RunReport::from_iter([Outcome::Created, Outcome::Pending]).with_stopped(Stop::RateLimited { wait });
    assert_eq!((report.total(), report.count(Outcome::Pending)), (2, 1));
    assert!(report.into_result().is_err());
}
