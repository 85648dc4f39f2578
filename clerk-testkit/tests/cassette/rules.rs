//! Rules by which requests match, in the file and in code.

use clerk_core::{HttpRequest, HttpTransport};
use clerk_testkit::cassette::{BodyMatch, Fields, MatchRules};
use clerk_testkit::{Cassette, Replay};
use pollster::block_on;

use crate::exchange::request;

/// Returns a file with interactions, each with its number as the response.
fn file(of_cassette: &str, interactions: &[&str]) -> Cassette {
    let interactions: Vec<String> = interactions
        .iter()
        .enumerate()
        .map(|(index, rest)| {
            let outcome = format!(r#""outcome":{{"response":{{"status":200,"body":{{"text":"{index}"}}}}}}"#);
            format!("{{{rest},{outcome}}}")
        })
        .collect();
    let json = format!(
        r#"{{"version":1,{of_cassette}"interactions":[{}]}}"#,
        interactions.join(",")
    );
    Cassette::from_json(&json).expect(&json)
}

fn post(body: &str) -> HttpRequest {
    request("POST", "/v1/x?offset=0&q=a", body.to_owned())
}

const RECORDED: &str = r#""request":{"method":"POST","path":"/v1/x","query":[["offset","0"],["q","a"]],
    "headers":{"x-note":["n"]},"body":{"json":[{"a":1,"at":"noon"}]}}"#;

fn with_note(mut request: HttpRequest, note: &'static str) -> HttpRequest {
    request.headers_mut().insert("x-note", note.parse().expect("a value"));
    request
}

/// Returns the response, or the differences.
fn answer(replay: &Replay, sent: HttpRequest) -> Result<String, String> {
    match block_on(replay.send(sent)) {
        Ok(response) => Ok(String::from_utf8_lossy(response.body()).into_owned()),
        Err(error) => Err(std::error::Error::source(&error).expect("a reason").to_string()),
    }
}

#[test]
fn rules_of_the_file_and_of_the_code_decide_what_matches() {
    let same = || post(r#"[{"a":1,"at":"noon"}]"#);
    let later = || post(r#"[{"a":1,"at":"night"}]"#);
    let without = || post(r#"[{"a":1}]"#);
    let more = || post(r#"[{"a":1,"at":"noon","b":2}]"#);
    let page = || request("POST", "/v1/x?q=a&offset=50", r#"[{"a":1,"at":"noon"}]"#);
    type Case = (&'static str, MatchRules, Vec<(HttpRequest, bool)>);
    let cases: Vec<Case> = vec![
        (
            "",
            MatchRules::new(),
            vec![(same(), true), (later(), false), (more(), false), (page(), false)],
        ),
        (
            r#""ignore":{"body":["/*/at"]}"#,
            MatchRules::new().ignore(Fields::new().body("/*/at")),
            vec![(later(), true), (without(), true), (more(), false), (page(), false)],
        ),
        (
            r#""ignore":{"query":["offset"]}"#,
            MatchRules::new().ignore(Fields::new().query("offset")),
            vec![
                (page(), true),
                (request("POST", "/v1/x?q=b", r#"[{"a":1,"at":"noon"}]"#), false),
                (later(), false),
            ],
        ),
        (
            r#""body":"subset""#,
            MatchRules::new().body(BodyMatch::Subset),
            vec![(more(), true), (same(), true), (without(), false), (post(""), false)],
        ),
        (
            r#""body":"ignored""#,
            MatchRules::new().body(BodyMatch::Ignored),
            vec![(post("text"), true), (post(""), true), (page(), false)],
        ),
        (
            r#""header":["x-note"]"#,
            MatchRules::new().header("X-Note"),
            vec![
                (with_note(same(), "n"), true),
                (with_note(same(), "m"), false),
                (same(), false),
            ],
        ),
    ];
    for (in_file, in_code, requests) in cases {
        let of_cassette = file(&format!(r#""match":{{{in_file}}},"#), &[RECORDED]);
        let of_interaction = file("", &[&format!(r#""match":{{{in_file}}},{RECORDED}"#)]);
        let plain = file("", &[RECORDED]);
        let cassettes = [
            of_cassette,
            of_interaction,
            plain.clone().match_rules(&in_code),
            plain.match_rules_at(0, &in_code),
        ];
        for (sent, matches) in requests {
            for cassette in &cassettes {
                // The rules survive when the file is written again.
                let saved = Cassette::from_json(&cassette.to_json().expect("no leak")).expect("a cassette");
                for cassette in [cassette.clone(), saved] {
                    let replay = Replay::new(cassette).allow_unused();
                    let found = answer(&replay, sent.clone());
                    assert_eq!(found.is_ok(), matches, "{in_file}: {sent:?} {found:?}");
                    let _ = replay.verify();
                }
            }
        }
    }
}

#[test]
fn messages_show_only_differences_that_matter() {
    let rules = r#""match":{"ignore":{"body":["/*/at"],"query":["offset"]},"body":"subset","header":["x-note"]},"#;
    let replay = Replay::new(file(rules, &[RECORDED])).allow_unused();
    let sent = request("POST", "/v1/x?q=a", r#"[{"a":2,"more":true}]"#);
    assert_eq!(
        answer(&replay, sent).expect_err("a difference"),
        "POST /v1/x does not match a recorded request. The nearest one, interaction 0, differs in\n     \
         header x-note: expected \"n\", got nothing\n     body $[0].a: expected 1, got 2"
    );
    replay.verify().expect_err("it is remembered");
}

#[test]
fn a_loose_rule_does_not_give_away_the_response_to_another_request() {
    let person = |address: &str| {
        format!(
            r#""match":{{"body":"ignored"}},"request":{{"method":"POST","path":"/v1/x","body":{{"json":"{address}"}}}}"#
        )
    };
    let strict = r#""request":{"method":"POST","path":"/v1/x","body":{"json":"eve"}}"#;
    let replay = Replay::new(file("", &[&person("ada"), &person("bob"), strict]));
    let sent = |body: &str| request("POST", "/v1/x", body.to_owned());
    assert_eq!(answer(&replay, sent(r#""eve""#)), Ok("2".into()));
    assert_eq!(answer(&replay, sent(r#""bob""#)), Ok("1".into()));
    assert_eq!(answer(&replay, sent(r#""somebody""#)), Ok("0".into()));
    replay.verify().expect("all requests were made");
}

#[test]
fn responses_can_repeat_for_polling() {
    let poll = r#""request":{"method":"GET","path":"/v1/x"}"#;
    let repeat = format!(r#""repeat":true,{poll}"#);
    let replays = [
        Replay::new(file("", &[poll, &repeat])),
        Replay::new(file("", &[poll, poll]).repeat(1)),
        Replay::new(file("", &[poll, poll])).repeat_last(),
        Replay::new(file("", &[poll, poll])).repeat_last().in_order(),
    ];
    for replay in replays {
        let ask = || answer(&replay, request("GET", "/v1/x", "")).expect("a response");
        assert_eq!([ask(), ask(), ask(), ask()], ["0", "1", "1", "1"]);
        replay.verify().expect("all requests were made");
    }
    let once = Replay::new(file("", &[poll]));
    answer(&once, request("GET", "/v1/x", "")).expect("a response");
    answer(&once, request("GET", "/v1/x", "")).expect_err("it does not repeat");
    once.verify().expect_err("a request too many");
}
