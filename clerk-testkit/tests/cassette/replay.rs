//! The responses of a replay: their order, timing, failures and addresses.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::{
    CallOptions, Client, Clock, Delivery, Effect, HttpRequest, HttpTransport, SecretKey, TransportErrorKind,
    transport_fn,
};
use clerk_testkit::cassette::RecordOptions;
use clerk_testkit::mock::{Reply, get, post};
use clerk_testkit::{ManualClock, Mock, Record, Replay};
use pollster::block_on;

use crate::exchange::{EVE, EVE_PSEUDONYM, recorded, replay, request, response};

const ADA: &str = "Ada.Lovelace@analytical.engines.co.uk";

/// Responds to each request with its number. Later requests are faster.
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

/// Makes these requests at the same time, and returns their responses and when each arrived.
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
    clock.drive(work).expect("does not stall");
    calls.into_iter().filter_map(|(_, answer)| answer).collect()
}

#[test]
fn concurrent_requests_get_the_recorded_responses_and_durations() {
    let paths = ["/v1/a", "/v1/b", "/v1/a", "/v1/a"];
    let clock = ManualClock::new();
    let record = Record::new(
        numbering(&clock),
        "/dev/null",
        RecordOptions::new().clock(clock.clone()),
    );
    let first = all_at_once(&record, &clock, &paths);
    record.save().expect("no leak");
    let json = record.cassette().to_json().expect("no leak");

    let clock = ManualClock::new();
    let paced = replay(&json).paced(clock.clone());
    assert_eq!(all_at_once(&paced, &clock, &paths), first);
    paced.verify().expect("all requests were made");

    // The order of different requests does not affect equal ones.
    let clock = ManualClock::new();
    let unpaced = replay(&json);
    let bodies: Vec<String> = all_at_once(&unpaced, &clock, &["/v1/b", "/v1/a", "/v1/a", "/v1/a"])
        .into_iter()
        .map(|(body, _)| body)
        .collect();
    assert_eq!(bodies, ["1", "0", "2", "3"]);
    assert_eq!(clock.elapsed(), Duration::ZERO);
    unpaced.verify().expect("all requests were made");

    let strict = replay(&json).in_order().allow_unused();
    block_on(strict.send(request("GET", "/v1/b", ""))).expect_err("/v1/a is next");
    let report = strict.verify().expect_err("out of order").to_string();
    assert!(
        report.contains("The next one, interaction 0, differs in\n     path: expected /v1/a, got /v1/b"),
        "{report}"
    );
}

#[test]
fn failures_and_abandoned_attempts_are_replayed() {
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
            .expect("does not stall")
            .expect_err("lost");
        let late = clock
            .drive(invitations.create(&ada))
            .expect("does not stall")
            .expect_err("late");
        let page = clock
            .drive(invitations.list(&Default::default()))
            .expect("does not stall")
            .expect("a page");
        let errors = [lost, late].map(|error| (error.kind(), error.effect(), error.attempts()));
        (errors, page.total_count, clock.elapsed())
    };
    let record = Record::new(mock, "/dev/null", RecordOptions::new().clock(clock));
    let first = run(Box::new(record.clone()));
    assert_eq!((first.0[1].1, first.1), (Effect::Unknown, Some(5)));
    record.save().expect("no leak");
    let replay = Replay::new(record.cassette());
    assert_eq!(run(Box::new(replay.clone())), first);
    replay.verify().expect("all requests were made");
}

#[test]
fn responses_contain_the_addresses_of_the_caller() {
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
    let record = Record::new(echo, "/dev/null", RecordOptions::new());
    invite(Box::new(record.clone()));
    record.save().expect("no leak");
    let replay = Replay::new(record.cassette());
    let again = invite(Box::new(replay.clone()));
    assert_eq!(again[0].email_address, "Ada@real.example");
    replay.verify().expect("all requests were made");
}

