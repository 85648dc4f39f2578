//! The control calls of the server, its list of what it has, and the links of invitations.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use clerk_core::Operation;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FakeOperation;
use clerk_testkit::mock::Reply;
use fake_support::connection::Connection;
use fake_support::server::serve;
use serde_json::{Value, json};

#[test]
fn control_calls_sign_up_join_and_advance_the_time() {
    let fake = FakeClerk::builder().organization("org_1").build();
    let (_runtime, server) = serve(&fake);
    let mut connection = Connection::open(server.address());
    let mut call = |method: &str, path: &str, body: serde_json::Value| {
        let answer = connection.call(method, path, body);
        let json = serde_json::from_slice(&answer.body).unwrap_or(serde_json::Value::Null);
        (answer.status, json)
    };
    for name in ["ada", "bob"] {
        let person = json!({ "email_address": format!("{name}@example.com"), "expires_in_days": 1 });
        assert_eq!(call("POST", "/v1/invitations", person).0, 200);
    }
    let cy = json!({ "email_address": "cy@example.com", "role": "org:member" });
    assert_eq!(call("POST", "/v1/organizations/org_1/invitations", cy).0, 200);

    let ada = json!({ "email_address": "Ada@example.com" });
    let user = json!({ "user_id": "user_fake000001" });
    assert_eq!(call("POST", "/_fake/sign-up", ada), (200, user));
    let cy = json!({ "email_address": "cy@example.com", "organization_id": "org_1" });
    let user = json!({ "user_id": "user_fake000002" });
    assert_eq!(call("POST", "/_fake/join", cy.clone()), (200, user));
    assert_eq!(call("POST", "/_fake/join", cy).0, 404, "nothing is pending");
    assert_eq!(call("POST", "/_fake/advance", json!({ "seconds": 86_400 })).0, 204);
    for (status, address) in [("accepted", "ada@example.com"), ("expired", "bob@example.com")] {
        let (_, list) = call("GET", &format!("/v1/invitations?status={status}"), json!({}));
        assert_eq!(list[0]["email_address"], address, "{list}");
        assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    }
    assert_eq!(call("POST", "/_fake/reset", json!({})).0, 204);
    let bob = json!({ "email_address": "bob@example.com", "expires_in_days": 1 });
    assert_eq!(call("POST", "/v1/invitations", bob).1["status"], "pending");

    for (path, body, status) in [
        ("/_fake/sign-up", json!({ "email": "ada@example.com" }), 400),
        ("/_fake/advance", json!({ "seconds": -1 }), 400),
        ("/_fake/sign_up", json!({}), 404),
    ] {
        let (seen, answer) = call("POST", path, body);
        assert_eq!(seen, status, "{path}");
        assert!(
            answer["error"].as_str().is_some_and(|error| !error.is_empty()),
            "{path}"
        );
    }
}

