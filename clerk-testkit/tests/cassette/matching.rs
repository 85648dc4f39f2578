//! Which requests match a recorded one, and how mismatches are reported.

use clerk_core::{Delivery, HttpTransport, TransportErrorKind, transport_fn};
use clerk_testkit::cassette::RecordOptions;
use clerk_testkit::{Record, Replay};
use pollster::block_on;

use crate::exchange::{EVE, EVE_PSEUDONYM, recorded, replay, request, response};

const ADA: &str = "Ada.Lovelace@analytical.engines.co.uk";

const HEADLINE: &str = "the requests differ from the cassette. Fix the code or the test, or record the cassette again if the change is intended:";

#[test]
fn reports_the_nearest_recorded_request_and_the_differences() {
    let base = || {
        request(
            "POST",
            "/v1/x?a=1&b=2&b=3",
            r#"{"a":1,"b":[1,2],"big":18446744073709551616}"#,
        )
    };
    let json = recorded(base(), Ok(response("{}"))).expect("a cassette");
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
            "a parameter is missing",
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
            "text",
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
                    "{HEADLINE}\n \
                     1. {name} does not match a recorded request. The nearest one, interaction 0, differs in\n     {difference}\n \
                     2. POST /v1/x, interaction 0, was recorded but not made"
                ),
                "{what}"
            );
        }
    }
}

#[test]
fn bodies_match_if_they_mean_the_same() {
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let cases: [(&[u8], &[u8], bool); 25] = [
        (
            br#"{"a":1,"b":{"c":[],"d":null}}"#,
            br#"{"b":{"d":null,"c":[ ]},"a":1}"#,
            true,
        ),
        (br#"{"a":1,"b":0,"a":2}"#, br#"{"b":0,"a":2}"#, true),
        (br#"{"a":1,"b":0,"a":2}"#, br#"{"b":0,"a":1}"#, false),
        (b"[[1],[2,[3]]]", b" [ [1] , [2 , [3] ] ] ", true),
        (b"[[1],[2,[3]]]", b"[[1,2],[[3]]]", false),
        (b"[1.0,-0,1e2]", b"[1e0,0,100]", true),
        (b"[0.10,2]", b"[0.1,2]", true),
        (b"18446744073709551616", b"18446744073709551617", false),
        (b"[18446744073709551616]", b"[18446744073709551616]", true),
        (b"9007199254740993", b"9007199254740993.0", false),
        (
            br#"{"\u0061b":"\u00fc\n\"\/"}"#,
            "{\"ab\":\"ü\\n\\\"/\"}".as_bytes(),
            true,
        ),
        (br#"["a\\nb"]"#, br#"["a\nb"]"#, false),
        (
            br#"["to\nada@example.org"]"#,
            br#"["to\u000aADA\u0040example.org"]"#,
            true,
        ),
        (br#"{"ada@example.org":[1.5]}"#, br#"{"Ada@example.org":[15e-1]}"#, true),
        (br#"["ada@example.org"]"#, br#"["eve@example.org"]"#, false),
        (br#"["a","b"]"#, br#"["ab",""]"#, false),
        (br#"["a","b"]"#, br#"["a\"b"]"#, false),
        (br#"{"a":"b"}"#, br#"{"ab":""}"#, false),
        (br#""1""#, b"1", false),
        (
            br#"[{"x":{"__clerk_ticket":"a"}}]"#,
            br#"[{"x":{"__clerk_ticket":"b"}}]"#,
            true,
        ),
        (b"a=1&b=ada@example.org", b"a=1&b=ADA@example.org", true),
        (b"{\"a\":1", b"{\"a\": 1", false),
        (b"{}", b"", false),
        (b"\"\xff\"", b"\"\xff\"", true),
        (deep.as_bytes(), deep.as_bytes(), true),
    ];
    for (was, is, matches) in cases {
        let case = format!("{} and {}", was.escape_ascii(), is.escape_ascii());
        let json = recorded(request("POST", "/v1/x", was.to_vec()), Ok(response(""))).expect("a cassette");
        for (sent, expected) in [(was, true), (is, matches)] {
            let replay = replay(&json).allow_unused();
            let result = block_on(replay.send(request("POST", "/v1/x", sent.to_vec())));
            assert_eq!(result.is_ok(), expected, "{case}");
            assert_eq!(replay.verify().is_ok(), expected, "{case}");
        }
    }
}

#[test]
fn messages_show_addresses_that_the_caller_has_used_and_explain_pseudonyms_once() {
    const NOTE: &str =
        "\n (person-…@example.com is a pseudonym of the cassette for an address that no request has contained so far)";
    let record = Record::new(
        transport_fn(async |_request| Ok(response("{}"))),
        "/dev/null",
        RecordOptions::new(),
    );
    let invite = |address: &str| request("POST", "/v1/x", format!(r#"{{"email_address":"{address}"}}"#));
    block_on(record.send(invite(EVE))).expect("a response");
    let of_ada = || request("GET", &format!("/v1/x/{ADA}"), "");
    block_on(record.send(of_ada())).expect("a response");
    record.save().expect("no leak");

    let replay = Replay::new(record.cassette());
    let refused = |sent| {
        let error = block_on(replay.send(sent)).expect_err("it was not recorded");
        std::error::Error::source(&error).expect("a reason").to_string()
    };
    let mismatch = |expected: &str| {
        format!(
            "POST /v1/x does not match a recorded request. The nearest one, interaction 0, differs in\n     \
             body $.email_address: expected \"{expected}\", got \"{ADA}\""
        )
    };
    let unnamed = mismatch(EVE_PSEUDONYM);
    assert_eq!(refused(invite(ADA)), format!("{unnamed}{NOTE}"));
    let report = |problems: &[&str]| {
        let problems = problems
            .iter()
            .zip(1..)
            .map(|(problem, number)| format!("\n {number}. {problem}"));
        format!("{HEADLINE}{}", problems.collect::<String>())
    };
    let eve_unused = "POST /v1/x, interaction 0, was recorded but not made";
    let ada_unused = format!("GET /v1/x/{ADA}, interaction 1, was recorded but not made");
    assert_eq!(
        replay.verify().expect_err("it was not recorded").to_string(),
        report(&[&unnamed, eve_unused, &ada_unused]) + NOTE
    );

    block_on(replay.send(invite(EVE))).expect("it matches");
    let named = mismatch(EVE).replace("interaction 0,", "interaction 0 (already used),");
    assert_eq!(refused(invite(ADA)), named);
    block_on(replay.send(of_ada())).expect("it matches");
    let again = format!("GET /v1/x/{ADA} was made more often than it was recorded, last as interaction 1");
    assert_eq!(refused(of_ada()), again);
    assert_eq!(
        replay.verify().expect_err("three were not recorded").to_string(),
        report(&[&unnamed, &named, &again]) + NOTE
    );
}
