use clerk_testkit::FakeClerk;

use crate::program::{Clerk, Folder, program, run};

const KEY: &str = FakeClerk::SECRET_KEY;

/// An address at which no server listens.
const UNREACHABLE: &str = "http://127.0.0.1:9";

#[test]
fn the_option_overrides_the_environment() {
    let folder = Folder::new();
    let people = folder.with_people(2);
    for (is_option, variable) in [
        (false, None),
        (true, Some(UNREACHABLE)),
        (true, Some("http://example.com")),
        (true, Some("")),
    ] {
        let clerk = Clerk::start(FakeClerk::builder());
        let url = clerk.url();
        let mut command = program(&[&people, "--journal", "none"]);
        if is_option {
            command.args(["--api-url", &url]);
        }
        let ended = run(command
            .env("CLERK_SECRET_KEY", KEY)
            .env("CLERK_API_URL", variable.unwrap_or(&url)));
        assert_eq!(ended.status, 0, "{is_option}, {variable:?}: {}", ended.stderr);
        assert_eq!(clerk.fake().mails().len(), 2, "{is_option}, {variable:?}");
    }
}

#[test]
fn an_invalid_url_is_reported_with_its_source() {
    let folder = Folder::new();
    let people = folder.with_people(2);
    let cases = [
        (
            "http://example.com",
            "plain http would send the secret key unencrypted. Use https, or an address",
        ),
        ("api.clerk.com", "absolute http or https URL"),
    ];
    for (url, expected) in cases {
        let mut by_option = program(&[&people, "--api-url", url]);
        let mut by_variable = program(&[&people]);
        by_variable.env("CLERK_API_URL", url);
        for (command, source) in [(&mut by_option, "--api-url"), (&mut by_variable, "CLERK_API_URL")] {
            let ended = run(command.env("CLERK_SECRET_KEY", KEY));
            assert_eq!(ended.status, 2, "{}", ended.stderr);
            let prefix = format!("error: invalid {source}: ");
            assert!(ended.stderr.starts_with(&prefix), "{prefix}: {}", ended.stderr);
            assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
            assert!(!ended.stderr.contains("allow_insecure_http"), "{}", ended.stderr);
        }
    }
}

#[test]
fn without_a_key_the_option_is_an_error_and_the_variable_is_ignored() {
    let folder = Folder::new();
    let people = folder.with_people(2);
    let refused = run(&mut program(&[&people, "--api-url", UNREACHABLE]));
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("--api-url needs a key"), "{}", refused.stderr);

    let no_key = program(&[&people]);
    let mut demo = program(&[&people, "--demo"]);
    demo.env("CLERK_SECRET_KEY", KEY);
    for mut command in [no_key, demo] {
        for url in [UNREACHABLE, "http://example.com"] {
            let ended = run(command.env("CLERK_API_URL", url));
            assert_eq!(ended.status, 0, "{}", ended.stderr);
            assert!(ended.stdout.starts_with("DEMO: "), "{}", ended.stdout);
        }
    }
}
