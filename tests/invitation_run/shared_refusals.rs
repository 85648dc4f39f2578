//! One wrong setting costs a few calls, and stops nobody who does not have it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
use clerk_core::model::OrganizationId;
use clerk_core::run::{Outcome, RunReport, Stop};
use clerk_core::{Client, ErrorCode, HttpRequest, HttpResponse, HttpTransport, SecretKey, transport_fn};
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FakeOperation;
use http::StatusCode;

use super::scene::{Outcomes, Scene, assert_one_mail_each};

/// Invites a person for each role to an organization whose instance has only the default roles. Without a preflight, the run
/// does not read which roles there are.
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
        .preflight(false)
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

const WRONG_PAGE: &str = "https://example.com/wrong";

fn person(n: usize, page: &str) -> CreateInvitation {
    CreateInvitation::new(format!("person{n}@example.com")).redirect_url(page)
}

/// Creates a client of an instance that allows only some redirect URLs. It answers some of the calls that it would refuse with
/// the invitation of a stranger: of so many, the last.
fn client_with_allowed_pages(scene: &Scene, strangers: Option<usize>) -> Client {
    let (fake, refused) = (scene.fake.clone(), AtomicUsize::new(0));
    let transport = transport_fn(move |request: HttpRequest| {
        let is_refused = std::str::from_utf8(request.body()).is_ok_and(|body| body.contains("/wrong"));
        let number = refused.fetch_add(usize::from(is_refused), Ordering::Relaxed) + 1;
        let is_stranger = is_refused && strangers.is_some_and(|strangers| number % strangers == 0);
        let fake = fake.clone();
        async move {
            if !is_refused {
                return fake.send(request).await;
            }
            if is_stranger {
                let stranger = r#"{"id":"inv_s","email_address":"stranger@example.org","status":"pending"}"#;
                let is_bulk = request.uri().path().ends_with("/bulk");
                let body = if is_bulk {
                    format!("[{stranger}]")
                } else {
                    stranger.to_owned()
                };
                return Ok(HttpResponse::new(body.into()));
            }
            let body = r#"{"errors":[{"message":"is not allowed","long_message":"The redirect URL is not allowed.",
                "code":"form_param_value_invalid","meta":{"param_name":"redirect_url"}}]}"#;
            let mut response = HttpResponse::new(body.into());
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    });
    let clerk = Client::builder(SecretKey::new(FakeClerk::SECRET_KEY).unwrap(), transport);
    clerk.clock(scene.clock.clone()).build().unwrap()
}

#[test]
fn ten_refusals_of_a_redirect_url_stop_the_run() {
    for strangers in [None, Some(5)] {
        let scene = Scene::new(|fake| fake);
        let clerk = client_with_allowed_pages(&scene, strangers);
        let people = (0..100).map(|n| person(n, WRONG_PAGE));
        let report = scene.clock.drive(clerk.invitations().invite_all(people).run()).unwrap();
        match report.stopped() {
            Some(Stop::RepeatedRefusal { parameter, calls, .. }) => {
                assert_eq!((parameter.as_deref(), *calls), (Some("redirect_url"), 10));
            }
            other => panic!("{strangers:?}: {other:?}"),
        }
        // A call with ten people is rejected as a whole, and one more call can be under way.
        assert!(report.count(Outcome::Refused) <= 11, "{report:?}");
        assert_eq!(report.count(Outcome::Created), 0);
    }
}

#[test]
fn one_wrong_redirect_url_among_others_stops_nobody() {
    let scene = Scene::new(|fake| fake);
    let clerk = client_with_allowed_pages(&scene, None);
    let page = |n| if n == 7 { WRONG_PAGE } else { "https://example.com/" };
    let people = (0..60).map(|n| person(n, page(n)));
    let report = scene.clock.drive(clerk.invitations().invite_all(people).run()).unwrap();
    assert!(report.stopped().is_none(), "{report:?}");
    assert_eq!(
        (report.count(Outcome::Created), report.count(Outcome::Refused)),
        (59, 1)
    );
}

/// The only role of an instance.
const MEMBER: &str = r#"[{"object":"role","id":"role_1","key":"org:member","name":"Member","description":"","permissions":[],
    "is_creator_eligible":true,"created_at":1,"updated_at":1}]"#;

#[test]
fn a_preflight_refuses_rows_whose_role_does_not_exist() {
    let cases = [
        // The roles, or none if they cannot be read, and whether calls are refused for them.
        (Some(MEMBER), false),
        (Some("[]"), true),
        (None, true),
    ];
    for (roles, is_refused_by_clerk) in cases {
        let scene = Scene::new(|fake| fake.organization("org_1"));
        let fake = scene.fake.clone();
        let transport = transport_fn(move |request: HttpRequest| {
            let fake = fake.clone();
            async move {
                match (request.uri().path(), roles) {
                    ("/v1/organization_roles", Some(roles)) => {
                        let total = usize::from(roles.len() > 2);
                        Ok(HttpResponse::new(
                            format!(r#"{{"data":{roles},"total_count":{total}}}"#).into(),
                        ))
                    }
                    ("/v1/organization_roles", None) => {
                        let mut response =
                            HttpResponse::new(r#"{"errors":[{"message":"","code":"forbidden"}]}"#.into());
                        *response.status_mut() = StatusCode::FORBIDDEN;
                        Ok(response)
                    }
                    _ => fake.send(request).await,
                }
            }
        });
        let clerk = Client::builder(SecretKey::new(FakeClerk::SECRET_KEY).unwrap(), transport);
        let clerk = clerk.clock(scene.clock.clone()).build().unwrap();
        let role = |n| if n % 10 == 3 { "org:strange" } else { "org:member" };
        let people = (0..20).map(|n| CreateOrganizationInvitation::new(format!("person{n}@example.com"), role(n)));
        let invitations = clerk.organization_invitations();
        let run = invitations.invite_all("org_1", people.collect::<Vec<_>>());
        let (report, people) = scene.clock.drive(run.run_collecting()).unwrap();
        assert!(report.stopped().is_none(), "{report:?}");
        assert_eq!(
            (report.count(Outcome::Created), report.count(Outcome::Refused)),
            (18, 2)
        );
        let reason = people[3].reason.as_ref().unwrap().as_str();
        assert!(reason.contains("org:strange"), "{reason}");
        let refused = scene.fake.log().iter().any(|call| call.status == Some(404));
        assert_eq!(refused, is_refused_by_clerk, "{roles:?}");
    }
}
