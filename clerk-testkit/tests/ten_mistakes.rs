//! Ten mistakes of somebody who writes a first test, and the whole message that each of them gets.
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

use std::error::Error;
use std::panic::catch_unwind;
use std::time::Duration;

use clerk_core::api::invitations::{CreateInvitation, ListInvitations};
use clerk_core::{Client, HttpTransport, SecretKey};
use clerk_testkit::fake::FaultPlan;
use clerk_testkit::mock::{Reply, get, post};
use clerk_testkit::{Cassette, FakeClerk, ManualClock, Mock, Replay};
use pollster::block_on;

fn client(transport: impl HttpTransport) -> Client {
    let key = SecretKey::new("sk_test_abc").expect("a key");
    Client::builder(key, transport).retry_seed(1).build().expect("a client")
}

/// Lists the invitations, without retries.
fn list(transport: impl HttpTransport) -> clerk_core::Result<()> {
    let once = clerk_core::CallOptions::new().no_retry();
    let client = client(transport).with_options(once);
    block_on(client.invitations().list(&ListInvitations::new())).map(drop)
}

fn invite(transport: impl HttpTransport) -> clerk_core::Result<()> {
    block_on(
        client(transport)
            .invitations()
            .create(&CreateInvitation::new("ada@example.com")),
    )
    .map(drop)
}

/// Returns the report of a mock, with `HERE` for the places in this file.
fn report(make: impl FnOnce(&Mock)) -> String {
    let mock = Mock::new();
    make(&mock);
    without_places(&mock.verify().expect_err("a report").to_string())
}

fn without_places(text: &str) -> String {
    let mut pieces = text.split(concat!(file!(), ":"));
    let mut clean = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        clean.push_str("HERE");
        clean.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'));
    }
    clean
}

/// Returns an error with its sources.
fn chain(error: &dyn Error) -> String {
    let sources = std::iter::successors(Some(error), |&error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn cassette(outcome: &str) -> String {
    format!(
        r#"{{"version":1,"interactions":[{{"request":{{"method":"POST","path":"/v1/invitations",
        "body":{{"json":{{"email_address":"ada@example.com"}}}}}},"outcome":{outcome}}}]}}"#
    )
}

#[test]
fn each_message_names_the_fix() {
    type Case = (&'static str, fn() -> String, &'static str);
    let cases: &[Case] = &[
        (
            "a path as in Clerk's documentation",
            || {
                report(|mock| {
                    mock.expect(post("/invitations")).respond(Reply::hang()).times(..);
                })
            },
            "the mock was not used as expected:\n 1. the expectation of POST /invitations at HERE is invalid: the path \
             \"/invitations\" does not contain \"/v1/\", as the paths of all requests do. Use the path as it is sent",
        ),
        (
            "an expectation without a reply",
            || {
                report(|mock| {
                    let _ = mock.expect(post("/v1/invitations"));
                })
            },
            "the mock was not used as expected:\n 1. the expectation of POST /v1/invitations at HERE is invalid: it has \
             no reply. Complete it with `respond` or `respond_with`",
        ),
        (
            "a reply of another operation",
            || {
                report(|mock| {
                    mock.expect(post("/v1/invitations")).respond(Reply::page([], 0));
                    let _ = invite(mock.clone());
                })
            },
            "the mock was not used as expected:\n 1. the reply to POST /v1/invitations, expected at HERE, is not a \
             response to CreateInvitation: missing field at id (line 1, column 27). Fix the body, or use `Reply::bytes`, \
             which is not checked",
        ),
        (
            "a mock that is dropped before its calls came",
            || {
                let dropped = catch_unwind(|| {
                    Mock::new().expect(get("/v1/invitations")).respond(Reply::page([], 0));
                });
                let message = dropped.expect_err("a panic").downcast::<String>();
                without_places(&message.unwrap_or_default())
            },
            "the mock was not used as expected:\n 1. GET /v1/invitations, expected once at HERE, was never called",
        ),
        (
            "a client without the clock of the test",
            || {
                let clock = ManualClock::new();
                let mock = Mock::new();
                mock.expect(get("/v1/invitations"))
                    .respond(Reply::rate_limited(Duration::from_secs(9)))
                    .times(..);
                let client = client(mock);
                let stalled = clock.drive(client.invitations().list(&ListInvitations::new()));
                stalled.expect_err("it waits on another clock").to_string()
            },
            "the future stalled after 0ns on the clock: nothing woke it, and nothing sleeps on the clock. Give the client \
             this clock with `.clock(clock.clone())`, and set a timeout for calls that hang. If the code spawns tasks or \
             threads, use a `VirtualClock` instead, without `drive`; if it needs sockets, use the real time",
        ),
        (
            "another key than the fake's",
            || chain(&list(FakeClerk::new()).expect_err("refused")),
            "ListInvitations failed with status 401, clerk_key_invalid (trace id trace_fake000001)",
        ),
        (
            "a cassette that was never recorded",
            || chain(&Replay::load("tests/cassettes/first.json").expect_err("no file")),
            "the cassette tests/cassettes/first.json does not exist. Record it first",
        ),
        (
            "a cassette with a comma too many",
            || chain(&Cassette::from_json("{\"version\": 1,\n \"interactions\": [],}").expect_err("not JSON")),
            "the text is not a cassette: line 2, column 21: trailing comma at line 2 column 21",
        ),
        (
            "a cassette of another person",
            || {
                let answer = cassette(r#"{"response":{"status":200}}"#);
                let replay = Replay::new(Cassette::from_json(&answer).expect("a cassette")).allow_unused();
                let client = client(replay.clone());
                let _ = block_on(client.invitations().create(&CreateInvitation::new("bob@example.com")));
                replay.verify().expect_err("a report").to_string()
            },
            "the requests differ from the cassette. Fix the code or the test, or record the cassette again if the change \
             is intended:\n 1. POST /v1/invitations does not match a recorded request. The nearest one, interaction 0, \
             differs in\n     body $.email_address: expected \"person-18d2b51e23c6@example.com\", got \
             \"bob@example.com\"\n (person-…@example.com is a pseudonym of the cassette for an address that no request \
             has contained so far)",
        ),
        (
            "a fault that does not exist",
            || match FaultPlan::parse("CreateInvitation 2 explode") {
                Ok(_) => panic!("a plan"),
                Err(error) => error.to_string(),
            },
            "line 1 of the fault plan: unknown fault \"explode\"; use any, refused, truncated, garbage, 429/30s, late/60s, \
             one of Clerk's codes such as quota_exceeded, or one of lost-, hang- and a 5xx such as 503-, followed by \
             before-effect or after-effect",
        ),
    ];
    for (mistake, make, message) in cases {
        assert_eq!(make(), *message, "{mistake}");
    }
}
