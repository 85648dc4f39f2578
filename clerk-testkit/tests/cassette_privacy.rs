//! What a recorded file must never show: people's addresses, keys, tickets.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod exchange;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clerk_core::{HttpTransport, transport_fn};
use clerk_testkit::Record;
use clerk_testkit::cassette::{CassetteError, RecordOptions};
use pollster::block_on;

use exchange::{recorded, replay, request, response};

const ADA: &str = "ada.lovelace@analytical.engines.co.uk";
/// Ada's pseudonym, which has to stay the same from version to version for recorded files to go on matching.
const ADA_PSEUDONYM: &str = "person-dee2aa9707b7@example.com";
#[test]
fn an_address_shows_nowhere_and_is_the_same_person_everywhere() {
    let encoded = STANDARD.encode(format!("to:{ADA};"));
    let url_encoded = URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{ADA}"}}"#));
    let percent = ADA.replace('@', "%40");
    let percent_twice = ADA.replace('@', "%2540");
    let cases: Vec<(&str, String)> = vec![
        ("a value", format!(r#"{{"email_address":"{ADA}"}}"#)),
        (
            "another case",
            format!(r#"{{"email_address":"{}"}}"#, ADA.to_uppercase()),
        ),
        ("a key", format!(r#"{{"{ADA}":1}}"#)),
        ("nested", format!(r#"[[{{"a":[{{"b":"{ADA}"}}]}}]]"#)),
        (
            "a sentence",
            format!(r#"{{"message":"'{ADA}' is taken, <{ADA}> too, mailto:{ADA}."}}"#),
        ),
        (
            "a URL",
            format!(r#"{{"redirect_url":"https://example.com/?email={ADA}&x=1"}}"#),
        ),
        (
            "an encoded URL",
            format!(r#"{{"redirect_url":"https://example.com/?next=%2F%3Femail%3D{percent}%26x"}}"#),
        ),
        (
            "a URL encoded twice",
            format!(r#"{{"redirect_url":"https://example.com/?next={percent_twice}"}}"#),
        ),
        ("JSON in JSON", format!(r#"{{"raw":"{{\"email\":\"{ADA}\"}}"}}"#)),
        (
            "JSON in JSON, escaped",
            format!(r#"{{"raw":"{{\"email\":\"{}\"}}"}}"#, ADA.replace('@', "\\\\u0040")),
        ),
        ("escaped", format!(r#"{{"email":"{}"}}"#, ADA.replace('@', "\\u0040"))),
        ("base64", format!(r#"{{"state":"{encoded}"}}"#)),
        ("base64 for URLs", format!(r#"{{"state":"s_{url_encoded}"}}"#)),
        (
            "base64 in a path",
            format!(r#"{{"url":"https://example.com/state/{url_encoded}/accept"}}"#),
        ),
        (
            "base64 in base64",
            format!(r#"{{"state":"{}"}}"#, STANDARD.encode(&encoded)),
        ),
        (
            "HTML",
            format!("<html><body>{ADA} or {}</body></html>", ADA.replace('@', "&#64;")),
        ),
    ];
    for (place, body) in cases {
        for json in [
            recorded(request("POST", "/v1/x", body.clone()), Ok(response("{}"))),
            recorded(request("POST", "/v1/x", ""), Ok(response(body.clone()))),
        ] {
            let json = json.expect(place);
            assert_shows_nobody(&json, place);
            assert_has_pseudonym(&json, place);
        }
        // The same request matches again, and so does one with the person's pseudonym.
        let json = recorded(request("POST", "/v1/x", body.clone()), Ok(response(body.clone()))).expect(place);
        let replay = replay(&json);
        let answered = block_on(replay.send(request("POST", "/v1/x", body.clone()))).expect(place);
        let restored = String::from_utf8_lossy(answered.body()).into_owned();
        assert!(!restored.contains("person-"), "{place}: {restored}");
        replay.verify().expect(place);
    }
}

#[test]
fn an_address_in_the_request_line_a_header_or_an_error_shows_nowhere() {
    let uri = format!(
        "/v1/users/{}/x?query={}&at={ADA}",
        ADA.replace('@', "%40"),
        ADA.replace('@', "%40")
    );
    let json = recorded(request("GET", &uri, ""), Ok(response(""))).expect("no secret");
    assert_shows_nobody(&json, "the request line");
    assert_eq!(json.matches("person-").count(), 3);

    let mut with_header = request("GET", "/v1/x", "");
    with_header
        .headers_mut()
        .insert("x-note", ADA.parse().expect("a value"));
    let json = recorded(with_header, Ok(response(""))).expect("no secret");
    assert_shows_nobody(&json, "a header");
    assert_has_pseudonym(&json, "a header");

    let json = recorded(
        request("GET", "/v1/x", ""),
        Err("no route to ada.lovelace@analytical.engines.co.uk!"),
    );
    let json = json.expect("no secret");
    assert_shows_nobody(&json, "an error");
    assert_has_pseudonym(&json, "an error");
}

fn assert_shows_nobody(json: &str, place: &str) {
    let lower = json.to_lowercase();
    for part in ["lovelace", "analytical"] {
        assert!(!lower.contains(part), "{place}: {json}");
        for shift in 0..3 {
            let encoded = STANDARD.encode(format!("{}{part}", " ".repeat(shift)));
            let core = &encoded[shift + 1..encoded.trim_end_matches('=').len() - 2];
            assert!(!json.contains(core), "{place}, in base64: {json}");
        }
    }
}

fn assert_has_pseudonym(json: &str, place: &str) {
    let local = ADA_PSEUDONYM.split('@').next().unwrap_or_default();
    let decoded = json
        .split(|c: char| !c.is_ascii_alphanumeric() && !"+/-_=".contains(c))
        .flat_map(|run| [run, run.strip_prefix("s_").unwrap_or(run), run.trim_start_matches('/')])
        .filter_map(|run| STANDARD.decode(run).or_else(|_| URL_SAFE_NO_PAD.decode(run)).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let mut views = vec![json.to_owned()];
    for view in decoded {
        if let Ok(inner) = STANDARD.decode(&view) {
            views.push(String::from_utf8_lossy(&inner).into_owned());
        }
        views.push(view);
    }
    let shows = views.iter().any(|view| view.contains(local));
    let in_path = json.contains(&URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{ADA_PSEUDONYM}"}}"#)));
    assert!(shows || in_path, "{place}: {json}");
}

#[test]
fn a_key_or_a_ticket_is_not_written() {
    const KEY: &str = "sk_live_0123abc";
    let hidden = [
        ("plain", KEY.to_owned()),
        ("percent-encoded", "sk%5Flive%5F0123abc".to_owned()),
        ("percent-encoded twice", "sk%255Flive%255F0123abc".to_owned()),
        ("escaped", "{\"a\":\"sk\\u005flive_0123abc\"}".to_owned()),
        (
            "escaped twice",
            "{\"a\":\"{\\\"b\\\":\\\"sk\\\\u005flive_0123abc\\\"}\"}".to_owned(),
        ),
        ("base64", STANDARD.encode(KEY)),
        (
            "base64 at an offset",
            format!("s_{}", STANDARD.encode(format!("key: {KEY}"))),
        ),
        ("base64 in base64", STANDARD.encode(STANDARD.encode(KEY))),
        (
            "base64 of a URL",
            URL_SAFE_NO_PAD.encode("https://x.test/?k=sk%5Flive%5F0123abc"),
        ),
        ("in binary", format!("\u{0}{KEY}\u{1}")),
        ("the key that was sent", "sk_test_KeyThatMustNotShow".to_owned()),
    ];
    for (spelling, text) in hidden {
        let refused = |result: Result<String, CassetteError>, expected: &str, place: &str| match result {
            Err(error @ CassetteError::Secret { interaction: 0, part }) => {
                assert_eq!(part, expected, "{spelling} in {place}");
                assert!(!error.to_string().contains("0123abc"));
            }
            other => panic!("{spelling} in {place}: {other:?}"),
        };
        refused(
            recorded(request("POST", "/v1/x", text.clone()), Ok(response(""))),
            "request",
            "a request's body",
        );
        refused(
            recorded(request("GET", "/v1/x", ""), Ok(response(text.clone()))),
            "outcome",
            "a response's body",
        );
        let nested = serde_json::json!({ "a": [{ "b": text }] }).to_string();
        refused(
            recorded(request("GET", "/v1/x", ""), Ok(response(nested))),
            "outcome",
            "nested JSON",
        );
        let in_url = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC);
        refused(
            recorded(request("GET", &format!("/v1/x/{in_url}"), ""), Ok(response(""))),
            "request",
            "a path",
        );
        refused(
            recorded(request("GET", &format!("/v1/x?q={in_url}"), ""), Ok(response(""))),
            "request",
            "a query",
        );
        if text.bytes().all(|c| c >= b' ') {
            let mut with_header = request("GET", "/v1/x", "");
            with_header
                .headers_mut()
                .insert("x-note", text.parse().expect("a value"));
            refused(recorded(with_header, Ok(response(""))), "request", "a header");
        }
        let leaked: &'static str = text.leak();
        refused(
            recorded(request("GET", "/v1/x", ""), Err(leaked)),
            "outcome",
            "an error",
        );
    }

    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.c2VjcmV0LXNpZ25hdHVyZQ";
    for body in [
        format!(r#"{{"url":"https://clerk.example.com/v1/tickets/accept?ticket={token}&x=1"}}"#),
        format!(r#"{{"url":"https://example.com/?__clerk_ticket={token}"}}"#),
        format!(r#"{{"url":"https://example.com/?next=%3F__clerk_ticket%3D{token}"}}"#),
        format!(r#"{{"__clerk_ticket":"{token}"}}"#),
        format!(r#"{{"jwt":"{token}"}}"#),
        format!(
            r#"{{"state":"{}"}}"#,
            STANDARD.encode(format!("?__clerk_ticket={token}"))
        ),
        r#"{"url":"https://example.com/?__clerk_ticket=opaque-signature"}"#.to_owned(),
    ] {
        let json = recorded(request("GET", "/v1/x", ""), Ok(response(body.clone()))).expect("tickets are replaced");
        for part in [
            "c2VjcmV0LXNpZ25hdHVyZQ",
            "YzJWamNtVjBMWE5wWjI1aGRIVnlaUQ",
            "opaque-signature",
        ] {
            assert!(!json.contains(part), "{json}");
        }
    }
}

#[test]
fn what_the_key_was_or_a_cookie_is_never_kept() {
    let record = Record::new(
        transport_fn(async |_request| Ok(response(""))),
        "/dev/null",
        RecordOptions::new()
            .header("Authorization")
            .header("Cookie")
            .header("set-cookie"),
    );
    let mut sent = request("GET", "/v1/x", "");
    sent.headers_mut()
        .insert("cookie", "session=1".parse().expect("a value"));
    block_on(record.send(sent)).expect("a response");
    let json = record.cassette().to_json().expect("no secret");
    assert!(!json.contains("session") && !json.contains("authorization"), "{json}");
    record.save().expect("nowhere");
}

#[test]
fn kept_addresses_stay_and_still_match() {
    let options = RecordOptions::new()
        .keep_domain("example.com")
        .keep_address("Ops@acme.test");
    let record = Record::new(transport_fn(async |_request| Ok(response("{}"))), "/dev/null", options);
    let body = r#"["ada@example.com","ops@acme.test","eve@acme.test"]"#;
    block_on(record.send(request("POST", "/v1/x", body))).expect("a response");
    record.save().expect("nowhere");
    let json = record.cassette().to_json().expect("no secret");
    assert!(
        json.contains("ada@example.com") && json.contains("ops@acme.test") && !json.contains("eve@"),
        "{json}"
    );

    let replay = replay(&json);
    block_on(replay.send(request("POST", "/v1/x", body))).expect("it matches");
    replay.verify().expect("all was made");
}
