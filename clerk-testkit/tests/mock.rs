//! The replies of a mock, and its messages when requests and expectations differ.

#![expect(clippy::expect_used, reason = "tests fail by panicking")]

use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::invitations::ListInvitations;
use clerk_core::model::Metadata;
use clerk_core::{
    CallOptions, Client, Delivery, Effect, ErrorKind, HttpRequest, HttpTransport, SecretKey, TransportErrorKind,
};
use clerk_testkit::mock::{Reply, delete, get, post};
use clerk_testkit::{ManualClock, Mock};
use pollster::block_on;
use serde_json::json;

const LINK: &str = "https://app.example.com/welcome";

fn client(mock: &Mock) -> Client {
    let key = SecretKey::new("sk_test_not_to_be_shown").expect("a key");
    Client::builder(key, mock.clone()).build().expect("a client")
}

fn team() -> [CreateInvitation; 2] {
    let metadata = Metadata::from_json(r#"{"team":"blue"}"#).expect("an object");
    let ada = CreateInvitation::new("ada@example.com").public_metadata(metadata);
    [ada, CreateInvitation::new("bob@example.com").redirect_url(LINK)]
}

fn team_json() -> serde_json::Value {
    json!([
        { "email_address": "ada@example.com", "public_metadata": { "team": "blue" } },
        { "email_address": "bob@example.com", "redirect_url": LINK },
    ])
}

fn team_reply() -> Reply {
    Reply::invitations([("inv_1", "ada@example.com"), ("inv_2", "bob@example.com")])
}

/// Invites the team and ignores the result.
fn invite_team(mock: &Mock) {
    let _ = block_on(client(mock).invitations().create_bulk(&team()));
}

fn list(mock: &Mock) {
    let _ = block_on(client(mock).invitations().list(&ListInvitations::new().limit(50)));
}

/// Returns the report of the mock, with `HERE` for every line of this file.
fn report(mock: &Mock) -> String {
    let text = mock.verify().expect_err("a report").to_string();
    let mut pieces = text.split(concat!(file!(), ":"));
    let mut clean = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        clean.push_str("HERE");
        clean.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'));
    }
    clean
}

