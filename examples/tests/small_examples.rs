//! The small examples run, and show what they say.
#![expect(clippy::expect_used, reason = "the helpers of a test fail the test")]

use std::process::Command;

fn stdout(program: &str) -> String {
    let output = Command::new(program)
        .env_remove("CLERK_SECRET_KEY")
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn two_invitations_are_made_in_one_call() {
    let shown = stdout(env!("CARGO_BIN_EXE_two-invitations"));
    assert!(shown.starts_with("DEMO"), "{shown}");
    for told in [
        "invites invite@example.com: pending",
        "invites invite2@example.com: pending",
    ] {
        assert!(shown.contains(told), "{shown}");
    }
}

#[test]
fn an_endpoint_of_ones_own_is_answered() {
    let shown = stdout(env!("CARGO_BIN_EXE_own-endpoint"));
    assert!(shown.ends_with("is for development\n\"instance\"\n"), "{shown}");
}

#[test]
fn a_transport_of_ones_own_carries_an_invitation() {
    let shown = stdout(env!("CARGO_BIN_EXE_custom-transport"));
    assert!(shown.ends_with("is pending\nmails to ada@example.com: 1\n"), "{shown}");
}