/// Decodes an escape that JSON does not require.
fn unescaped(body: &[u8]) -> String {
    String::from_utf8_lossy(body).replace(r"\u003c", "<")
}

#[test]
fn addresses_are_put_back_with_their_encoding() {
    let spellings = [
        ADA.to_owned(),
        format!("'{ADA}' is taken, <{ADA}> too."),
        format!(r"to\n{ADA}\u003c"),
        format!("https://example.com/?email={}&x=1", ADA.replace('@', "%40")),
        format!("https://example.com/?next=%3Femail%3D{}%26x", ADA.replace('@', "%40")),
        format!(r#"{{\"email\":\"{ADA}\"}}"#),
    ];
    let mut answers: Vec<String> = spellings
        .iter()
        .map(|spelled| format!(r#"{{"before":"ü","of":"{spelled}"}}"#))
        .collect();
    answers.push(format!(r#"["{}"]"#, spellings.join(r#"",""#)));
    answers.push(spellings.join("\n"));
    for answer in answers {
        let sent = || request("POST", "/v1/x", format!(r#"{{"email_address":"{ADA}"}}"#));
        let json = recorded(sent(), Ok(response(answer.clone()))).expect("a cassette");
        assert!(!json.contains("Lovelace"), "{json}");
        let replay = replay(&json);
        let replayed = block_on(replay.send(sent())).expect("it matches");
        assert_eq!(unescaped(replayed.body()), unescaped(answer.as_bytes()));
        replay.verify().expect("all requests were made");
    }
}

#[test]
fn addresses_that_the_caller_has_not_used_yet_keep_their_pseudonyms() {
    let answer = format!(r#"["{EVE}","{ADA}","{EVE}"]"#);
    let inner = transport_fn({
        let answer = answer.clone();
        move |_request| {
            let answer = response(answer.clone());
            async { Ok(answer) }
        }
    });
    let record = Record::new(inner, "/dev/null", RecordOptions::new());
    let send = |transport: &dyn HttpTransport, address: &str| {
        let body = format!(r#"["{address}"]"#);
        let answer = block_on(transport.send(request("POST", "/v1/x", body))).expect("a response");
        String::from_utf8_lossy(answer.body()).into_owned()
    };
    for person in [ADA, EVE, ADA] {
        send(&record, person);
    }
    record.save().expect("no leak");

    let replay = Replay::new(record.cassette());
    assert_eq!(
        send(&replay, ADA),
        format!(r#"["{EVE_PSEUDONYM}","{ADA}","{EVE_PSEUDONYM}"]"#)
    );
    assert_eq!(send(&replay, EVE), answer);
    assert_eq!(send(&replay, ADA), answer);
    replay.verify().expect("all requests were made");
}

#[test]
fn binary_bodies_are_replayed_byte_for_byte() {
    let bytes: Vec<u8> = (0..=255).collect();
    let json = recorded(request("POST", "/v1/x", bytes.clone()), Ok(response(bytes.clone()))).expect("a cassette");
    assert!(json.contains(&STANDARD.encode(&bytes)));
    let replay = replay(&json);
    let answer = block_on(replay.send(request("POST", "/v1/x", bytes.clone()))).expect("it matches");
    assert_eq!(answer.body()[..], bytes);
    replay.verify().expect("all requests were made");

    let others: Vec<u8> = bytes.into_iter().rev().collect();
    block_on(replay.send(request("POST", "/v1/x", others))).expect_err("other bytes");
    let report = replay.verify().expect_err("other bytes").to_string();
    let difference = "body: expected 256 bytes of binary data, got 256 bytes of binary data with other content";
    assert!(report.contains(difference), "{report}");
}

#[test]
fn replays_on_any_executor() {
    let json = recorded(request("GET", "/v1/x", ""), Ok(response("1"))).expect("a cassette");
    let replay = replay(&json);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime
        .block_on(replay.send(request("GET", "/v1/x", "")))
        .expect("a response");
    replay.verify().expect("all requests were made");
}
