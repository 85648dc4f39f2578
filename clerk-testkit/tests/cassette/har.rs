//! HTTP archives.

use clerk_core::api::invitations::{CreateInvitation, ListInvitations};
use clerk_core::model::{InvitationId, Metadata};
use clerk_core::{Client, SecretKey};
use clerk_testkit::cassette::{CassetteError, HarImport};
use clerk_testkit::{Cassette, Replay};
use pollster::block_on;
use serde_json::{Value, json};

/// Recorded with mitmproxy 11 in reverse mode (`--set hardump=…`): `@clerk/backend` 3.25 for JavaScript against `fake-clerk`.
const OF_JAVASCRIPT: &str = include_str!("data/clerk-javascript-sdk.mitmproxy.har");

/// Returns the archive that `.ci/other-sdks` has recorded just now, or the one above.
fn recording_of_javascript() -> String {
    std::env::var_os("RECORDED_HAR").map_or_else(
        || OF_JAVASCRIPT.to_owned(),
        |path| std::fs::read_to_string(path).expect("a recorded archive"),
    )
}

#[test]
fn a_recording_of_clerks_javascript_sdk_replays_for_this_sdk() {
    let cassette = HarImport::new()
        .drop_credentials()
        .read(&recording_of_javascript())
        .expect("an archive");
    let text = cassette.to_json().expect("no leak");
    for secret in ["sk_test", "ada@example.com", "fake_ticket"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let replay = Replay::new(cassette);
    let key = SecretKey::new("sk_test_abc").expect("a key");
    let clerk = Client::builder(key, replay.clone()).build().expect("a client");
    let invitations = clerk.invitations();

    let metadata = Metadata::from_json(r#"{"team":"blue"}"#).expect("an object");
    let ada = CreateInvitation::new("ada@example.com").public_metadata(metadata);
    let ada = ada.redirect_url("https://app.example.com/welcome");
    let ada = block_on(invitations.create(&ada)).expect("an invitation");
    assert_eq!(ada.email_address, "ada@example.com");
    let [bob, eve] = ["bob@example.com", "eve@example.com"].map(CreateInvitation::new);
    assert_eq!(
        block_on(invitations.create_bulk(&[bob.clone(), eve]))
            .expect("invitations")
            .len(),
        2
    );
    let page = block_on(invitations.list(&ListInvitations::new().limit(50))).expect("a page");
    assert_eq!(page.total_count, Some(3));
    let revoked = block_on(invitations.revoke(&InvitationId::from(ada.id.as_str()))).expect("revoked");
    assert_eq!(revoked.revoked, Some(true));
    let refused = block_on(invitations.create(&bob)).expect_err("a duplicate");
    assert_eq!(refused.code().expect("a code"), &"duplicate_record");
    replay.verify().expect("all requests were made");
}

fn entry(change: impl FnOnce(&mut Value)) -> String {
    let mut entry = json!({
        "startedDateTime": "2026-01-02T03:04:05.678Z",
        "time": 12.7,
        "request": { "method": "GET", "url": "https://api.clerk.com/v1/x?a=%2B1", "headers": [] },
        "response": { "status": 200, "headers": [], "content": { "size": 1, "text": "1" } },
    });
    change(&mut entry);
    json!({ "log": { "entries": [entry] } }).to_string()
}

#[test]
fn archives_that_cannot_be_imported_say_why() {
    type Case = (String, &'static str);
    let header = |name: &str| {
        let name = name.to_owned();
        move |entry: &mut Value| entry["request"]["headers"] = json!([{ "name": name, "value": "secret" }])
    };
    let cases: [Case; 8] = [
        (
            "[]".to_owned(),
            "the HTTP archive cannot be imported, because it cannot be read: invalid length 0, expected struct Archive with \
             1 element at line 1 column 2",
        ),
        (
            r#"{"log":{"entries":[]}}"#.to_owned(),
            "the HTTP archive cannot be imported, because none of its 0 requests is one of Clerk's Backend API, whose paths \
             start with /v1/",
        ),
        (
            entry(|entry| entry["request"]["url"] = json!("https://app.example.com/")),
            "the HTTP archive cannot be imported, because none of its 1 requests is one of Clerk's Backend API, whose paths \
             start with /v1/",
        ),
        (
            entry(header("Authorization")),
            "entry 0 of the HTTP archive contains credentials in the header authorization. Remove them, or leave them out \
             with HarImport::drop_credentials, and keep the archive out of version control",
        ),
        (
            entry(header("cookie")),
            "entry 0 of the HTTP archive contains credentials in the header cookie. Remove them, or leave them out with \
             HarImport::drop_credentials, and keep the archive out of version control",
        ),
        (
            entry(|entry| entry["response"]["content"]["text"] = json!("sk_live_abc")),
            "the cassette was not written, because $.interactions[0].outcome.response.body.text would contain a secret key, \
             in the clear or encoded. Keep keys out of requests, except for their Authorization header, and out of responses",
        ),
        (
            entry(|entry| entry["response"]["content"] = json!({ "size": 7 })),
            "the HTTP archive cannot be imported, because the body of its entry 0 is missing. Export it with the content of \
             the responses",
        ),
        (
            entry(|entry| entry["response"]["content"] = json!({ "text": "?", "encoding": "base64" })),
            "the HTTP archive cannot be imported, because the body of its entry 0 is not valid base64",
        ),
    ];
    for (archive, message) in cases {
        let error = HarImport::new().read(&archive).expect_err(message);
        assert_eq!(error.to_string(), message);
        let is_credential = matches!(error, CassetteError::Credentials { .. });
        assert_eq!(
            HarImport::new().drop_credentials().read(&archive).is_ok(),
            is_credential
        );
    }
}

#[test]
fn an_exported_archive_is_the_same_recording() {
    let archive = entry(|entry| {
        entry["request"]["method"] = json!("POST");
        entry["request"]["postData"] = json!({ "mimeType": "application/json", "text": r#"{"a":[1.50]}"# });
        entry["response"]["content"] = json!({ "size": 2, "text": "/wA=", "encoding": "base64" });
    });
    let cassette = HarImport::new()
        .read(&format!("\u{feff}{archive}"))
        .expect("an archive");
    let exported = cassette.to_har().expect("no leak");
    let again = HarImport::new().read(&exported).expect("an archive");
    assert_eq!(again.to_json().expect("no leak"), cassette.to_json().expect("no leak"));
    let json: Value = serde_json::from_str(&exported).expect("JSON");
    let entry = &json["log"]["entries"][0];
    assert_eq!(entry["startedDateTime"], "2026-01-02T03:04:05Z");
    assert_eq!(entry["request"]["url"], "https://api.clerk.com/v1/x?a=%2B1");
    assert_eq!(entry["request"]["postData"]["text"], r#"{"a":[1.50]}"#);
    assert_eq!(entry["response"]["content"]["encoding"], "base64");
    assert_eq!(entry["time"], 12);
}

#[test]
fn a_request_without_a_response_fails_on_replay() {
    let archive = entry(|entry| entry["response"] = json!({ "status": 0, "headers": [], "content": { "size": 0 } }));
    let cassette = HarImport::new().read(&archive).expect("an archive");
    let replay = Replay::new(Cassette::from_json(&cassette.to_json().expect("no leak")).expect("a cassette"));
    let sent = crate::exchange::request("GET", "/v1/x?a=%2B1", "");
    let error = block_on(clerk_core::HttpTransport::send(&replay, sent)).expect_err("no response");
    assert_eq!(error.delivery(), clerk_core::Delivery::MaybeDelivered);
    replay.verify().expect("all requests were made");
}