#[test]
fn names_common_mistakes() {
    type Case = (&'static str, fn(&Mock), &'static str);
    let cases: &[Case] = &[
        (
            "the wrong method",
            |mock| {
                mock.expect(get("/v1/invitations/bulk")).respond(team_reply()).times(..);
                invite_team(mock);
            },
            "\n 1. POST /v1/invitations/bulk was not expected. The nearest expectation, at HERE, differs in\n     \
             method: expected GET, got POST",
        ),
        (
            "the wrong path",
            |mock| {
                mock.expect(delete("/v1/users/{id}"))
                    .respond(Reply::bytes(""))
                    .times(..);
                mock.expect(post("/v1/invitations")).respond(team_reply()).times(..);
                invite_team(mock);
            },
            "\n 1. POST /v1/invitations/bulk was not expected. The nearest expectation, at HERE, differs in\n     \
             path: expected /v1/invitations, got /v1/invitations/bulk",
        ),
        (
            "a field that is missing",
            |mock| {
                let mut expected = team_json();
                expected[0]["redirect_url"] = json!(LINK);
                mock.expect(post("/v1/invitations/bulk").json(expected))
                    .respond(team_reply())
                    .times(..);
                invite_team(mock);
            },
            "\n 1. POST /v1/invitations/bulk was not expected. The nearest expectation, at HERE, differs in\n     \
             body $[0].redirect_url: expected \"https://app.example.com/welcome\", got nothing",
        ),
        (
            "a field too many",
            |mock| {
                let mut expected = team_json();
                expected[1] = json!({ "email_address": "bob@example.com" });
                mock.expect(post("/v1/invitations/bulk").json(expected))
                    .respond(team_reply())
                    .times(..);
                invite_team(mock);
            },
            "\n 1. POST /v1/invitations/bulk was not expected. The nearest expectation, at HERE, differs in\n     \
             body $[1].redirect_url: expected nothing, got \"https://app.example.com/welcome\"",
        ),
        (
            "a wrong value deep inside",
            |mock| {
                let part = json!([{ "public_metadata": { "team": "red" } }, {}]);
                mock.expect(post("/v1/invitations/bulk").json_part(part))
                    .respond(team_reply())
                    .times(..);
                invite_team(mock);
            },
            "\n 1. POST /v1/invitations/bulk was not expected. The nearest expectation, at HERE, differs in\n     \
             body $[0].public_metadata.team: expected \"red\", got \"blue\"",
        ),
        (
            "a value of another type",
            |mock| {
                let mut expected = team_json();
                expected[0]["public_metadata"] = json!(["blue"]);
                mock.expect(post("/v1/invitations/bulk").json(expected))
                    .respond(team_reply())
                    .times(..);
                invite_team(mock);
            },
            "\n 1. POST /v1/invitations/bulk was not expected. The nearest expectation, at HERE, differs in\n     \
             body $[0].public_metadata: expected [\"blue\"], got {\"team\":\"blue\"}",
        ),
        (
            "the wrong query",
            |mock| {
                let query = [("limit", "500"), ("status", "pending"), ("paginated", "true")];
                mock.expect(get("/v1/invitations").query(query))
                    .respond(Reply::page([], 0))
                    .times(..);
                list(mock);
            },
            "\n 1. GET /v1/invitations was not expected. The nearest expectation, at HERE, differs in\n     \
             query limit: expected \"500\", got \"50\"\n     \
             query status: expected \"pending\", got nothing",
        ),
        (
            "the wrong header, and none of the secret one",
            |mock| {
                let matcher = get("/v1/invitations")
                    .header("Clerk-API-Version", "2021-02-05")
                    .header("Authorization", "Bearer sk_test_other");
                mock.expect(matcher).respond(Reply::page([], 0)).times(..);
                list(mock);
            },
            "\n 1. GET /v1/invitations was not expected. The nearest expectation, at HERE, differs in\n     \
             header clerk-api-version: expected \"2021-02-05\", got \"2026-05-12\"\n     \
             header authorization: expected a value (not shown), got a different value (not shown)",
        ),
        (
            "a call too many",
            |mock| {
                mock.expect(post("/v1/invitations/bulk")).respond(team_reply());
                invite_team(mock);
                invite_team(mock);
            },
            "\n 1. POST /v1/invitations/bulk was not expected. It matches the expectation at HERE, which \
             allows it once and is used up: allow more calls with `times`, or expect it again",
        ),
        (
            "a call that never came",
            |mock| {
                mock.expect(post("/v1/invitations/bulk")).respond(team_reply());
                mock.expect(get("/v1/invitations")).respond(Reply::page([], 0)).times(2);
                mock.expect(get("/v1/users")).respond(Reply::page([], 0)).times(1..);
                list(mock);
            },
            "\n 1. POST /v1/invitations/bulk, expected once at HERE, was never called\
             \n 2. GET /v1/invitations, expected twice at HERE, was called once\
             \n 3. GET /v1/users, expected at least once at HERE, was never called",
        ),
        (
            "the wrong order",
            |mock| {
                mock.in_order();
                mock.expect(get("/v1/invitations")).respond(Reply::page([], 0));
                mock.expect(post("/v1/invitations/bulk")).respond(team_reply());
                invite_team(mock);
                list(mock);
                invite_team(mock);
            },
            "\n 1. POST /v1/invitations/bulk was not expected. It matches the expectation at HERE, which \
             `in_order` allows only after GET /v1/invitations, expected at HERE",
        ),
        (
            "nothing was expected",
            invite_team,
            "\n 1. POST /v1/invitations/bulk was not expected. The mock has no expectations: add one with `expect` and \
             `respond`",
        ),
    ];
    for (mistake, make, problems) in cases {
        let mock = Mock::new();
        make(&mock);
        let expected = format!("the mock was not used as expected:{problems}");
        assert_eq!(report(&mock), expected, "{mistake}");
    }
}

