use clerk_testkit::FakeClerk;
use serde_json::Value;

use crate::hostile_server::{Authority, after_instance, answering, closed_port, saying, self_signed, silent, start};
use crate::program::{Folder, program, run};

const HTML: &str = "<html><script>alert(1)</script>\x1b[2JSign in</html>";

/// Options that avoid waits.
const OPTIONS: [&str; 8] = [
    "--attempts",
    "1",
    "--settle-delay",
    "0s",
    "--read-lag",
    "0s",
    "--journal",
    "none",
];

/// A server that is not Clerk, and what the program says about it.
struct Case {
    name: &'static str,
    url: String,
    expected: &'static [&'static str],
}

#[test]
fn each_problem_with_the_network_is_named_with_its_cause_and_what_to_do() {
    let folder = Folder::new();
    let authority = Authority::new();
    let certificates = folder.with("authority.pem", authority.pem());
    let http = |behavior| format!("http://{}", start(behavior));
    let https = |behavior| format!("https://{}", start(behavior));
    let case = |name, url, expected| Case { name, url, expected };
    let cases = [
        case(
            "closed port",
            format!("http://{}", closed_port()),
            &["refused the connection", "Check --api-url or CLERK_API_URL"],
        ),
        case(
            "unknown name",
            // A label of 64 characters is no name, so no name server is asked.
            format!("https://{}.example", "a".repeat(64)),
            &["could not be looked up", "Check the network connection"],
        ),
        case(
            "plain HTTP on a TLS port",
            https(answering("400 Bad Request", "text/html", HTML)),
            &["does not answer with TLS", "https for TLS"],
        ),
        case(
            "TLS spoken to plainly",
            http(authority.server("127.0.0.1", 2020, 2100)),
            &["does not answer with HTTP", "https for TLS"],
        ),
        case(
            "unknown authority",
            https(Authority::new().server("127.0.0.1", 2020, 2100)),
            &[
                "not signed by an authority that this machine trusts",
                "--ca-cert or in the",
            ],
        ),
        case(
            "signed by itself",
            https(self_signed(false)),
            &[
                "not signed by an authority that this machine trusts",
                "--ca-cert or in the",
            ],
        ),
        case(
            "signed by itself, as an authority",
            https(self_signed(true)),
            &["is signed by itself", "--ca-cert or in the"],
        ),
        case(
            "expired",
            https(authority.server("127.0.0.1", 2020, 2021)),
            &["expired ", "days ago by this machine's clock", "date and time"],
        ),
        case(
            "not valid yet",
            https(authority.server("127.0.0.1", 2100, 2101)),
            &["becomes valid in ", "date and time"],
        ),
        case(
            "wrong host",
            https(authority.server("proxy.other.example", 2020, 2100)),
            &["is for another name", "proxy.other.example", "Check --api-url"],
        ),
        case(
            "closed during the handshake",
            https(saying("")),
            &["closed the connection during the TLS handshake"],
        ),
        case(
            "silent during the handshake",
            https(silent()),
            &["cannot connect to 127.0.0.1", "within 300ms"],
        ),
        case("silent", http(silent()), &["did not answer in time", "--timeout"]),
        case(
            "closed without an answer",
            http(saying("")),
            &["closed the connection before its answer was complete"],
        ),
        case(
            "another protocol",
            http(saying("SSH-2.0-OpenSSH_9.2\r\n")),
            &["does not answer with HTTP"],
        ),
        case(
            "captive portal",
            http(answering("200 OK", "text/html; charset=utf-8", HTML)),
            &[
                "status 200",
                "text/html",
                "not from Clerk's API",
                "sign-in page of the network",
            ],
        ),
        case(
            "firewall",
            http(answering("403 Forbidden", "text/html", HTML)),
            &["status 403", "text/html", "not from Clerk's API", "A firewall, a proxy"],
        ),
        case(
            "proxy",
            http(answering("407 Proxy Authentication Required", "text/html", HTML)),
            &[
                "status 407",
                "text/html",
                "not from Clerk's API",
                "A proxy asks for credentials",
            ],
        ),
        case(
            "network sign-in",
            http(answering("511 Network Authentication Required", "text/html", HTML)),
            &["status 511", "The network asks for a sign-in"],
        ),
        case(
            "redirect",
            http(answering("302 Found", "text/html", HTML)),
            &["status 302", "text/html", "not from Clerk's API"],
        ),
        case(
            "unauthorized by another server",
            http(answering("401 Unauthorized", "text/plain", "who are you?")),
            &["status 401", "text/plain", "not from Clerk's API"],
        ),
        case(
            "empty answer",
            http(answering("200 OK", "application/json", "")),
            &["status 200", "not from Clerk's API", "empty body"],
        ),
        case(
            "another API",
            http(answering("200 OK", "application/json", "{\"ok\":true}")),
            &["status 200", "not from Clerk's API", "Check --api-url"],
        ),
    ];
    std::thread::scope(|scope| {
        for (number, case) in cases.iter().enumerate() {
            let (folder, certificates) = (&folder, &certificates);
            scope.spawn(move || check(case, number, folder, certificates));
        }
    });
}

