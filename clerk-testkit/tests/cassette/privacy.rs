//! Addresses, keys and tickets that a file must not contain.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clerk_core::{HttpTransport, transport_fn};
use clerk_testkit::Record;
use clerk_testkit::cassette::{CassetteError, Leak, RecordOptions};
use pollster::block_on;

use crate::exchange::{recorded, replay, request, response};

const ADA: &str = "ada.lovelace@analytical.engines.co.uk";
/// Ada's pseudonym. It must not change, or else existing files no longer match.
const ADA_PSEUDONYM: &str = "person-dee2aa9707b7@example.com";

#[test]
fn addresses_in_bodies_are_replaced_and_the_request_matches_again() {
    let percent = ADA.replace('@', "%40");
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
        ("JSON in JSON", format!(r#"{{"raw":"{{\"email\":\"{ADA}\"}}"}}"#)),
        (
            "JSON in JSON behind an escape",
            format!(r#"{{"raw":"{{\"email\":\"\\u003c{ADA}\\n\"}}"}}"#),
        ),
        ("escaped", format!(r#"{{"email":"{}"}}"#, ADA.replace('@', "\\u0040"))),
        ("HTML", format!("<html><body>{ADA}</body></html>")),
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
        let json = recorded(request("POST", "/v1/x", body.clone()), Ok(response(body.clone()))).expect(place);
        let replay = replay(&json);
        let answered = block_on(replay.send(request("POST", "/v1/x", body.clone()))).expect(place);
        let restored = String::from_utf8_lossy(answered.body()).into_owned();
        assert!(!restored.contains("person-"), "{place}: {restored}");
        replay.verify().expect(place);
    }
}

#[test]
fn a_file_with_an_encoded_address_is_refused() {
    let encoded = STANDARD.encode(format!("to:{ADA};"));
    let url_encoded = URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{ADA}"}}"#));
    let at_sign = |spelling: &str| ADA.replace('@', spelling);
    let cases: Vec<(&str, String)> = vec![
        (
            "a URL encoded twice",
            format!(r#"{{"a":"https://example.com/?next={}"}}"#, at_sign("%2540")),
        ),
        (
            "JSON in JSON, escaped",
            format!(r#"{{"a":"{{\"email\":\"{}\"}}"}}"#, at_sign("\\\\u0040")),
        ),
        ("base64", format!(r#"{{"a":"{encoded}"}}"#)),
        ("base64 for URLs", format!(r#"{{"a":"s_{url_encoded}"}}"#)),
        (
            "base64 in a path",
            format!(r#"{{"a":"https://example.com/state/{url_encoded}/accept"}}"#),
        ),
        (
            "base64 in base64",
            format!(r#"{{"a":"{}"}}"#, STANDARD.encode(&encoded)),
        ),
        ("base64 in a key", format!(r#"{{"a":{{"{encoded}":1}}}}"#)),
        (
            "percent-encoded base64",
            format!(
                r#"{{"a":"{}"}}"#,
                STANDARD
                    .encode(format!("?>?>{ADA}"))
                    .replace('/', "%2F")
                    .replace('+', "%2B")
            ),
        ),
        (
            "decimal HTML",
            format!("<html><body>{}</body></html>", at_sign("&#64;")),
        ),
        ("hexadecimal HTML", at_sign("&#X40;")),
        ("named HTML, escaped twice", at_sign("&amp;commat;")),
        ("a short address in base64", STANDARD.encode("a@b.de")),
        ("no text", String::new()),
    ];
    for (encoding, body) in cases {
        let mut body = body.into_bytes();
        if body.is_empty() {
            body = [b"\xff ", ADA.as_bytes()].concat();
        }
        for (part, result) in [
            (
                "request",
                recorded(request("POST", "/v1/x", body.clone()), Ok(response("{}"))),
            ),
            (
                "outcome",
                recorded(request("POST", "/v1/x", ""), Ok(response(body.clone()))),
            ),
        ] {
            match result {
                Err(error @ CassetteError::Leak { .. }) => {
                    let text = error.to_string();
                    assert!(
                        text.contains(&format!("$.interactions[0].{part}.")),
                        "{encoding}: {text}"
                    );
                    assert!(text.contains("the email address a"), "{encoding}: {text}");
                    assert!(text.contains("RecordOptions::keep_address"), "{encoding}: {text}");
                }
                other => panic!("{encoding}, in the {part}: {other:?}"),
            }
        }
    }
}

#[test]
fn encoded_text_without_addresses_is_written() {
    let pseudonym = STANDARD.encode(ADA_PSEUDONYM);
    for body in [
        pseudonym,
        STANDARD.encode("to: ops@kept.example"),
        "https://example.com/?a=100%25&b=%2540&c=%zz @ &#64; \\u0040 user@".to_owned(),
        STANDARD.encode((0..=255).collect::<Vec<u8>>()),
        format!("/v1/{}", "Invitations/".repeat(50)),
    ] {
        let record = Record::new(
            transport_fn(async |_request| Ok(response(""))),
            "/dev/null",
            RecordOptions::new().keep_domain("kept.example"),
        );
        block_on(record.send(request("POST", "/v1/x", body.clone()))).expect("a response");
        record.save().expect(&body);
        let replay = replay(&record.cassette().to_json().expect("no leak"));
        block_on(replay.send(request("POST", "/v1/x", body))).expect("it matches");
        replay.verify().expect("all requests were made");
    }
}

#[test]
fn a_refusal_names_the_place_and_the_way_out() {
    let body = format!(
        r#"[{{"state":"s"}},{{"a b":{{"state":"s_{}"}}}}]"#,
        STANDARD.encode(ADA)
    );
    let error = recorded(request("POST", "/v1/x", body), Ok(response("{}"))).expect_err("an encoded address");
    assert_eq!(
        error.to_string(),
        format!(
            "the cassette was not written, because $.interactions[0].request.body.json[1][\"a b\"].state would contain \
             the email address {ADA} in encoded form, in which it cannot be replaced. Do not encode it, or allow it with \
             RecordOptions::keep_address or keep_domain"
        )
    );
}

#[test]
fn addresses_in_the_request_line_a_header_or_an_error_are_replaced() {
    let uri = format!(
        "/v1/users/{}/x?query={}&at={ADA}",
        ADA.replace('@', "%40"),
        ADA.replace('@', "%40")
    );
    let json = recorded(request("GET", &uri, ""), Ok(response(""))).expect("no leak");
    assert_shows_nobody(&json, "the request line");
    assert_eq!(json.matches("person-").count(), 3);

    let mut with_header = request("GET", "/v1/x", "");
    with_header
        .headers_mut()
        .insert("x-note", ADA.parse().expect("a value"));
    let json = recorded(with_header, Ok(response(""))).expect("no leak");
    assert_shows_nobody(&json, "a header");
    assert_has_pseudonym(&json, "a header");

    let json = recorded(
        request("GET", "/v1/x", ""),
        Err("no route to ada.lovelace@analytical.engines.co.uk!"),
    );
    let json = json.expect("no leak");
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
    let encoded = ADA_PSEUDONYM.replace('@', "%40");
    assert!(
        json.contains(ADA_PSEUDONYM) || json.contains(&encoded),
        "{place}: {json}"
    );
}

#[test]
fn a_file_with_a_key_is_refused() {
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
            Err(error @ CassetteError::Leak { leak: Leak::Key, .. }) => {
                let text = error.to_string();
                assert!(
                    text.contains(&format!("$.interactions[0].{expected}")),
                    "{spelling} in {place}: {text}"
                );
                assert!(!text.contains("0123abc"));
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
}

#[test]
fn tickets_and_tokens_are_redacted_or_the_file_is_refused() {
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.c2VjcmV0LXNpZ25hdHVyZQ";
    for body in [
        format!(r#"{{"url":"https://clerk.example.com/v1/tickets/accept?ticket={token}&x=1"}}"#),
        format!(r#"{{"url":"https://example.com/?__clerk_ticket={token}"}}"#),
        format!(r#"{{"url":"https://example.com/?next=%3F__clerk_ticket%3D{token}"}}"#),
        format!(r#"{{"__clerk_ticket":"{token}"}}"#),
        format!(r#"{{"jwt":"{token}"}}"#),
        r#"{"url":"https://example.com/?__clerk_ticket=opaque-signature"}"#.to_owned(),
    ] {
        let json = recorded(request("GET", "/v1/x", ""), Ok(response(body.clone()))).expect("tickets are redacted");
        assert!(json.contains("redacted"), "{json}");
        for part in ["c2VjcmV0LXNpZ25hdHVyZQ", "opaque-signature"] {
            assert!(!json.contains(part), "{json}");
        }
    }
    for encoded in [
        STANDARD.encode(format!("?__clerk_ticket={token}")),
        STANDARD.encode("?__clerk_ticket=opaque-signature"),
        STANDARD.encode(token),
        "https://example.com/?next=%253F__clerk_ticket%253Dopaque-signature".to_owned(),
    ] {
        let body = format!(r#"{{"state":"{encoded}"}}"#);
        match recorded(request("GET", "/v1/x", ""), Ok(response(body))) {
            Err(CassetteError::Leak {
                place,
                leak: Leak::Ticket,
            }) => {
                assert_eq!(place, "$.interactions[0].outcome.response.body.json.state");
            }
            other => panic!("{encoded}: {other:?}"),
        }
    }
}

#[test]
fn credentials_and_cookies_are_never_recorded() {
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
    let json = record.cassette().to_json().expect("no leak");
    assert!(!json.contains("session") && !json.contains("authorization"), "{json}");
    record.save().expect("no leak");
}

#[test]
fn kept_addresses_are_not_replaced_and_match() {
    let options = RecordOptions::new()
        .keep_domain("example.com")
        .keep_address("Ops@acme.test");
    let record = Record::new(transport_fn(async |_request| Ok(response("{}"))), "/dev/null", options);
    let body = r#"["ada@example.com","ops@acme.test","eve@acme.test"]"#;
    block_on(record.send(request("POST", "/v1/x", body))).expect("a response");
    record.save().expect("no leak");
    let json = record.cassette().to_json().expect("no leak");
    assert!(
        json.contains("ada@example.com") && json.contains("ops@acme.test") && !json.contains("eve@"),
        "{json}"
    );

    let replay = replay(&json);
    block_on(replay.send(request("POST", "/v1/x", body))).expect("it matches");
    replay.verify().expect("all requests were made");
}
