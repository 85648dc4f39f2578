//! Comments, redaction, and the age of recordings.

use std::time::Duration;

use clerk_core::{HttpTransport, transport_fn};
use clerk_testkit::cassette::{Fields, RecordOptions};
use clerk_testkit::{Cassette, ManualClock, Record, Replay};
use pollster::block_on;

use crate::exchange::{recorded, replay, request, response};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn comments_survive_when_a_file_is_saved_again() {
    let json = recorded(request("GET", "/v1/x", ""), Ok(response("1"))).expect("a cassette");
    let commented = json
        .replacen(
            "\"version\": 1,",
            "\"version\": 1,\n  \"comment\": \"for the test of paging\",",
            1,
        )
        .replacen(
            "    {\n      \"rec",
            "    {\n      \"comment\": \"written to ada@example.org\",\n      \"rec",
            1,
        );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    std::fs::write(&path, &commented).expect("a file");
    Cassette::load(&path).expect("a cassette").save(&path).expect("no leak");
    let saved = std::fs::read_to_string(&path).expect("the file");
    assert_eq!(
        saved,
        commented.replace("ada@example.org", "person-549d9ab1ff5f@example.com")
    );
}

#[test]
fn fields_are_redacted_in_new_and_in_existing_files_and_still_match() {
    let private = Fields::new().body("/**/phone").query("token").header("x-note");
    let sent = |phone: &str, token: &str| {
        let body = format!(r#"{{"people":[{{"phone":"{phone}","name":"Ada"}}]}}"#);
        let mut sent = request("POST", &format!("/v1/x?token={token}"), body);
        sent.headers_mut()
            .insert("x-note", "private-note".parse().expect("a value"));
        sent
    };
    let answer = || response(r#"{"phone":"+1555","id":1}"#);
    let folder = tempfile::tempdir().expect("a folder");

    let path = folder.path().join("new.json");
    let options = RecordOptions::new()
        .header("x-note")
        .clock(ManualClock::new())
        .redact(private.clone());
    let record = Record::new(
        transport_fn(move |_request| async move { Ok(answer()) }),
        &path,
        options,
    );
    block_on(record.send(sent("+1555", "t1"))).expect("a response");
    record.save().expect("no leak");
    let new = std::fs::read_to_string(&path).expect("the file");

    let existing = folder.path().join("existing.json");
    let before = recorded(sent("+1555", "t1"), Ok(answer())).expect("a cassette");
    std::fs::write(&existing, before).expect("a file");
    let cassette = Cassette::load(&existing).expect("a cassette").redact(private);
    cassette.save(&existing).expect("no leak");
    assert_eq!(std::fs::read_to_string(&existing).expect("the file"), new);

    for secret in ["+1555", "t1", "private-note"] {
        assert!(!new.contains(secret), "{new}");
    }
    let replay = replay(&new);
    let again = block_on(replay.send(sent("+1777", "t2"))).expect("the redacted fields do not matter");
    assert_eq!(again.body(), r#"{"phone":"redacted","id":1}"#);
    replay.verify().expect("all requests were made");
}

#[test]
fn old_recordings_are_reported() {
    let json = recorded(request("GET", "/v1/x", ""), Ok(response("1"))).expect("a cassette");
    let cassette = Cassette::from_json(&json).expect("a cassette");
    let clock = ManualClock::new();
    clock.advance(DAY * 30);
    assert_eq!(cassette.older_than(DAY * 30, &clock), [""; 0]);
    clock.advance(DAY);
    let outdated =
        "GET /v1/x, interaction 0, was recorded at 2026-01-01T00:00:00Z, more than 30 days ago. Record it again";
    assert_eq!(cassette.older_than(DAY * 30, &clock), [outdated]);

    let replay = Replay::new(cassette).max_age(DAY * 30, &clock);
    block_on(replay.send(request("GET", "/v1/x", ""))).expect("it still responds");
    let report = replay.verify().expect_err("it is old").to_string();
    assert!(report.ends_with(&format!("\n 1. {outdated}")), "{report}");
}
