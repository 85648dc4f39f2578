use clerk_testkit::FakeClerk;
use serde_json::Value;

use crate::hostile_server::{Authority, answering, closed_port, saying, self_signed, silent, start};
use crate::program::{Folder, program, run};

const HTML: &str = "<html><script>alert(1)</script>\x1b[2JSign in</html>";

/// A server that is not Clerk, and what the program says about it.
struct Case {
    name: &'static str,
    url: String,
    /// The step in the event log, if there was no response.
    step: Option<&'static str>,
    expected: &'static [&'static str],
}

#[test]
fn each_problem_with_the_network_is_named_with_its_cause_and_what_to_do() {
    let folder = Folder::new();
    let authority = Authority::new();
    let certificates = folder.with("authority.pem", authority.pem());
    let http = |behavior| format!("http://{}", start(behavior));
    let https = |behavior| format!("https://{}", start(behavior));
    let case = |name, url, step, expected| Case {
        name,
        url,
        step,
        expected,
    };
    let cases = [
        case(
            "closed port",
            format!("http://{}", closed_port()),
            Some("connect"),
            &["refused the connection", "Check --api-url or CLERK_API_URL"],
        ),
        case(
            "unknown name",
            // A label of 64 characters is no name, so no name server is asked.
            format!("https://{}.example", "a".repeat(64)),
            Some("lookup"),
            &["could not be looked up", "Check the network connection"],
        ),
        case(
            "plain HTTP on a TLS port",
            https(answering("400 Bad Request", "text/html", HTML)),
            Some("tls"),
            &["does not answer with TLS", "https for TLS"],
        ),
        case(
            "TLS spoken to plainly",
            http(authority.server("127.0.0.1", 2020, 2100)),
            Some("response"),
            &["does not answer with HTTP", "https for TLS"],
        ),
        case(
            "unknown authority",
            https(Authority::new().server("127.0.0.1", 2020, 2100)),
            Some("tls"),
            &["not signed by an authority that this machine trusts", "SSL_CERT_FILE"],
        ),
        case(
            "signed by itself",
            https(self_signed(false)),
            Some("tls"),
            &["not signed by an authority that this machine trusts", "SSL_CERT_FILE"],
        ),
        case(
            "signed by itself, as an authority",
            https(self_signed(true)),
            Some("tls"),
            &["is signed by itself", "SSL_CERT_FILE"],
        ),
        case(
            "expired",
            https(authority.server("127.0.0.1", 2020, 2021)),
            Some("tls"),
            &["expired ", "days ago by this machine's clock", "date and time"],
        ),
        case(
            "not valid yet",
            https(authority.server("127.0.0.1", 2100, 2101)),
            Some("tls"),
            &["becomes valid in ", "date and time"],
        ),
        case(
            "wrong host",
            https(authority.server("other.example", 2020, 2100)),
            Some("tls"),
            &["is for another name", "other.example", "Check --api-url"],
        ),
        case(
            "closed during the handshake",
            https(saying("")),
            Some("tls"),
            &["closed the connection during the TLS handshake"],
        ),
        case(
            "silent during the handshake",
            https(silent()),
            Some("connect"),
            &["cannot connect to 127.0.0.1", "within 300ms"],
        ),
        case(
            "silent",
            http(silent()),
            Some("response"),
            &["did not answer in time", "--timeout"],
        ),
        case(
            "closed without an answer",
            http(saying("")),
            Some("response"),
            &["closed the connection before its answer was complete"],
        ),
        case(
            "another protocol",
            http(saying("SSH-2.0-OpenSSH_9.2\r\n")),
            Some("response"),
            &["does not answer with HTTP"],
        ),
        case(
            "captive portal",
            http(answering("200 OK", "text/html; charset=utf-8", HTML)),
            None,
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
            None,
            &["status 403", "text/html", "not from Clerk's API", "A firewall, a proxy"],
        ),
        case(
            "proxy",
            http(answering("407 Proxy Authentication Required", "text/html", HTML)),
            None,
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
            None,
            &["status 511", "The network asks for a sign-in"],
        ),
        case(
            "redirect",
            http(answering("302 Found", "text/html", HTML)),
            None,
            &["status 302", "text/html", "not from Clerk's API"],
        ),
        case(
            "unauthorized by another server",
            http(answering("401 Unauthorized", "text/plain", "who are you?")),
            None,
            &["status 401", "text/plain", "not from Clerk's API"],
        ),
        case(
            "empty answer",
            http(answering("200 OK", "application/json", "")),
            None,
            &["status 200", "not from Clerk's API", "empty body"],
        ),
        case(
            "another API",
            http(answering("200 OK", "application/json", "{\"ok\":true}")),
            None,
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
    let Case {
        name,
        url,
        step,
        expected,
    } = case;
    let people = folder.with(&format!("{number}.csv"), "email\nada@example.com\n");
    let events = folder.path(&format!("{number}.jsonl"));
    let options = [
        "--attempts",
        "1",
        "--timeout",
        "1s",
        "--connect-timeout",
        "300ms",
        "--settle-delay",
        "0s",
        "--read-lag",
        "0s",
        "--journal",
        "none",
    ];
    for preflight in [&[][..], &["--no-preflight"]] {
        let mut command = program(&[&people, "--api-url", url, "--events", &events]);
        command.args(options).args(preflight).env("SSL_CERT_FILE", certificates);
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
        if let Some(attempt) = find("attempt") {
            assert_eq!(attempt["step"].as_str(), *step, "{name}: {attempt}");
            assert_eq!(attempt["cause"].is_string(), step.is_some(), "{name}: {attempt}");
        }
    }
}