/// Invites one person with the case's server, without and with a first look at what Clerk has.
fn check(case: &Case, number: usize, folder: &Folder, certificates: &str) {
    let Case { name, url, expected } = case;
    let people = folder.with(&format!("{number}.csv"), "email\nada@example.com\n");
    let events = folder.path(&format!("{number}.jsonl"));
    // Other cases must not time out, however busy the machine is.
    let limit = match *name {
        "silent" => ["--timeout", "300ms"],
        "silent during the handshake" => ["--connect-timeout", "300ms"],
        _ => ["--connect-timeout", "60s"],
    };
    for preflight in [&[][..], &["--no-preflight"]] {
        let mut command = program(&[&people, "--api-url", url, "--events", &events]);
        command
            .args(OPTIONS)
            .args(limit)
            .args(preflight)
            .env("SSL_CERT_FILE", certificates);
        let ended = run(command.env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY));
        assert_eq!(ended.status, 3, "{name}: {}", ended.stderr);
        for expected in *expected {
            assert!(
                ended.stderr.contains(expected),
                "{name}: {expected:?} is not in {}",
                ended.stderr
            );
        }
        let log = std::fs::read_to_string(&events).expect("an event log");
        assert!(!log.contains('\x1b') && !ended.stderr.contains('\x1b'), "{name}: {log}");
        let events: Vec<Value> = log
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let find = |kind: &str| events.iter().find(|event| event["event"] == kind);
        let reason = &find("stopped").expect("why the run stopped")["reason"];
        assert!(
            reason.as_str().is_some_and(|reason| reason.contains(expected[0])),
            "{name}: {reason}"
        );
        assert!(
            find("attempt").is_none(),
            "{name}: a run begins with reading the instance"
        );
    }
}

#[test]
fn a_proxy_that_gives_no_connection_is_named_with_the_reason() {
    let folder = Folder::new();
    let people = folder.with("people.csv", "email\nada@example.com\n");
    let events = folder.path("events.jsonl");
    let cases = [
        (
            start(answering("407 Proxy Authentication Required", "text/html", HTML)),
            "status 407",
        ),
        (start(answering("403 Forbidden", "text/html", HTML)), "status 403"),
        (start(saying("SSH-2.0-OpenSSH_9.2\r\n\r\n")), "malformed answer"),
        (closed_port(), "refused"),
    ];
    for (address, expected) in cases {
        let proxy = format!("http://ada:hidden@{address}");
        let mut command = program(&[&people, "--api-url", "https://api.example.com", "--events", &events]);
        command.args(OPTIONS).args(["--proxy", &proxy]);
        let ended = run(command.env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY));
        assert_eq!(ended.status, 3, "{}", ended.stderr);
        let log = read(&events);
        for expected in [
            &format!("the proxy {address}"),
            expected,
            "Check the proxy's address and credentials",
        ] {
            assert!(
                ended.stderr.contains(expected),
                "{expected:?} is not in {}",
                ended.stderr
            );
        }
        assert!(
            !format!("{} {log}", ended.stderr).contains("hidden"),
            "{} {log}",
            ended.stderr
        );
    }
}

