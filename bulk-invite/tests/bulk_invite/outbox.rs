use std::env;
use std::process;

use clerk_testkit::FakeClerk;

use crate::program::{Clerk, Folder, run};

/// Returns the address of the server for tests, if there is one.
#[expect(clippy::print_stdout, reason = "a test says what it skips")]
fn server() -> Option<String> {
    let server = env::var("CLERK_TEST_POSTGRES").ok();
    if server.is_none() {
        println!("skipped: CLERK_TEST_POSTGRES names no server");
    }
    server
}

#[test]
fn a_file_is_submitted_to_an_outbox_and_followed() {
    let Some(server) = server() else { return };
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder().existing_user("user@example.com"));
    // The outbox is that of every test run on this server.
    let people: Vec<_> = (0..30)
        .map(|n| format!("p{n}.{}@example.com\n", process::id()))
        .collect();
    let csv = format!("email\nnobody\nuser@example.com\n{}", people.concat());
    let people_file = folder.with("people.csv", &csv);
    let report = folder.path("report.csv");
    let args = [&people_file, "--journal", &server, "--report", &report, "--json"];
    let first = run(&mut clerk.program(&args));
    assert_eq!(first.status, 1, "one row is invalid: {}", first.stderr);
    assert!(
        first.stderr.contains("Submitted 31 people as batch"),
        "{}",
        first.stderr
    );
    let counts = |json: serde_json::Value| {
        ["created", "created_earlier", "existing_user", "invalid", "pending"].map(|name| json[name].as_u64().unwrap())
    };
    assert_eq!(counts(first.json()), [30, 0, 1, 1, 0]);
    let second = run(&mut clerk.program(&args));
    assert_eq!(counts(second.json()), [0, 30, 1, 1, 0], "{}", second.stderr);
    for address in people.iter().map(|line| line.trim()) {
        assert_eq!(clerk.fake().mails_to(address), 1, "{address}");
    }
    assert_eq!(
        folder.names(),
        ["people.csv", "report.csv"],
        "there is no journal in a file"
    );
}

#[test]
fn an_outbox_that_cannot_be_used_is_named_without_the_password() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let people = folder.with_people(2);
    let unreachable = "postgres://app:secret-word@127.0.0.1:1/app";
    let cases = [
        (vec![], "could not connect to PostgreSQL (check that the server runs"),
        (vec!["--dry-run"], "submits the people of a file: leave out --dry-run"),
        (
            vec!["--again", "pending"],
            "leave out --dry-run, --plan, --status, --waitlist, --again",
        ),
    ];
    for (more, expected) in cases {
        let args = [&[people.as_str(), "--journal", unreachable], &more[..]].concat();
        let ended = run(&mut clerk.program(&args));
        assert_eq!(ended.status, 2, "{more:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{more:?}: {}", ended.stderr);
        assert!(!ended.stderr.contains("secret-word"), "{more:?}: {}", ended.stderr);
    }
    assert_eq!(clerk.fake().mails().len(), 0);
}