#[test]
fn reports_expectations_and_replies_that_are_not_possible() {
    type Case = (fn(&Mock), &'static str);
    let cases: &[Case] = &[
        (
            |mock| {
                let _ = mock.expect(get("/v1/invitations"));
            },
            "the expectation of GET /v1/invitations at HERE is invalid: it has no reply. Complete it with `respond` or \
             `respond_with`",
        ),
        (
            |mock| {
                mock.expect(get("/v1/invitations?limit=5"))
                    .respond(Reply::page([], 0))
                    .times(..);
            },
            "the expectation of GET /v1/invitations?limit=5 at HERE is invalid: the path contains the query \
             \"limit=5\". Use the path \"/v1/invitations\", and `query` or `query_param`",
        ),
        (
            |mock| {
                mock.expect(get("/invitations")).respond(Reply::page([], 0)).times(..);
            },
            "the expectation of GET /invitations at HERE is invalid: the path \"/invitations\" does not contain \
             \"/v1/\", as the paths of all requests do. Use the path as it is sent",
        ),
        (
            |mock| {
                mock.expect(post("/v1/invitations").json(std::collections::BTreeMap::from([([1], 2)])))
                    .respond(Reply::page([], 0))
                    .times(..);
            },
            "the expectation of POST /v1/invitations at HERE is invalid: its body cannot be written as JSON (key must \
             be a string). Use another type",
        ),
        (
            |mock| {
                let reply = Reply::json(json!({})).status(42);
                mock.expect(get("/v1/invitations")).respond(reply).times(..);
            },
            "the reply to GET /v1/invitations, expected at HERE, is invalid: 42 is not an HTTP status. Use 100 to 999",
        ),
        (
            |mock| {
                let computed = mock.expect(get("/v1/invitations"));
                computed.respond_with(|_| Reply::hang().status(200)).times(..);
                list(mock);
                list(mock);
            },
            "the reply to GET /v1/invitations, expected at HERE, is invalid: `Reply::failure` and `Reply::hang` have \
             no response to change",
        ),
    ];
    for (make, problem) in cases {
        let mock = Mock::new();
        make(&mock);
        assert_eq!(
            report(&mock),
            format!("the mock was not used as expected:\n 1. {problem}")
        );
    }
}

#[test]
fn thousands_of_expectations_are_met_in_their_order() {
    let mock = Mock::new();
    let expect = |number: usize| {
        let address = format!("p{number}@example.com");
        let request = post("/v1/invitations").json(json!({ "email_address": address }));
        mock.expect(request).respond(Reply::invitation("inv_1", &address))
    };
    let handles: Vec<_> = (0..3_000).map(expect).collect();
    let client = client(&mock);
    let invite = |number: usize| {
        let invitation = CreateInvitation::new(format!("p{number}@example.com"));
        block_on(client.invitations().create(&invitation))
    };
    for (number, handle) in handles.iter().enumerate() {
        invite(number).expect("an invitation");
        assert_eq!(handle.calls(), 1);
    }
    mock.verify().expect("all expectations are met");
    invite(7).expect_err("it is used up");
    mock.verify().expect_err("a call too many");
}

#[test]
fn replies_to_expected_requests() {
    let mock = Mock::new();
    mock.expect(post("/v1/invitations/bulk").json(team_json()))
        .respond(team_reply());
    mock.expect(get("/v1/invitations").query_param("limit", "50"))
        .respond(Reply::page([("inv_1", "ada@example.com")], 31));
    let clerk = client(&mock);

    let invited = block_on(clerk.invitations().create_bulk(&team())).expect("invitations");
    assert_eq!(invited[1].email_address, "bob@example.com");
    let page = block_on(clerk.invitations().list(&ListInvitations::new().limit(50))).expect("a page");
    assert_eq!(page.total_count, Some(31));
    mock.verify().expect("all expectations are met");
}

#[test]
fn the_first_matching_expectation_with_calls_left_replies() {
    let clock = ManualClock::new();
    let mock = Mock::new();
    mock.expect(get("/v1/invitations"))
        .respond(Reply::rate_limited(Duration::from_millis(1500)));
    mock.expect(get("/v1/invitations"))
        .respond(Reply::page([], 7))
        .times(1..=2);
    let key = SecretKey::new("sk_test_abc").expect("a key");
    let clerk = Client::builder(key, mock.clone())
        .clock(clock.clone())
        .build()
        .expect("a client");

    let page = clock
        .drive(clerk.invitations().list(&ListInvitations::new()))
        .expect("does not stall");
    assert_eq!(page.expect("a page").total_count, Some(7));
    assert_eq!(clock.elapsed(), Duration::from_secs(2));
    mock.verify().expect("all expectations are met");
}

#[test]
fn replies_can_be_computed_from_the_request() {
    let mock = Mock::new();
    let echo = mock.expect(post("/v1/invitations")).respond_with(|request| {
        let sent: serde_json::Value = serde_json::from_slice(request.body()).expect("JSON");
        Reply::invitation("inv_9", sent["email_address"].as_str().expect("an address"))
    });
    let echo = echo.times(..);
    for address in ["ada@example.com", "bob@example.com"] {
        let invitation = block_on(client(&mock).invitations().create(&CreateInvitation::new(address)));
        assert_eq!(invitation.expect("an invitation").email_address, address);
    }
    assert_eq!(echo.calls(), 2);
}

#[test]
fn errors_have_the_format_of_clerk() {
    let mock = Mock::new();
    let meta = json!({ "email_addresses": ["ada@example.com"] });
    mock.expect(post("/v1/invitations"))
        .respond(Reply::error(400, "duplicate_record").meta(meta));
    mock.expect(post("/v1/invitations"))
        .respond(Reply::failure(TransportErrorKind::Closed, Delivery::MaybeDelivered));
    let ada = CreateInvitation::new("ada@example.com");

    let refused = block_on(client(&mock).invitations().create(&ada)).expect_err("refused");
    assert_eq!(
        (refused.kind(), refused.effect()),
        (ErrorKind::Rejected, Effect::NotApplied)
    );
    assert_eq!(refused.code().expect("a code"), &"duplicate_record");
    assert_eq!(
        refused.api_errors()[0].email_addresses().collect::<Vec<_>>(),
        ["ada@example.com"]
    );

    let lost = block_on(client(&mock).invitations().create(&ada)).expect_err("lost");
    assert_eq!((lost.kind(), lost.effect()), (ErrorKind::Transport, Effect::Unknown));
}

#[test]
fn a_hanging_call_ends_at_its_timeout() {
    let clock = ManualClock::new();
    let mock = Mock::new();
    mock.expect(post("/v1/invitations")).respond(Reply::hang());
    let key = SecretKey::new("sk_test_abc").expect("a key");
    let clerk = Client::builder(key, mock.clone())
        .clock(clock.clone())
        .build()
        .expect("a client");
    let clerk = clerk.with_options(CallOptions::new().attempt_timeout(Duration::from_secs(7)));

    let ada = CreateInvitation::new("ada@example.com");
    let error = clock
        .drive(clerk.invitations().create(&ada))
        .expect("does not stall")
        .expect_err("a timeout");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::Unknown));
    assert_eq!(clock.elapsed(), Duration::from_secs(7));
}

