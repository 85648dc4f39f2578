//! What a client makes of the replies.

use std::time::Duration;

use clerk_core::api::invitations::{CreateInvitation, ListInvitations};
use clerk_core::{
    CallOptions, Client, Delivery, Effect, ErrorKind, HttpRequest, HttpTransport, SecretKey, TransportErrorKind,
};
use clerk_testkit::mock::{Reply, get, post};
use clerk_testkit::{ManualClock, Mock};
use pollster::block_on;
use serde_json::json;

use crate::team::{client, team, team_json, team_reply};

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
