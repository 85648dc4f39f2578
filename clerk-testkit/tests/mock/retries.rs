//! Calls that come again because of the client's retry.

use clerk_core::api::invitations::ListInvitations;
use clerk_core::{Client, SecretKey};
use clerk_testkit::mock::{Reply, get};
use clerk_testkit::{Mock, VirtualClock};
use pollster::block_on;

use crate::team::report;

#[test]
fn the_message_says_that_the_client_retries() {
    let mock = Mock::new();
    mock.expect(get("/v1/invitations"))
        .respond(Reply::error(500, "internal"));
    let key = SecretKey::new("sk_test_abc").expect("a key");
    let client = Client::builder(key, mock.clone()).clock(VirtualClock::new());
    let client = client.build().expect("a client");
    block_on(client.invitations().list(&ListInvitations::new())).expect_err("only one reply");
    assert_eq!(
        report(&mock, file!()),
        "the mock was not used as expected:\n 1. GET /v1/invitations was not expected. It is attempt 2 of one call, \
         because the client retries after a 429, a 5xx or a failure. It matches the expectation at HERE, which allows it \
         once and is used up: allow more calls with `times`, or expect it again"
    );
}