#[test]
fn a_person_follows_the_link_and_signs_up_or_joins_by_its_ticket() {
    let fake = FakeClerk::builder().organization("org_1").build();
    let (_runtime, server) = serve(&fake);
    let mut connection = Connection::open(server.address());
    let ada = json!({ "email_address": "ada@example.com", "redirect_url": "https://example.com/in" });
    let bob = json!({ "email_address": "bob@example.com", "role": "org:member" });
    for (path, body, control, location) in [
        (
            "/v1/invitations",
            ada,
            "sign-up",
            "https://example.com/in?__clerk_ticket=",
        ),
        (
            "/v1/organizations/org_1/invitations",
            bob,
            "join",
            "https://accounts.fake.clerk.test/sign-up?__clerk_ticket=",
        ),
    ] {
        let url = connection.call("POST", path, body).json()["url"]
            .as_str()
            .expect("a link")
            .to_owned();
        let link = url
            .strip_prefix("http://fake")
            .expect("a link to the host of the request");
        connection.send_with_key("", "GET", link, "");
        let redirect = connection.read().expect("a response");
        let found = redirect.head.lines().find_map(|line| line.strip_prefix("location: "));
        let found = found.expect("a location").to_owned();
        assert!(
            redirect.status == 303 && found.starts_with(location),
            "{}",
            redirect.head
        );
        let accepted = connection.call("POST", &format!("/_fake/{control}"), json!({ "ticket": found }));
        assert!(
            accepted.json()["user_id"]
                .as_str()
                .is_some_and(|id| id.starts_with("user_"))
        );

        let again = connection.call("GET", link, "");
        assert_eq!(
            (again.status, &again.json()["errors"][0]["code"]),
            (400, &json!("fake_ticket_accepted"))
        );
        let again = connection.call("POST", &format!("/_fake/{control}"), json!({ "ticket": found }));
        assert!(
            again.status == 404
                && again.json()["error"]
                    .as_str()
                    .is_some_and(|error| error.contains("invite the person again"))
        );
    }
    let state = connection.call("GET", "/_fake/state", "").json();
    assert_eq!(state["users"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        state["organization_memberships"][0]["public_user_data"]["identifier"],
        "bob@example.com"
    );
}

#[test]
fn control_calls_seed_and_add_faults() {
    let fake = FakeClerk::new();
    let (_runtime, server) = serve(&fake);
    let mut connection = Connection::open(server.address());
    let mut call = |path: &str, body: Value| {
        let answer = connection.call("POST", path, body);
        (
            answer.status,
            serde_json::from_slice(&answer.body).unwrap_or(Value::Null),
        )
    };
    assert_eq!(call("/_fake/seed", json!({ "users": ["ada@example.com"] })).0, 204);
    let faults = json!({ "plan": "CreateInvitation 1 quota_exceeded\nCreateInvitation 2 503-before-effect" });
    assert_eq!(call("/_fake/faults", faults).0, 204);
    for expected in [403, 503, 422] {
        let (status, body) = call("/v1/invitations", json!({ "email_address": "ada@example.com" }));
        assert_eq!(status, expected, "{body}");
    }
    for (path, body, complaint) in [
        (
            "/_fake/seed",
            json!({ "users": ["ada"] }),
            "invalid seed: users[0]: \"ada\" is not an email address",
        ),
        (
            "/_fake/seed",
            json!({ "settings": {} }),
            "invalid seed: settings: apply only when the fake is built",
        ),
        (
            "/_fake/faults",
            json!({ "plan": "x" }),
            "line 1 of the fault plan: expected three words",
        ),
        ("/_fake/sign-up", json!({}), "The body must have either"),
        (
            "/_fake/join",
            json!({ "ticket": "x", "organization_id": "org_1" }),
            "The body must have either",
        ),
        (
            "/_fake/join",
            json!({ "ticket": "x" }),
            "no invitation has this ticket: use the `url`",
        ),
    ] {
        let (status, body) = call(path, body);
        let error = body["error"].as_str().expect("an error");
        assert!(
            (400..=404).contains(&status) && error.starts_with(complaint),
            "{path}: {error}"
        );
    }
}

static GET_PLAN: Operation = Operation::get("GetPlan", "/plans/{plan_id}");

#[test]
fn the_root_lists_routes_control_calls_and_settings_without_a_key() {
    let fake = FakeClerk::builder()
        .endpoint(&GET_PLAN, |_| Reply::json(json!({})))
        .allowed("*@example.com")
        .build();
    let (_runtime, server) = serve(&fake);
    let mut connection = Connection::open(server.address());
    connection.send_with_key("", "GET", "/", "");
    let answer = connection.read().expect("a response");
    let page = String::from_utf8(answer.body).expect("UTF-8");
    for operation in FakeOperation::ALL {
        assert!(page.contains(operation.name()), "{operation}");
    }
    for expected in [
        "GET    /v1/plans/{plan_id}",
        "POST   /_fake/sign-up",
        r#"{"seconds": 86400}"#,
        "GET    /v1/tickets/accept?ticket=",
        r#"allowlist: ["*@example.com"]"#,
    ] {
        assert!(page.contains(expected), "{expected} is not in\n{page}");
    }
    assert!(!page.contains("sk_test"), "{page}");
}
