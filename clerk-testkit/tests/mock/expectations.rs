//! Which expectation replies, and when a mock verifies them.

use clerk_core::api::invitations::{CreateInvitation, ListInvitations};
use clerk_core::{Client, SecretKey};
use clerk_testkit::mock::{Reply, get, post};
use clerk_testkit::{ManualClock, Mock};
use pollster::block_on;
use serde_json::json;
use std::time::Duration;

use crate::team::{client, team, team_reply};

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
fn the_order_can_be_required_of_any_number_of_expectations() {
    let mock = Mock::new();
    mock.in_order();
    for _ in 0..20_000 {
        mock.expect(get("/v1/users")).respond(Reply::json(json!([]))).times(..);
    }
    mock.expect(get("/v1/invitations")).respond(Reply::page([], 0));
    crate::team::list(&mock);
    mock.verify().expect("those before are optional");
}

#[test]
fn an_expectation_can_be_extended_after_it_was_used_up() {
    let mock = Mock::new();
    let once = mock.expect(get("/v1/invitations")).respond(Reply::page([], 0));
    mock.expect(get("/v1/users")).respond(Reply::json(json!([]))).times(..);
    crate::team::list(&mock);
    let twice = once.times(2);
    crate::team::list(&mock);
    assert_eq!(twice.calls(), 2);
    mock.verify().expect("both were expected");
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
