//! The same calls and the same seed give the same bytes: in every run, on every thread, and in every process of `fake-clerk`.
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod fake_support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use clerk_core::api::invitations::CreateInvitation;
use clerk_testkit::FakeClerk;
use clerk_testkit::fake::FaultPlan;
use fake_support::connection::Connection;

/// Faults by chance, so that another seed gives other bytes.
const FAULTS: &str = "CreateBulkInvitations 30% lost-after-effect\nCreateInvitation 30% 500-before-effect\n";

/// Runs the invitation of 400 people, and returns the log of the fake with what Clerk has in the end.
fn run(seed: u64) -> String {
    let faults = FaultPlan::parse(FAULTS).expect("a plan").seed(seed);
    let fake = FakeClerk::builder().faults(faults).build();
    let people = (0..400).map(|number| CreateInvitation::new(format!("p{number}@example.com")));
    let report = pollster::block_on(fake.client().invitations().invite_all(people).run());
    let log: Vec<String> = fake.log().iter().map(ToString::to_string).collect();
    format!("{report:?}\n{}\n{:?}", log.join("\n"), fake.mails())
}

#[test]
fn runs_and_threads_give_the_same_bytes() {
    let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(|| run(7))).collect();
    let expected = run(7);
    assert!(expected.contains("\"fault\":\"lost-after-effect\""), "{expected}");
    for thread in threads {
        assert!(thread.join().expect("no panic") == expected, "another thread differs");
    }
    assert!(run(8) != expected, "another seed differs");
}

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Makes the same calls to a new process, and returns every response with its head, and the log.
fn serve(seed: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, faults) = (folder.path().join("log"), folder.path().join("faults"));
    std::fs::write(&faults, "CreateInvitation 50% 500-before-effect\n").expect("a file");
    let child = Command::new(env!("CARGO_BIN_EXE_fake-clerk"))
        .args([
            "--clock",
            "manual",
            "--now",
            "2026-01-01T00:00:00Z",
            "--fault-seed",
            seed,
            "--limits",
            "single=10/60s",
            "--faults",
        ])
        .arg(&faults)
        .arg("--log")
        .arg(&log)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut program = Program(child);
    let mut line = String::new();
    let stdout = program.0.stdout.as_mut().expect("its output");
    BufReader::new(stdout).read_line(&mut line).expect("its first line");
    let address = line.trim().trim_start_matches("http://").parse().expect("an address");
    let mut connection = Connection::open(address);
    let mut seen = String::new();
    for number in 0..12 {
        let body = format!(r#"{{"email_address":"p{number}@example.com"}}"#);
        let calls = [
            ("POST", "/v1/invitations", body.as_str()),
            ("POST", "/_fake/advance", r#"{"seconds":3}"#),
            ("POST", "/_fake/sign-up", body.as_str()),
            ("GET", "/v1/invitations?paginated=true", ""),
        ];
        for (method, path, body) in calls {
            connection.send(method, path, body);
            let answer = connection.read().expect("a response");
            seen.push_str(&format!("{}{}\n", answer.head, String::from_utf8_lossy(&answer.body)));
        }
    }
    connection.send("GET", "/_fake/state", "");
    let state = connection.read().expect("a response").body;
    seen.push_str(&String::from_utf8_lossy(&state));
    seen + &std::fs::read_to_string(&log).expect("the log")
}

#[test]
fn processes_of_the_server_give_the_same_bytes() {
    let first = serve("3");
    assert!(
        first.contains("HTTP/1.1 500") && first.contains("HTTP/1.1 429"),
        "{first}"
    );
    assert_eq!(serve("3"), first);
    assert_ne!(serve("4"), first);
}
