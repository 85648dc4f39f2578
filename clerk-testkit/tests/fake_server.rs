//! [`FakeServer`] over real sockets.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use fake_support::connection::Connection;
use fake_support::server::serve;
use http::StatusCode;
use serde_json::json;

fn person(address: &str) -> String {
    json!({ "email_address": address }).to_string()
}

#[test]
fn serves_many_calls_on_one_connection() {
    let fake = FakeClerk::builder().existing_user("user@example.com").build();
    let (_runtime, server) = serve(&fake);
    let mut connection = Connection::open(server.address());
    assert_eq!(
        connection
            .call("POST", "/v1/invitations", person("ada@example.com"))
            .status,
        200
    );
    let refused = connection.call("POST", "/v1/invitations", person("user@example.com"));
    assert_eq!(
        (refused.status, &refused.json()["errors"][0]["code"]),
        (422, &json!("form_identifier_exists"))
    );
    assert!(
        refused.head.contains("clerk-trace-id: trace_fake000002\r\n"),
        "{}",
        refused.head
    );
    let bulk = json!([{ "email_address": "b@example.com", "notify": false }, { "email_address": "c@example.com" }]);
    assert_eq!(connection.call("POST", "/v1/invitations/bulk", bulk).status, 200);
    let list = connection.call("GET", "/v1/invitations?paginated=true&order_by=%2Bemail_address", "");
    assert_eq!(list.json()["total_count"], 3);
    assert_eq!(list.json()["data"][0]["email_address"], "ada@example.com");
    assert_eq!(
        connection.call("DELETE", "/v1/invitations/inv_fake000001", "").json()["deleted"],
        true
    );
    assert_eq!(connection.call("GET", "/v1/nothing", "").status, 400);

    assert_eq!(
        connection.call("GET", "/_fake/mails", "").json(),
        json!({ "ada@example.com": 1, "c@example.com": 1 })
    );
    assert_eq!(connection.call("GET", "/_fake/calls", "").json()["CreateInvitation"], 2);
    assert_eq!(connection.call("POST", "/_fake/reset", "").status, 204);
    assert_eq!(connection.call("GET", "/_fake/mails", "").json(), json!({}));
    assert_eq!(fake.calls(FakeOperation::CreateInvitation), 0);
}

#[test]
fn each_fault_happens_on_the_connection() {
    use Moment::{AfterEffect, BeforeEffect};
    // The fault, the status of the response if there is one, and the number of emails.
    let cases = [
        (Fault::Refused, None, 0),
        (Fault::Lost(BeforeEffect), None, 0),
        (Fault::Lost(AfterEffect), None, 1),
        (Fault::Truncated, Some(200), 1),
        (Fault::Garbage, Some(200), 1),
        (Fault::ServerError(StatusCode::BAD_GATEWAY, AfterEffect), Some(502), 1),
        (Fault::TooManyRequests(Duration::from_secs(7)), Some(429), 0),
    ];
    for (fault, status, mails) in cases {
        let fake = FakeClerk::builder()
            .faults(FaultPlan::new().on_call(None, 1, fault))
            .build();
        let (_runtime, server) = serve(&fake);
        let mut connection = Connection::open(server.address());
        connection.send("POST", "/v1/invitations", &person("ada@example.com"));
        let answer = connection.read();
        assert_eq!(answer.as_ref().map(|answer| answer.status), status, "{fault}");
        assert_eq!(fake.mails_to("ada@example.com"), mails, "{fault}");
        let Some(answer) = answer else {
            continue;
        };
        assert_eq!(
            answer.body.len() < answer.promised,
            fault == Fault::Truncated,
            "{fault}"
        );
        if fault == Fault::Truncated {
            assert!(
                answer
                    .body
                    .starts_with(br#"{"object":"invitation","id":"inv_fake000001""#)
            );
        }
        if let Fault::TooManyRequests(_) = fault {
            assert!(answer.head.contains("retry-after: 7\r\n"), "{}", answer.head);
        }
    }
}

#[test]
fn a_hanging_call_blocks_no_other_and_ends_with_the_server() {
    let plan = FaultPlan::new().on_call(None, 1, Fault::Hang(Moment::AfterEffect));
    let fake = FakeClerk::builder().faults(plan).build();
    let (runtime, server) = serve(&fake);
    let address = server.address();
    let mut hanging = Connection::open(address);
    hanging.send("POST", "/v1/invitations", &person("ada@example.com"));
    let mut other = Connection::open(address);
    while fake.mails_to("ada@example.com") == 0 {
        assert_eq!(other.call("GET", "/_fake/mails", "").status, 200);
    }
    assert_eq!(other.call("GET", "/v1/invitations", "").status, 200);

    runtime.block_on(server.stop());
    assert!(hanging.read().is_none(), "no response");
    assert!(other.read().is_none(), "an idle connection is closed");
    assert!(TcpStream::connect(address).is_err(), "nothing listens");
}

#[test]
fn dropping_the_server_stops_it() {
    let (runtime, server) = serve(&FakeClerk::new());
    let mut idle = Connection::open(server.address());
    assert_eq!(idle.call("GET", "/v1/invitations", "").status, 200);
    drop(server);
    assert!(idle.read().is_none());
    drop(runtime);
}

#[test]
fn stops_reading_a_body_that_is_too_large() {
    let (_runtime, server) = serve(&FakeClerk::new());
    let mut connection = Connection::open(server.address());
    let head = "POST /v1/invitations HTTP/1.1\r\nHost: fake\r\nAuthorization: Bearer sk_test_fake\r\n\
                Content-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n";
    let stream = connection.0.get_mut();
    stream.write_all(head.as_bytes()).expect("the head is written");
    // One byte too many. The server may close the connection before all of it is written.
    let _ = stream.write_all(&vec![b' '; (1 << 20) + 1]);
    let answer = connection.read().expect("a response");
    assert_eq!(
        (answer.status, &answer.json()["errors"][0]["code"]),
        (413, &json!("request_body_too_large"))
    );
}