#[test]
fn the_event_log_has_the_cause_of_each_failed_attempt() {
    let folder = Folder::new();
    let html = |status| answering(status, "text/html", HTML);
    let cases = [
        (silent(), Some("response"), "did not answer in time", Value::Null),
        (
            saying(""),
            Some("response"),
            "closed the connection before",
            Value::Null,
        ),
        (
            saying("SSH-2.0-OpenSSH_9.2\r\n"),
            Some("response"),
            "does not answer with HTTP",
            Value::Null,
        ),
        (html("200 OK"), None, "text/html instead of JSON", 200.into()),
        (html("403 Forbidden"), None, "text/html instead of JSON", 403.into()),
    ];
    for (behavior, step, expected, status) in cases {
        let people = folder.with("people.csv", "email\nada@example.com\n");
        let (url, events) = (
            format!("http://{}", start(after_instance(behavior))),
            folder.path("events.jsonl"),
        );
        let mut command = program(&[&people, "--api-url", &url, "--events", &events, "--no-preflight"]);
        // The answer to the first call has to arrive within the timeout, too.
        let timeout = if expected.contains("in time") { "3s" } else { "60s" };
        command.args(OPTIONS).args(["--timeout", timeout]);
        let ended = run(command.env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY));
        assert!(
            ended.stderr.contains(expected),
            "{expected:?} is not in {}",
            ended.stderr
        );
        let log = read(&events);
        let mut events = log
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let attempt = events.find(|event| event["event"] == "attempt").expect("an attempt");
        assert_eq!(
            (attempt["step"].as_str(), &attempt["status"]),
            (step, &status),
            "{attempt}"
        );
        let cause = if step.is_some() {
            &attempt["cause"]
        } else {
            &attempt["error"]
        };
        assert!(
            cause.as_str().is_some_and(|cause| cause.contains(expected)),
            "{expected:?} is not in {attempt}"
        );
    }
}

#[test]
fn text_from_the_network_reaches_no_output_with_control_or_invisible_characters() {
    const HOSTILE: &str = "\\u001b[2J\\u202eerror: all\\u0000 invited\\r\\n\\u200b\\u009b\\udb40\\udc41</script>=1+1";
    let folder = Folder::new();
    let people = folder.with("people.csv", "email\nada@example.com\n");
    let long = "x".repeat(100_000);
    // The code is not one of Clerk's, so that the first answer refuses the person and the second stops the run.
    for (status, name) in [
        ("422 Unprocessable Entity", "refused"),
        ("402 Payment Required", "stopped"),
    ] {
        let error =
            format!(r#"{{"errors":[{{"code":"{HOSTILE}","message":"{HOSTILE}","long_message":"{HOSTILE}{long}"}}]}}"#);
        let url = format!(
            "http://{}",
            start(after_instance(answering(status, "application/json", &error)))
        );
        for report in ["report.csv", "report.html"] {
            let (report, events) = (folder.path(report), folder.path("events.jsonl"));
            let args = [
                &people,
                "--api-url",
                &url,
                "--report",
                &report,
                "--events",
                &events,
                "--no-preflight",
            ];
            let mut command = program(&args);
            command.args([
                "--attempts",
                "1",
                "--journal",
                "none",
                "--color",
                "never",
                "--settle-delay",
                "0s",
                "--read-lag",
                "0s",
            ]);
            let ended = run(command.env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY));
            let outputs = [ended.stdout, ended.stderr, read(&report), read(&events)];
            for output in &outputs {
                let is_hostile = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{200b}\u{e0041}".contains(c);
                assert!(!output.contains(is_hostile), "{name}: {output:?}");
                assert!(
                    !output.contains("xxx</script>") && !output.contains(&"x".repeat(1_000)),
                    "{name}: {output}"
                );
            }
            let shown = outputs
                .iter()
                .filter(|output| output.contains("<U+202E>error") || output.contains("&lt;U+202E&gt;error"));
            assert!(shown.count() >= 2, "{name}: {outputs:?}");
        }
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).expect("a file")
}
