//! [`FakeServer`] and the program `fake-clerk`, over real sockets.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use clerk_testkit::FakeClerk;
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use clerk_testkit::server::FakeServer;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

/// A server on a thread of its own.
fn serve(fake: &FakeClerk) -> (Runtime, FakeServer) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_io()
        .build()
        .expect("a runtime");
    let server = runtime.block_on(FakeServer::start(fake.clone())).expect("a free port");
    (runtime, server)
}

/// A client that knows no more of HTTP than it has to.
struct Connection(BufReader<TcpStream>);

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
    /// The length that the head promised.
    promised: usize,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

impl Connection {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a timeout");
        Self(BufReader::new(stream))
    }

    fn send(&mut self, method: &str, path: &str, body: &str) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: fake\r\nAuthorization: Bearer sk_test_fake\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0
            .get_mut()
            .write_all(request.as_bytes())
            .expect("the request is written");
    }

    /// `None` if the connection ends before an answer begins.
    fn read(&mut self) -> Option<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match self.0.read_line(&mut head) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("{error}"),
            }
        }
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        let promised = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
            .unwrap_or(0);
        let mut body = Vec::new();
        self.0
            .by_ref()
            .take(promised as u64)
            .read_to_end(&mut body)
            .expect("a body");
        Some(Answer {
            status,
            head,
            body,
            promised,
        })
    }

    fn call(&mut self, method: &str, path: &str, body: impl ToString) -> Answer {
        self.send(method, path, &body.to_string());
        self.read().expect("an answer")
    }
}

fn person(address: &str) -> String {
    json!({ "email_address": address }).to_string()
}

