//! The messages for requests that differ from the expectations.

use clerk_core::Effect;
use clerk_testkit::Mock;
use clerk_testkit::mock::{Reply, delete, get, post};
use pollster::block_on;
use serde_json::json;

use crate::team::{LINK, client, invite_team, list, report, team, team_json, team_reply};

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
        assert_eq!(report(&mock, file!()), expected, "{mistake}");
    }
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
