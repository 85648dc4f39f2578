//! Recording, the file, and replaying it.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod exchange;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::{
    Bytes, CallOptions, Client, Clock, Delivery, Effect, HttpRequest, HttpTransport, SecretKey, TransportErrorKind,
    transport_fn,
};
use clerk_testkit::cassette::{CassetteTransport, RecordOptions, cassette};
use clerk_testkit::mock::{Reply, get, post};
use clerk_testkit::{Cassette, ManualClock, Mock, Record, Replay};
use pollster::block_on;

use exchange::{recorded, replay, request, response};

const ADA: &str = "ada.lovelace@analytical.engines.co.uk";

fn recorder<T: HttpTransport>(inner: T) -> Record<T> {
    let folder = tempfile::tempdir().expect("a folder");
    Record::new(
        inner,
        folder.path().join("unused.json"),
        RecordOptions::new().clock(ManualClock::new()),
    )
}

#[test]
fn a_file_reads_well() {
    let answer = http::Response::builder()
        .header("content-type", "application/json")
        .header("set-cookie", "session=1")
        .body(Bytes::from(
            r#"[{"id":"inv_1","email_address":"ada@example.org","n":18446744073709551616}]"#,
        ))
        .expect("a response");
    let sent = r#"[{"email_address":"Ada@example.org","public_metadata":{"seat":9007199254740993}}]"#;
    let text = recorded(request("POST", "/v1/invitations/bulk?b=2&a=%2B1", sent), Ok(answer)).expect("no secret");
    assert_eq!(
        text,
        r#"{
  "version": 1,
  "interactions": [
    {
      "request": {
        "method": "POST",
        "path": "/v1/invitations/bulk",
        "query": [
          [
            "a",
            "+1"
          ],
          [
            "b",
            "2"
          ]
        ],
        "body": {
          "json": [
            {
              "email_address": "person-549d9ab1ff5f@example.com",
              "public_metadata": {
                "seat": 9007199254740993
              }
            }
          ]
        }
      },
      "outcome": {
        "response": {
          "status": 200,
          "headers": {
            "content-type": [
              "application/json"
            ]
          },
          "body": {
            "json": [
              {
                "id": "inv_1",
                "email_address": "person-549d9ab1ff5f@example.com",
                "n": 18446744073709551616
              }
            ]
          }
        }
      },
      "elapsed_ms": 0
    }
  ]
}
"#
    );
}

#[test]
fn what_matches_and_what_does_not() {
    let base = || {
        request(
            "POST",
            "/v1/x?a=1&b=2&b=3",
            r#"{"a":1,"b":[1,2],"big":18446744073709551616}"#,
        )
    };
    let json = recorded(base(), Ok(response("{}"))).expect("no secret");
    let cases = [
        ("itself", base(), ""),
        (
            "another order",
            request(
                "POST",
                "/v1/x?b=3&a=%31&b=2",
                r#" {"big":18446744073709551616, "b":[1, 2.0], "a":1} "#,
            ),
            "",
        ),
        (
            "another method",
            request("PUT", "/v1/x?a=1&b=2&b=3", base().into_body()),
            "method: expected POST, got PUT",
        ),
        (
            "another path",
            request("POST", "/v1/y?a=1&b=2&b=3", base().into_body()),
            "path: expected /v1/x, got /v1/y",
        ),
        (
            "one parameter less",
            request("POST", "/v1/x?a=1&b=2", base().into_body()),
            "query b: expected \"2\" and \"3\", got \"2\"",
        ),
        (
            "another big number",
            request(
                "POST",
                "/v1/x?a=1&b=2&b=3",
                r#"{"a":1,"b":[1,2],"big":18446744073709551617}"#,
            ),
            "body $.big: expected 18446744073709551616, got 18446744073709551617",
        ),
        (
            "another order of an array",
            request(
                "POST",
                "/v1/x?a=1&b=2&b=3",
                r#"{"a":1,"b":[2,1],"big":18446744073709551616}"#,
            ),
            "body $.b[0]: expected 1, got 2\n     body $.b[1]: expected 2, got 1",
        ),
        (
            "no JSON",
            request("POST", "/v1/x?a=1&b=2&b=3", "a"),
            "body: expected {\"a\":1,\"b\":[1,2],\"big\":18446744073709551616}, got \"a\"",
        ),
    ];
    for (what, sent, difference) in cases {
        let replay = replay(&json);
        let result = block_on(replay.send(sent.clone()));
        let report = replay.verify().map_err(|error| error.to_string());
        if difference.is_empty() {
            assert!(result.is_ok() && report.is_ok(), "{what}: {report:?}");
        } else {
            let error = result.expect_err(what);
            assert_eq!(
                (error.kind(), error.delivery()),
                (TransportErrorKind::InvalidRequest, Delivery::NotSent)
            );
            let name = format!("{} {}", sent.method(), sent.uri().path());
            assert_eq!(
                report.expect_err(what),
                format!(
                    "the cassette was not replayed as recorded:\n \
                     1. {name} was not recorded like this. The nearest, interaction 0, differs in\n     {difference}\n \
                     2. POST /v1/x, interaction 0, was recorded and not made"
                ),
                "{what}"
            );
        }
    }
}

