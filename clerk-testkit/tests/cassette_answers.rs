//! What a replay takes for the recorded request, and whom its answers name.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod exchange;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clerk_core::{HttpTransport, transport_fn};
use clerk_testkit::cassette::RecordOptions;
use clerk_testkit::{Record, Replay};
use pollster::block_on;

use exchange::{recorded, replay, request, response};

const ADA: &str = "Ada.Lovelace@analytical.engines.co.uk";
const EVE: &str = "eve@ears.example.org";
const EVE_PSEUDONYM: &str = "person-ae147a1da899@example.com";

/// `address` in a JSON string, written in each way in which an answer may show it.
fn spellings(address: &str) -> Vec<String> {
    let at = |spelling: &str| address.replace('@', spelling);
    let in_base64 = format!(r#"{{"sub":"{address}"}}"#);
    vec![
        address.to_owned(),
        format!("'{address}' is taken, <{address}> too."),
        format!("https://example.com/?email={}&x=1", at("%40")),
        format!("https://example.com/?next=%3Femail={}", at("%2540")),
        at("&#64;"),
        format!(r#"{{\"email\":\"{}\"}}"#, at(r"\\u0040")),
        STANDARD.encode(&in_base64),
        format!("s_{}", URL_SAFE_NO_PAD.encode(&in_base64)),
        STANDARD.encode(STANDARD.encode(&in_base64)),
    ]
}

#[test]
fn an_answer_names_the_caller_however_it_is_written() {
    let spellings = spellings(ADA);
    let mut answers: Vec<String> = spellings
        .iter()
        .map(|spelled| format!(r#"{{"before":"ü","of":"{spelled}"}}"#))
        .collect();
    answers.push(format!(r#"["{}"]"#, spellings.join(r#"",""#)));
    answers.push(spellings.join("\n"));
    for answer in answers {
        let sent = || request("POST", "/v1/x", format!(r#"{{"email_address":"{ADA}"}}"#));
        let json = recorded(sent(), Ok(response(answer.clone()))).expect("no secret");
        assert!(!json.contains("Lovelace"), "{json}");
        let replay = replay(&json);
        let replayed = block_on(replay.send(sent())).expect("it matches");
        assert_eq!(String::from_utf8_lossy(replayed.body()), answer);
        replay.verify().expect("all was made");
    }
}

#[test]
fn an_answer_keeps_the_pseudonym_of_whom_the_caller_has_not_named_yet() {
    for (ada, eve, eve_unnamed) in [
        (ADA.to_owned(), EVE.to_owned(), EVE_PSEUDONYM.to_owned()),
        (
            STANDARD.encode(ADA),
            STANDARD.encode(EVE),
            STANDARD.encode(EVE_PSEUDONYM),
        ),
    ] {
        let answer = format!(r#"["{eve}","{ada}","{eve}"]"#);
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
        record.save().expect("nowhere");

        let replay = Replay::new(record.cassette());
        assert_eq!(
            send(&replay, ADA),
            format!(r#"["{eve_unnamed}","{ada}","{eve_unnamed}"]"#)
        );
        assert_eq!(send(&replay, EVE), answer);
        assert_eq!(send(&replay, ADA), answer);
        replay.verify().expect("all was made");
    }
}

#[test]
fn a_message_names_whom_the_caller_has_named_and_explains_the_pseudonyms_once() {
    const NOTE: &str =
        "\n (person-…@example.com is the cassette's pseudonym for someone whose address no request has held)";
    let record = Record::new(
        transport_fn(async |_request| Ok(response("{}"))),
        "/dev/null",
        RecordOptions::new(),
    );
    let invite = |address: &str| request("POST", "/v1/x", format!(r#"{{"email_address":"{address}"}}"#));
    block_on(record.send(invite(EVE))).expect("a response");
    let of_ada = || request("GET", &format!("/v1/x/{ADA}"), "");
    block_on(record.send(of_ada())).expect("a response");
    record.save().expect("nowhere");

    let replay = Replay::new(record.cassette());
    let refused = |sent| {
        let error = block_on(replay.send(sent)).expect_err("it was not recorded");
        std::error::Error::source(&error).expect("a reason").to_string()
    };
    let mismatch = |expected: &str| {
        format!(
            "POST /v1/x was not recorded like this. The nearest, interaction 0, differs in\n     \
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
        format!(
            "the cassette was not replayed as recorded:{}",
            problems.collect::<String>()
        )
    };
    let eve_unused = "POST /v1/x, interaction 0, was recorded and not made";
    let ada_unused = format!("GET /v1/x/{ADA}, interaction 1, was recorded and not made");
    assert_eq!(
        replay.verify().expect_err("it was not recorded").to_string(),
        report(&[&unnamed, eve_unused, &ada_unused]) + NOTE
    );

    block_on(replay.send(invite(EVE))).expect("it matches");
    let named = mismatch(EVE).replace("interaction 0,", "interaction 0, used already,");
    assert_eq!(refused(invite(ADA)), named);
    block_on(replay.send(of_ada())).expect("it matches");
    let again = format!("GET /v1/x/{ADA} was made more often than it was recorded, as interaction 1");
    assert_eq!(refused(of_ada()), again);
    assert_eq!(
        replay.verify().expect_err("three were not recorded").to_string(),
        report(&[&unnamed, &named, &again]) + NOTE
    );
}

/// What is sent is compared with what a file holds, which was read from other text.
#[test]
fn a_body_matches_the_recorded_one_if_and_only_if_it_means_the_same() {
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
        let json = recorded(request("POST", "/v1/x", was.to_vec()), Ok(response(""))).expect("no secret");
        for (sent, expected) in [(was, true), (is, matches)] {
            let replay = replay(&json).allow_unused();
            let result = block_on(replay.send(request("POST", "/v1/x", sent.to_vec())));
            assert_eq!(result.is_ok(), expected, "{case}");
            assert_eq!(replay.verify().is_ok(), expected, "{case}");
        }
    }
}
