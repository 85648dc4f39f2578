//! The options of the program `fake-clerk`.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use fake_support::connection::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Kills the program at the end of the test.
struct Program(Child);

impl Program {
    /// Reads the address from the first line of output.
    fn address(&mut self) -> SocketAddr {
        let mut line = String::new();
        let stdout = self.0.stdout.as_mut().expect("its output");
        BufReader::new(stdout).read_line(&mut line).expect("its first line");
        let address = line
            .trim()
            .strip_prefix("http://")
            .and_then(|address| address.parse().ok());
        address.expect(&line)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn write_file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

fn fake_clerk() -> Command {
    Command::new(env!("CARGO_BIN_EXE_fake-clerk"))
}

#[test]
fn options_configure_the_fake() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| write_file(&folder, name, text);
    let log = folder.path().join("log");
    let child = fake_clerk()
        .args([
            "--environment",
            "production",
            "--limits",
            "single=6/60s",
            "--ignore-existing",
            "bypasses-users",
            "--metadata-limit",
            "20",
        ])
        .args([
            "--window",
            "sliding",
            "--read-lag",
            "3600000",
            "--latency",
            "1",
            "--fault-seed",
            "3",
        ])
        .args(["--bulk-on-5xx", "partial", "--secret-key", "sk_live_mine"])
        .arg("--existing-users")
        .arg(file("users", "# users\n\n User@example.com \n"))
        .arg("--existing-invitations")
        .arg(file("invitations", "old@example.com\n"))
        .arg("--reject")
        .arg(file("reject", "bad@example.com\n"))
        .arg("--blocklist")
        .arg(file("blocklist", "*@evil.example\n"))
        .arg("--faults")
        .arg(file("faults", "CreateBulkInvitations 1 500-after-effect\n"))
        .arg("--log")
        .arg(&log)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut program = Program(child);
    let address = program.address();

    let call = |method: &str, path: &str, body: Value| {
        let mut connection = Connection::open(address);
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        connection.send_with_key("sk_live_mine", method, path, &body);
        connection.read().expect("a response")
    };
    let invite = |address: &str| {
        let answer = call("POST", "/v1/invitations", json!({ "email_address": address })).json();
        answer["errors"][0]["code"].as_str().unwrap_or("none").to_owned()
    };
    assert_eq!(invite("user@example.com"), "form_identifier_exists");
    assert_eq!(invite("Old@example.com"), "duplicate_record");
    assert_eq!(invite("bad@example.com"), "form_param_format_invalid");
    assert_eq!(invite("x@evil.example"), "not_allowed_access");
    let ignoring = json!({ "email_address": "user@example.com", "ignore_existing": true });
    assert_eq!(call("POST", "/v1/invitations", ignoring).status, 200);
    let large = json!({ "email_address": "new@example.com", "public_metadata": { "team": "Analytical Engines" } });
    let refused = call("POST", "/v1/invitations", large).json();
    assert_eq!(refused["errors"][0]["code"], "form_param_exceeds_allowed_size");
    assert_eq!(invite("new@example.com"), "too_many_requests");
    let two = json!([{ "email_address": "b@example.com" }, { "email_address": "c@example.com" }]);
    assert_eq!(call("POST", "/v1/invitations/bulk", two).status, 500);
    assert_eq!(
        call("GET", "/v1/invitations", Value::Null).json(),
        json!([]),
        "nothing is listed yet"
    );
    assert_eq!(
        call("GET", "/v1/instance", Value::Null).json()["environment_type"],
        "production"
    );
    let mails = call("GET", "/_fake/mails", Value::Null).json();
    assert_eq!(mails, json!({ "user@example.com": 1, "b@example.com": 1 }));

    let log = std::fs::read_to_string(log).expect("the log");
    assert_eq!(log.lines().count(), 10);
    let eighth: Value = serde_json::from_str(log.lines().nth(7).expect("a line")).expect("JSON");
    assert_eq!(eighth["fault"], "500-after-effect");
    assert_eq!(eighth["created"], json!(["inv_fake000003"]));
    assert!(!log.contains("sk_live"), "{log}");
}

#[test]
fn options_add_organizations_and_waitlist_entries() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| write_file(&folder, name, text);
    let child = fake_clerk()
        .args(["--organization", "org_1", "--organization", "org_2"])
        .args(["--organization-duplicate", "duplicate-record"])
        .arg("--members")
        .arg(file("members", "# members\norg_1  member@example.com\n"))
        .arg("--administrators")
        .arg(file("administrators", "org_3 boss@example.com\n"))
        .arg("--waitlist")
        .arg(file("waitlist", "waiting@example.com\n"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut program = Program(child);
    let mut connection = Connection::open(program.address());
    let mut invite = |organization: &str, address: &str, inviter: Value| {
        let path = format!("/v1/organizations/{organization}/invitations");
        let person = json!({ "email_address": address, "role": "org:member", "inviter_user_id": inviter });
        let answer = connection.call("POST", &path, person).json();
        answer["errors"][0]["code"].as_str().unwrap_or("none").to_owned()
    };
    for (organization, address, inviter, code) in [
        ("org_1", "ada@example.com", Value::Null, "none"),
        ("org_1", "ada@example.com", Value::Null, "duplicate_record"),
        (
            "org_1",
            "member@example.com",
            Value::Null,
            "already_a_member_in_organization",
        ),
        ("org_2", "member@example.com", Value::Null, "none"),
        ("org_3", "ada@example.com", json!("user_fake000002"), "none"),
        ("org_4", "ada@example.com", Value::Null, "resource_not_found"),
    ] {
        assert_eq!(invite(organization, address, inviter), code, "{organization} {address}");
    }
    let waitlist = connection.call("GET", "/v1/waitlist_entries", "").json();
    assert_eq!(waitlist["data"][0]["email_address"], "waiting@example.com");
}

#[test]
fn a_seed_and_the_other_options_are_combined() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| write_file(&folder, name, text);
    let seed = "settings: {limits: none, secret_key: sk_test_mine, start: 2020-01-01T00:00:00Z}\n\
                organizations: [{id: org_1, members: [boss@example.com]}]\n";
    let child = fake_clerk()
        .args([
            "--clock",
            "manual",
            "--now",
            "2026-02-03T04:05:06Z",
            "--role",
            "org:billing",
        ])
        .args(["--membership-limit", "org_1=3"])
        .arg("--seed")
        .arg(file("seed.yml", seed))
        .arg("--allowlist")
        .arg(file("allowlist", "*@example.com\n"))
        .arg("--locked-waitlist")
        .arg(file("locked", "locked@example.com\n"))
        .arg("--organization-invitations")
        .arg(file("invitations", "org_1 old@example.com\n"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut program = Program(child);
    let address = program.address();
    let call = |method: &str, path: &str, body: Value| {
        let mut connection = Connection::open(address);
        connection.send_with_key("sk_test_mine", method, path, &body.to_string());
        connection.read().expect("a response").json()
    };
    let invite = |address: &str| {
        let person = json!({ "email_address": address, "role": "org:billing" });
        let answer = call("POST", "/v1/organizations/org_1/invitations", person);
        answer["errors"][0]["code"].as_str().unwrap_or("none").to_owned()
    };
    assert_eq!(invite("boss@example.com"), "already_a_member_in_organization");
    assert_eq!(invite("old@example.com"), "organization_invitation_not_unique");
    assert_eq!(invite("ada@example.org"), "not_allowed_access");
    assert_eq!(invite("ada@example.com"), "none");
    assert_eq!(invite("bob@example.com"), "organization_membership_quota_exceeded");
    let locked = call("POST", "/v1/waitlist_entries/wle_fake000001/invite", json!({}));
    assert_eq!(locked["errors"][0]["code"], "waitlist_entry_locked");
    let state = call("GET", "/_fake/state", json!({}));
    assert_eq!(state["now"], json!(1_770_091_506_000_i64), "--now wins over the seed");
    assert_eq!(state["settings"]["limits"], json!({}), "the limits are the seed's");
}

#[test]
fn invalid_options_are_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write_file(&folder, "members", "just-one-word\n");
    let file = file.to_str().expect("UTF-8");
    let bad_seed = write_file(&folder, "seed.yml", "users: [nobody]\n");
    let bad_seed = bad_seed.to_str().expect("UTF-8");
    for (arguments, complaint) in [
        (&["--port", "x"][..], "fake-clerk: --port: "),
        (&["--port"], "fake-clerk: --port: "),
        (&["--prot", "1"], "fake-clerk: --prot: unknown option"),
        (
            &["--limits", "bulk=x"],
            "fake-clerk: --limits: \"bulk=x\" is not a rate limit",
        ),
        (&["--window", "round"], "fake-clerk: --window: must be fixed or sliding"),
        (
            &["--faults", "/nowhere/faults"],
            "fake-clerk: --faults: /nowhere/faults: ",
        ),
        (
            &["--secret-key", "pk_test_x"],
            "fake-clerk: --secret-key: the secret key does not start with",
        ),
        (
            &["--secret-key", "sk_test_x", "--environment", "production"],
            "fake-clerk: --secret-key does not belong to",
        ),
        (
            &["--members", file],
            "fake-clerk: --members: \"just-one-word\" has no address",
        ),
        (&["--seed", bad_seed], "fake-clerk: --seed: "),
        (
            &["--now", "soon"],
            "fake-clerk: --now: expected a time such as 2026-01-01T00:00:00Z",
        ),
        (
            &["--membership-limit", "org_1"],
            "fake-clerk: --membership-limit: \"org_1\" is not a limit such as org_1=20",
        ),
        (
            &["--webhook-url", "https://x"],
            "fake-clerk: --webhook-url: \"https://x\" is not a URL such as http://",
        ),
        (
            &["--webhook-url", "http://x"],
            "fake-clerk: --webhook-url needs --webhook-secret",
        ),
        (
            &["--webhook-secret", "whsec_YQ=="],
            "fake-clerk: --webhook-secret needs --webhook-url",
        ),
        (&["--webhook-secret", "whsec_%"], "fake-clerk: --webhook-secret: "),
        (&["serve"], "fake-clerk: unexpected argument \"serve\""),
    ] {
        let output = fake_clerk().args(arguments).output().expect("the program runs");
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && complained.starts_with(complaint),
            "{arguments:?}: {complained}"
        );
        assert!(output.stdout.is_empty());
    }
    let output = fake_clerk()
        .args(["--seed", bad_seed])
        .output()
        .expect("the program runs");
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        complained.contains("seed.yml: invalid seed: users[0]: \"nobody\" is not an email address"),
        "{complained}"
    );
    let help = fake_clerk().arg("--help").output().expect("the program runs");
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("--existing-users FILE"));
}