/// Answers each request with its number, later ones earlier.
fn numbering(clock: &ManualClock) -> impl HttpTransport {
    let (clock, next) = (clock.clone(), Mutex::new(0_u32));
    transport_fn(move |_request| {
        let mut next = next.lock().expect("no panic");
        let number = *next;
        *next += 1;
        let wait = clock.sleep(Duration::from_millis(u64::from(100 - number)));
        async move {
            wait.await;
            Ok(response(number.to_string()))
        }
    })
}

/// Makes these requests at the same time and tells what each was answered and when.
fn all_at_once(transport: &impl HttpTransport, clock: &ManualClock, paths: &[&str]) -> Vec<(String, Duration)> {
    let mut calls: Vec<_> = paths
        .iter()
        .map(|path| (transport.send(request("GET", path, "")), None))
        .collect();
    let work = std::future::poll_fn(|context| {
        for (call, answer) in &mut calls {
            if answer.is_none()
                && let std::task::Poll::Ready(result) = call.as_mut().poll(context)
            {
                let body = result.expect("a response").into_body();
                *answer = Some((String::from_utf8_lossy(&body).into_owned(), clock.elapsed()));
            }
        }
        if calls.iter().all(|(_, answer)| answer.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    });
    clock.drive(work).expect("no stall");
    calls.into_iter().filter_map(|(_, answer)| answer).collect()
}

#[test]
fn concurrent_requests_are_answered_as_they_were_and_take_as_long() {
    let paths = ["/v1/a", "/v1/b", "/v1/a", "/v1/a"];
    let clock = ManualClock::new();
    let record = Record::new(
        numbering(&clock),
        "/dev/null",
        RecordOptions::new().clock(clock.clone()),
    );
    let first = all_at_once(&record, &clock, &paths);
    record.save().expect("nowhere");
    let json = record.cassette().to_json().expect("no secret");

    let clock = ManualClock::new();
    let paced = replay(&json).paced(clock.clone());
    assert_eq!(all_at_once(&paced, &clock, &paths), first);
    paced.verify().expect("all was made");

    // Another order of different requests changes nothing for equal ones.
    let clock = ManualClock::new();
    let unpaced = replay(&json);
    let bodies: Vec<String> = all_at_once(&unpaced, &clock, &["/v1/b", "/v1/a", "/v1/a", "/v1/a"])
        .into_iter()
        .map(|(body, _)| body)
        .collect();
    assert_eq!(bodies, ["1", "0", "2", "3"]);
    assert_eq!(clock.elapsed(), Duration::ZERO);
    unpaced.verify().expect("all was made");

    let strict = replay(&json).in_order().allow_unused();
    block_on(strict.send(request("GET", "/v1/b", ""))).expect_err("/v1/a is next");
    let report = strict.verify().expect_err("out of order").to_string();
    assert!(
        report.contains("The next, interaction 0, differs in\n     path: expected /v1/a, got /v1/b"),
        "{report}"
    );
}

#[test]
fn failures_and_abandoned_attempts_come_again() {
    let clock = ManualClock::new();
    let mock = Mock::new();
    mock.in_order();
    let lost = Reply::failure(TransportErrorKind::Closed, Delivery::MaybeDelivered);
    mock.expect(post("/v1/invitations")).respond(lost);
    mock.expect(post("/v1/invitations")).respond(Reply::hang());
    let refused = Reply::failure(TransportErrorKind::Connect, Delivery::NotSent);
    mock.expect(get("/v1/invitations")).respond(refused);
    mock.expect(get("/v1/invitations")).respond(Reply::page([], 5));

    let run = |transport: Box<dyn HttpTransport>| {
        let clock = ManualClock::new();
        let key = SecretKey::new("sk_test_abc").expect("a key");
        let builder = Client::builder(key, transport).clock(clock.clone()).retry_seed(1);
        let clerk = builder.build().expect("a client");
        let clerk = clerk.with_options(CallOptions::new().attempt_timeout(Duration::from_secs(9)));
        let ada = CreateInvitation::new(ADA);
        let invitations = clerk.invitations();
        let lost = clock
            .drive(invitations.create(&ada))
            .expect("no stall")
            .expect_err("lost");
        let late = clock
            .drive(invitations.create(&ada))
            .expect("no stall")
            .expect_err("late");
        let page = clock
            .drive(invitations.list(&Default::default()))
            .expect("no stall")
            .expect("a page");
        let errors = [lost, late].map(|error| (error.kind(), error.effect(), error.attempts()));
        (errors, page.total_count, clock.elapsed())
    };
    let record = Record::new(mock, "/dev/null", RecordOptions::new().clock(clock));
    let first = run(Box::new(record.clone()));
    assert_eq!((first.0[1].1, first.1), (Effect::Unknown, Some(5)));
    record.save().expect("nowhere");
    let replay = Replay::new(record.cassette());
    assert_eq!(run(Box::new(replay.clone())), first);
    replay.verify().expect("all was made");
}

#[test]
fn answers_carry_the_callers_own_addresses() {
    let echo = transport_fn(async |request: HttpRequest| {
        let sent: Vec<BTreeMap<String, String>> = serde_json::from_slice(request.body()).expect("JSON");
        let address = sent[0]["email_address"].to_lowercase();
        Ok(response(format!(
            r#"[{{"id":"inv_1","email_address":"{address}","status":"pending","created_at":1,"updated_at":1}}]"#
        )))
    });
    let invite = |transport: Box<dyn HttpTransport>| {
        let clerk = Client::builder(SecretKey::new("sk_test_abc").expect("a key"), transport)
            .build()
            .expect("a client");
        block_on(
            clerk
                .invitations()
                .create_bulk(&[CreateInvitation::new("Ada@real.example")]),
        )
        .expect("invited")
    };
    let record = recorder(echo);
    invite(Box::new(record.clone()));
    let replay = Replay::new(record.cassette());
    let again = invite(Box::new(replay.clone()));
    assert_eq!(again[0].email_address, "Ada@real.example");
    replay.verify().expect("all was made");
}

#[test]
fn what_is_no_text_comes_back_to_the_byte() {
    let bytes: Vec<u8> = (0..=255).collect();
    let json = recorded(request("POST", "/v1/x", bytes.clone()), Ok(response(bytes.clone()))).expect("no secret");
    assert!(json.contains(&STANDARD.encode(&bytes)));
    let replay = replay(&json);
    let answer = block_on(replay.send(request("POST", "/v1/x", bytes.clone()))).expect("it matches");
    assert_eq!(answer.body()[..], bytes);
    replay.verify().expect("all was made");

    let others: Vec<u8> = bytes.into_iter().rev().collect();
    block_on(replay.send(request("POST", "/v1/x", others))).expect_err("other bytes");
    let report = replay.verify().expect_err("other bytes").to_string();
    let difference = "body: expected other 256 bytes that are not text, got 256 bytes that are not text";
    assert!(report.contains(difference), "{report}");
}

#[test]
fn what_is_no_cassette_is_refused() {
    let message = |json: &str| Cassette::from_json(json).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(message(r#"{"version":1,"interactions":[]}"#), Ok(()));
    assert_eq!(message("[]"), Err("this is not a cassette: line 1, column 2".into()));
    let with_more = "{\"version\":1,\n\"interactions\":[],\"x\":1}";
    assert_eq!(
        message(with_more),
        Err("this is not a cassette: line 2, column 21".into())
    );
    let newer = r#"{"version":2,"other":[]}"#;
    assert_eq!(
        message(newer),
        Err("the cassette is of version 2, and this crate reads version 1: record it again".into())
    );
}

#[test]
fn what_is_wrong_with_a_file_names_the_file_and_what_to_do() {
    let absent = Cassette::load("no/such/file.json").expect_err("no file").to_string();
    assert_eq!(absent, "there is no cassette no/such/file.json: record it first");
    let opened = cassette("no/such/file.json", "CLERK_TESTKIT_NEVER_SET", || -> Mock {
        panic!("not to be made")
    });
    assert_eq!(
        opened.expect_err("no file").to_string(),
        "there is no cassette no/such/file.json: record it first, by running the test with CLERK_TESTKIT_NEVER_SET=1"
    );

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    let name = path.display();
    let load = |json: &str| {
        std::fs::write(&path, json).expect("a file");
        Replay::load(&path)
    };
    let broken = load("{\"version\":1,\n\"interactions\":[}").expect_err("not JSON");
    assert_eq!(
        broken.to_string(),
        format!("{name} is not a cassette: line 2, column 17")
    );
    let source = std::error::Error::source(&broken).expect("the reason").to_string();
    assert!(source.contains("expected value"), "{source}");
    let newer = load(r#"{"version":2}"#).expect_err("newer").to_string();
    assert!(
        newer.starts_with(&format!("the cassette {name} is of version 2,")),
        "{newer}"
    );

    let json = recorded(request("GET", "/v1/x", ""), Ok(response("1"))).expect("no secret");
    let unused = load(&json)
        .expect("a cassette")
        .verify()
        .expect_err("not made")
        .to_string();
    let headline = format!("the cassette {name} was not replayed as recorded:\n");
    assert!(unused.starts_with(&headline), "{unused}");
}

#[test]
fn without_the_variable_the_file_answers_and_nothing_is_made_live() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    std::fs::write(
        &path,
        recorded(request("GET", "/v1/x", ""), Ok(response("1"))).expect("no secret"),
    )
    .expect("a file");
    let tape: CassetteTransport<Mock> =
        cassette(&path, "CLERK_TESTKIT_NEVER_SET", || panic!("not to be made")).expect("a cassette");
    let answer = block_on(tape.send(request("GET", "/v1/x", ""))).expect("a response");
    assert_eq!(answer.body(), "1");
    tape.finish().expect("all was made");
}

#[test]
fn dropping_a_recorder_writes_the_file_unless_a_test_is_failing() {
    let folder = tempfile::tempdir().expect("a folder");
    let record = |name: &str, answer: &'static str| {
        let inner = transport_fn(move |_request| async move { Ok(response(answer)) });
        let record = Record::new(inner, folder.path().join(name), RecordOptions::new());
        block_on(record.send(request("GET", "/v1/x", ""))).expect("a response");
        record
    };
    drop(record("written.json", "1"));
    assert_eq!(
        Cassette::load(folder.path().join("written.json"))
            .expect("a cassette")
            .len(),
        1
    );

    let failing = std::panic::catch_unwind(|| {
        let _record = record("failing.json", "1");
        panic!("the test's own failure");
    });
    assert!(failing.is_err() && !folder.path().join("failing.json").exists());

    let refused = std::panic::catch_unwind(|| drop(record("secret.json", "sk_live_abc"))).expect_err("a secret");
    let message = refused.downcast_ref::<String>().expect("a message");
    assert!(
        message.contains("a secret key would show in the outcome of interaction 0"),
        "{message}"
    );
    assert!(!folder.path().join("secret.json").exists());
}

const PATH_VARIABLE: &str = "CLERK_TESTKIT_CASSETTE_PATH";
const RECORD_VARIABLE: &str = "CLERK_TESTKIT_RECORD";

/// What a user's test does, in a process whose environment its parent chooses.
#[test]
#[ignore = "a process that the next test starts"]
fn a_users_test() {
    let Ok(path) = std::env::var(PATH_VARIABLE) else { return };
    let live = || transport_fn(async |_request| Ok(response("live")));
    let tape = cassette(path, RECORD_VARIABLE, live).expect("a cassette");
    let answer = block_on(tape.send(request("GET", "/v1/x", ""))).expect("a response");
    assert_eq!(answer.body(), "live");
    tape.finish().expect("written, or all made");
}

#[test]
fn the_variable_asks_to_record_but_never_in_continuous_integration() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    let run = |record: &str, ci: Option<&str>| {
        let mut test = std::process::Command::new(std::env::current_exe().expect("this test"));
        test.args(["--ignored", "--exact", "a_users_test"]);
        test.env(PATH_VARIABLE, &path)
            .env(RECORD_VARIABLE, record)
            .env_remove("CI");
        if let Some(ci) = ci {
            test.env("CI", ci);
        }
        let output = test.output().expect("it runs");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (passed, output) = run("1", Some("true"));
    assert!(
        !passed && !path.exists() && output.contains("RecordingInCi"),
        "{output}"
    );
    let (passed, output) = run("0", None);
    assert!(!passed && !path.exists(), "there is nothing to replay: {output}");
    let (passed, output) = run("1", None);
    assert!(passed && path.exists(), "it records: {output}");
    let (passed, output) = run("", Some("true"));
    assert!(passed, "it replays: {output}");
}

#[test]
fn it_runs_on_any_executor() {
    let json = recorded(request("GET", "/v1/x", ""), Ok(response("1"))).expect("no secret");
    let replay = replay(&json);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime
        .block_on(replay.send(request("GET", "/v1/x", "")))
        .expect("a response");
    replay.verify().expect("all was made");
}