#[test]
fn one_connection_takes_many_calls() {
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
fn faults_are_what_a_client_would_see_of_them() {
    use Moment::{AfterEffect, BeforeEffect};
    // The fault, the status if one is seen, and how many mails went out.
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
fn a_call_that_hangs_holds_up_nobody_and_ends_with_the_server() {
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
    assert!(hanging.read().is_none(), "no answer came");
    assert!(other.read().is_none(), "an idle connection is closed");
    assert!(TcpStream::connect(address).is_err(), "nobody listens");
}

#[test]
fn a_dropped_server_stops() {
    let (runtime, server) = serve(&FakeClerk::new());
    let mut idle = Connection::open(server.address());
    assert_eq!(idle.call("GET", "/v1/invitations", "").status, 200);
    drop(server);
    assert!(idle.read().is_none());
    drop(runtime);
}

#[test]
fn a_body_that_is_too_large_is_not_read_to_its_end() {
    let (_runtime, server) = serve(&FakeClerk::new());
    let mut connection = Connection::open(server.address());
    let head = "POST /v1/invitations HTTP/1.1\r\nHost: fake\r\nAuthorization: Bearer sk_test_fake\r\n\
                Content-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n";
    let stream = connection.0.get_mut();
    stream.write_all(head.as_bytes()).expect("the head is written");
    // Enough to be too much. The server may close before all of it is written.
    let _ = stream.write_all(&vec![b' '; (1 << 20) + 1]);
    let answer = connection.read().expect("an answer");
    assert_eq!(
        (answer.status, &answer.json()["errors"][0]["code"]),
        (413, &json!("request_body_too_large"))
    );
}

/// Ends the program when the test does.
struct Program(Child);

impl Program {
    /// The address in the program's first line.
    fn address(&mut self) -> SocketAddr {
        let mut line = String::new();
        let stdout = self.0.stdout.as_mut().expect("its output");
        BufReader::new(stdout).read_line(&mut line).expect("its first line");
        let address = line
            .trim()
            .strip_prefix("http://")
            .and_then(|address| address.parse().ok());
        address.expect(&line)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn fake_clerk() -> Command {
    Command::new(env!("CARGO_BIN_EXE_fake-clerk"))
}

#[test]
fn the_program_does_what_its_options_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let log = folder.path().join("log");
    let child = fake_clerk()
        .args([
            "--environment",
            "production",
            "--limits",
            "single=5/60s",
            "--ignore-existing",
            "bypasses-users",
        ])
        .args([
            "--window",
            "sliding",
            "--read-lag",
            "3600000",
            "--latency",
            "1",
            "--fault-seed",
            "3",
        ])
        .args(["--bulk-on-5xx", "partial", "--secret-key", "sk_live_mine"])
        .arg("--existing-users")
        .arg(file("users", "# users\n\n User@example.com \n"))
        .arg("--existing-invitations")
        .arg(file("invitations", "old@example.com\n"))
        .arg("--reject")
        .arg(file("reject", "bad@example.com\n"))
        .arg("--blocklist")
        .arg(file("blocklist", "*@evil.example\n"))
        .arg("--faults")
        .arg(file("faults", "CreateBulkInvitations 1 500-after-effect\n"))
        .arg("--log")
        .arg(&log)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut program = Program(child);
    let address = program.address();

    let call = |method: &str, path: &str, body: Value| {
        let mut connection = Connection::open(address);
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: fake\r\nAuthorization: Bearer sk_live_mine\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        connection
            .0
            .get_mut()
            .write_all(request.as_bytes())
            .expect("the request is written");
        connection.read().expect("an answer")
    };
    let invite = |address: &str| {
        let answer = call("POST", "/v1/invitations", json!({ "email_address": address })).json();
        answer["errors"][0]["code"].as_str().unwrap_or("none").to_owned()
    };
    assert_eq!(invite("user@example.com"), "form_identifier_exists");
    assert_eq!(invite("Old@example.com"), "duplicate_record");
    assert_eq!(invite("bad@example.com"), "form_param_format_invalid");
    assert_eq!(invite("x@evil.example"), "not_allowed_access");
    let ignoring = json!({ "email_address": "user@example.com", "ignore_existing": true });
    assert_eq!(call("POST", "/v1/invitations", ignoring).status, 200);
    assert_eq!(invite("new@example.com"), "too_many_requests");
    let two = json!([{ "email_address": "b@example.com" }, { "email_address": "c@example.com" }]);
    assert_eq!(call("POST", "/v1/invitations/bulk", two).status, 500);
    assert_eq!(
        call("GET", "/v1/invitations", Value::Null).json(),
        json!([]),
        "nothing is listed yet"
    );
    assert_eq!(
        call("GET", "/v1/instance", Value::Null).json()["environment_type"],
        "production"
    );
    let mails = call("GET", "/_fake/mails", Value::Null).json();
    assert_eq!(mails, json!({ "user@example.com": 1, "b@example.com": 1 }));

    let log = std::fs::read_to_string(log).expect("the log");
    assert_eq!(log.lines().count(), 9);
    let seventh: Value = serde_json::from_str(log.lines().nth(6).expect("a line")).expect("JSON");
    assert_eq!(seventh["fault"], "500-after-effect");
    assert_eq!(seventh["created"], json!(["inv_fake000003"]));
    assert!(!log.contains("sk_live"), "{log}");
}

#[test]
fn the_program_has_the_organizations_and_the_waitlist_that_it_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let child = fake_clerk()
        .args(["--organization", "org_1", "--organization", "org_2"])
        .args(["--organization-duplicate", "duplicate-record"])
        .arg("--members")
        .arg(file("members", "# members\norg_1  member@example.com\n"))
        .arg("--administrators")
        .arg(file("administrators", "org_3 boss@example.com\n"))
        .arg("--waitlist")
        .arg(file("waitlist", "waiting@example.com\n"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut program = Program(child);
    let mut connection = Connection::open(program.address());
    let mut invite = |organization: &str, address: &str, inviter: Value| {
        let path = format!("/v1/organizations/{organization}/invitations");
        let person = json!({ "email_address": address, "role": "org:member", "inviter_user_id": inviter });
        let answer = connection.call("POST", &path, person).json();
        answer["errors"][0]["code"].as_str().unwrap_or("none").to_owned()
    };
    for (organization, address, inviter, code) in [
        ("org_1", "ada@example.com", Value::Null, "none"),
        ("org_1", "ada@example.com", Value::Null, "duplicate_record"),
        (
            "org_1",
            "member@example.com",
            Value::Null,
            "already_a_member_in_organization",
        ),
        ("org_2", "member@example.com", Value::Null, "none"),
        ("org_3", "ada@example.com", json!("user_fake000002"), "none"),
        ("org_4", "ada@example.com", Value::Null, "resource_not_found"),
    ] {
        assert_eq!(invite(organization, address, inviter), code, "{organization} {address}");
    }
    let waitlist = connection.call("GET", "/v1/waitlist_entries", "").json();
    assert_eq!(waitlist["data"][0]["email_address"], "waiting@example.com");
}

#[test]
fn the_program_says_what_is_wrong_with_its_options() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("members");
    std::fs::write(&file, "just-one-word\n").expect("a file");
    let file = file.to_str().expect("UTF-8");
    for (arguments, complaint) in [
        (&["--port", "x"][..], "fake-clerk: --port: "),
        (&["--port"], "fake-clerk: --port: "),
        (&["--prot", "1"], "fake-clerk: --prot: there is no such option"),
        (
            &["--limits", "bulk=x"],
            "fake-clerk: --limits: \"bulk=x\" is not a rate limit",
        ),
        (
            &["--window", "round"],
            "fake-clerk: --window: has to be fixed or sliding",
        ),
        (
            &["--faults", "/nowhere/faults"],
            "fake-clerk: --faults: /nowhere/faults: ",
        ),
        (
            &["--secret-key", "pk_test_x"],
            "fake-clerk: --secret-key: the secret key does not begin with",
        ),
        (
            &["--secret-key", "sk_test_x", "--environment", "production"],
            "fake-clerk: --secret-key is of another",
        ),
        (
            &["--members", file],
            "fake-clerk: --members: \"just-one-word\" is not an organization and an address",
        ),
        (&["serve"], "fake-clerk: unexpected argument \"serve\""),
    ] {
        let output = fake_clerk().args(arguments).output().expect("the program runs");
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && complained.starts_with(complaint),
            "{arguments:?}: {complained}"
        );
        assert!(output.stdout.is_empty());
    }
    let help = fake_clerk().arg("--help").output().expect("the program runs");
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("--existing-users FILE"));
}
