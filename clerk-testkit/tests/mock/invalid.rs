//! The messages for expectations and replies that cannot work.

use clerk_core::api::invitations::CreateInvitation;
use clerk_testkit::Mock;
use clerk_testkit::mock::{Reply, get, post};
use pollster::block_on;
use serde_json::json;

use crate::team::{client, invite_team, list, report};

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
            report(&mock, file!()),
            format!("the mock was not used as expected:\n 1. {problem}")
        );
    }
}

#[test]
fn replies_that_the_operation_cannot_read_are_reported() {
    type Case = (fn(&Mock), &'static str);
    let cases: &[Case] = &[
        (
            |mock| {
                mock.expect(post("/v1/invitations/bulk")).respond(Reply::page([], 0));
                invite_team(mock);
            },
            "the reply to POST /v1/invitations/bulk, expected at HERE, is not a response to CreateBulkInvitations: \
             expected an array, got an object (line 1, column 0). Reply with an array, as `Reply::invitations` does, or \
             use `Reply::bytes`, which is not checked",
        ),
        (
            |mock| {
                mock.expect(post("/v1/invitations"))
                    .respond(Reply::invitations([("inv_1", "ada@example.com")]));
                let _ = block_on(
                    client(mock)
                        .invitations()
                        .create(&CreateInvitation::new("ada@example.com")),
                );
            },
            "the reply to POST /v1/invitations, expected at HERE, is not a response to CreateInvitation: expected a \
             string, got an object at [0] (line 1, column 1). Reply with an object, as `Reply::invitation` and `Reply::page` do, \
             or use `Reply::bytes`, which is not checked",
        ),
        (
            |mock| {
                let without_status = json!({ "data": [{ "id": "inv_1", "email_address": "ada@example.com" }] });
                mock.expect(get("/v1/invitations")).respond(Reply::json(without_status));
                list(mock);
            },
            "the reply to GET /v1/invitations, expected at HERE, is not a response to ListInvitations: missing field at \
             data[0].status (line 1, column 57). Fix the body, or use `Reply::bytes`, which is not checked",
        ),
        (
            |mock| {
                let number = json!({ "data": [{ "id": 7 }] });
                mock.expect(get("/v1/invitations")).respond(Reply::json(number));
                list(mock);
            },
            "the reply to GET /v1/invitations, expected at HERE, is not a response to ListInvitations: expected a \
             string, got an integer at data[0].id (line 1, column 16). Fix the body, or use `Reply::bytes`, which is not \
             checked",
        ),
    ];
    for (make, problem) in cases {
        let mock = Mock::new();
        make(&mock);
        assert_eq!(
            report(&mock, file!()),
            format!("the mock was not used as expected:\n 1. {problem}")
        );
    }
}

#[test]
fn a_response_that_is_meant_to_be_unreadable_is_not_reported() {
    let mock = Mock::new();
    mock.expect(get("/v1/invitations")).respond(Reply::bytes("<html>"));
    list(&mock);
    mock.verify().expect("it was asked for");
}
