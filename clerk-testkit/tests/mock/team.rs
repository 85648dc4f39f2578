//! A team that tests invite, and the report of their mock.

use clerk_core::api::invitations::{CreateInvitation, ListInvitations};
use clerk_core::model::Metadata;
use clerk_core::{Client, SecretKey};
use clerk_testkit::Mock;
use clerk_testkit::mock::Reply;
use pollster::block_on;
use serde_json::json;

pub(crate) const LINK: &str = "https://app.example.com/welcome";

pub(crate) fn client(mock: &Mock) -> Client {
    let key = SecretKey::new("sk_test_not_to_be_shown").expect("a key");
    Client::builder(key, mock.clone()).build().expect("a client")
}

pub(crate) fn team() -> [CreateInvitation; 2] {
    let metadata = Metadata::from_json(r#"{"team":"blue"}"#).expect("an object");
    let ada = CreateInvitation::new("ada@example.com").public_metadata(metadata);
    [ada, CreateInvitation::new("bob@example.com").redirect_url(LINK)]
}

pub(crate) fn team_json() -> serde_json::Value {
    json!([
        { "email_address": "ada@example.com", "public_metadata": { "team": "blue" } },
        { "email_address": "bob@example.com", "redirect_url": LINK },
    ])
}

pub(crate) fn team_reply() -> Reply {
    Reply::invitations([("inv_1", "ada@example.com"), ("inv_2", "bob@example.com")])
}

/// Invites the team and ignores the result.
pub(crate) fn invite_team(mock: &Mock) {
    let _ = block_on(client(mock).invitations().create_bulk(&team()));
}

pub(crate) fn list(mock: &Mock) {
    let _ = block_on(client(mock).invitations().list(&ListInvitations::new().limit(50)));
}

/// Returns the report of the mock, with `HERE` for every line of `file`.
pub(crate) fn report(mock: &Mock, file: &str) -> String {
    let text = mock.verify().expect_err("a report").to_string();
    let place = format!("{file}:");
    let mut pieces = text.split(&place);
    let mut clean = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        clean.push_str("HERE");
        clean.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'));
    }
    clean
}
