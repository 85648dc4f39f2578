//! Runs each example offline and checks what it prints.
#![expect(clippy::expect_used, reason = "the helpers of a test fail the test")]

mod example;

use std::process::Command;

fn stdout(name: &str) -> String {
    let output = Command::new(example::path(name))
        .env_remove("CLERK_SECRET_KEY")
        .env_remove("CLERK_WEBHOOK_SECRET")
        .output()
        .expect("the example starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn two_invitations_invites_two_people() {
    let stdout = stdout("two-invitations");
    assert!(stdout.starts_with("DEMO"), "{stdout}");
    for expected in [
        "invites invite@example.com: pending",
        "invites invite2@example.com: pending",
    ] {
        assert!(stdout.contains(expected), "{stdout}");
    }
}

#[test]
fn custom_endpoint_reads_the_instance() {
    let stdout = stdout("custom-endpoint");
    assert!(stdout.ends_with("is for development\n\"instance\"\n"), "{stdout}");
}

#[test]
fn custom_transport_sends_an_invitation() {
    let stdout = stdout("custom-transport");
    assert!(
        stdout.ends_with("is pending\nemails to ada@example.com: 1\n"),
        "{stdout}"
    );
}

#[test]
fn webhooks_are_verified_and_handled() {
    let stdout = stdout("webhooks");
    for expected in [
        "user_fake000001 signed up, with the metadata {\"team\":\"engines\"}",
        "nothing to do for organizationInvitation.accepted",
        "org_1 has a new member with the role org:member",
        "refused: no signature of the webhook matches",
    ] {
        assert!(stdout.contains(expected), "{expected} is not in {stdout}");
    }
    assert!(stdout.ends_with("forged webhooks, 0 accepted\n"), "{stdout}");
}

#[test]
fn traces_are_exported_without_addresses() {
    let stdout = stdout("traces");
    for expected in [
        "CreateBulkInvitations",
        "http.response.status_code",
        "url.template",
        "2 people: 2 created",
    ] {
        assert!(stdout.contains(expected), "{expected} is not in {stdout}");
    }
    assert!(!stdout.contains('@') && !stdout.contains("sk_test_"), "{stdout}");
}