#[test]
fn unexpected_requests_fail_at_once_with_the_reason() {
    let mock = Mock::new();
    let error = block_on(client(&mock).invitations().create_bulk(&team())).expect_err("unexpected");
    assert_eq!(error.effect(), Effect::NotApplied);
    // The text that `unwrap` prints.
    assert!(format!("{error:?}").contains("POST /v1/invitations/bulk was not expected"));
    assert!(!format!("{error:?}").contains("not_to_be_shown"));
    mock.verify().expect_err("it is remembered");
}

#[test]
fn a_checkpoint_removes_all_expectations() {
    let mock = Mock::new();
    let clerk = client(&mock);
    mock.expect(post("/v1/invitations/bulk")).respond(team_reply());
    block_on(clerk.invitations().create_bulk(&team())).expect("invitations");
    mock.checkpoint().expect("all expectations are met");

    block_on(clerk.invitations().create_bulk(&team())).expect_err("no longer expected");
    mock.checkpoint().expect_err("it came unexpectedly");
    mock.checkpoint().expect("nothing since");
}

#[test]
fn dropping_the_last_handle_verifies_unless_the_test_is_failing() {
    let unmet = || {
        let mock = Mock::new();
        mock.expect(get("/v1/invitations")).respond(Reply::page([], 0));
        mock
    };
    let message = |payload: Box<dyn std::any::Any + Send>| match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().copied().unwrap_or_default().to_owned(),
    };

    let dropped = std::panic::catch_unwind(|| drop(unmet())).expect_err("it is not met");
    assert!(message(dropped).contains("GET /v1/invitations, expected once at "));

    let failing = std::panic::catch_unwind(|| {
        let _mock = unmet();
        panic!("the test's own failure");
    });
    assert_eq!(message(failing.expect_err("it failed")), "the test's own failure");

    let seen = unmet();
    seen.verify().expect_err("it is not met");
    drop(seen);
}

#[test]
fn replies_on_any_executor() {
    let mock = Mock::new();
    mock.expect(get("/v1/jwks")).respond(Reply::bytes("{}")).times(2);
    let request = || {
        let mut request = HttpRequest::default();
        *request.uri_mut() = "https://api.clerk.com/v1/jwks".parse().expect("a URI");
        request
    };
    block_on(mock.send(request())).expect("a response");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(mock.send(request())).expect("a response");
}
