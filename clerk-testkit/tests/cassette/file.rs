//! The format of cassette files, and the errors of reading them.

use clerk_core::{Bytes, HttpTransport};
use clerk_testkit::{Cassette, Mock, Replay, cassette};
use pollster::block_on;

use crate::exchange::{EVE, EVE_PSEUDONYM, recorded, replay, request, response};

#[test]
fn a_file_is_readable_json() {
    let answer = http::Response::builder()
        .header("content-type", "application/json")
        .header("set-cookie", "session=1")
        .body(Bytes::from(
            r#"[{"id":"inv_1","email_address":"ada@example.org","n":18446744073709551616}]"#,
        ))
        .expect("a response");
    let sent = r#"[{"email_address":"Ada@example.org","public_metadata":{"seat":9007199254740993}}]"#;
    let text = recorded(request("POST", "/v1/invitations/bulk?b=2&a=%2B1", sent), Ok(answer)).expect("a cassette");
    assert_eq!(
        text,
        r#"{
  "version": 1,
  "interactions": [
    {
      "recorded_at": "2026-01-01T00:00:00Z",
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
fn addresses_written_into_a_file_by_hand_are_replaced_on_load() {
    let sent = request("POST", &format!("/v1/x?q={EVE}"), format!(r#"["{EVE}"]"#));
    let json = recorded(sent, Ok(response(EVE))).expect("a cassette");
    let edited = json.replace(EVE_PSEUDONYM, "Ada.Lovelace@example.org");
    let pseudonym = Cassette::from_json(&edited)
        .expect("a cassette")
        .to_json()
        .expect("no leak");
    assert!(!pseudonym.contains("Lovelace"), "{pseudonym}");

    let replay = replay(&edited);
    let sent = request(
        "POST",
        "/v1/x?q=ada.lovelace@example.org",
        r#"["ada.lovelace@example.org"]"#,
    );
    let answer = block_on(replay.send(sent)).expect("a response");
    assert_eq!(answer.body(), "ada.lovelace@example.org");
    replay.verify().expect("all requests were made");
}

#[test]
fn refuses_text_that_is_not_a_cassette() {
    let message = |json: &str| Cassette::from_json(json).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(message(r#"{"version":1,"interactions":[]}"#), Ok(()));
    assert_eq!(
        message("[]"),
        Err("the text is not a cassette: line 1, column 2".into())
    );
    let with_more = "{\"version\":1,\n\"interactions\":[],\"x\":1}";
    assert_eq!(
        message(with_more),
        Err("the text is not a cassette: line 2, column 21".into())
    );
    let newer = r#"{"version":2,"other":[]}"#;
    assert_eq!(
        message(newer),
        Err("the cassette has format version 2, but this crate reads version 1. Record it again".into())
    );
}

#[test]
fn errors_name_the_file_and_the_fix() {
    let absent = Cassette::load("no/such/file.json").expect_err("no file").to_string();
    assert_eq!(absent, "the cassette no/such/file.json does not exist. Record it first");
    let opened = cassette("no/such/file.json", "CLERK_TESTKIT_NEVER_SET", || -> Mock {
        panic!("a replay does not connect")
    });
    assert_eq!(
        opened.expect_err("no file").to_string(),
        "the cassette no/such/file.json does not exist. Record it by running the test with CLERK_TESTKIT_NEVER_SET=1"
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
        newer.starts_with(&format!("the cassette {name} has format version 2,")),
        "{newer}"
    );

    let json = recorded(request("GET", "/v1/x", ""), Ok(response("1"))).expect("a cassette");
    let unused = load(&json)
        .expect("a cassette")
        .verify()
        .expect_err("a report")
        .to_string();
    let headline = format!("the requests differ from the cassette {name}. ");
    assert!(unused.starts_with(&headline), "{unused}");
}
