//! The work of every peer. The main one is a bulk call that invites ten people with nested metadata.

use serde_json::{Map, Value, json};

pub(crate) const PEOPLE: usize = 10;
pub(crate) const PAGE: usize = 500;
pub(crate) const REDIRECT_URL: &str = "https://www.example.com/my-sign-up";
pub(crate) const EXPIRES_IN_DAYS: u16 = 14;
pub(crate) const SECRET_KEY: &str = "sk_test_bench";
pub(crate) const API_VERSION: &str = "2026-05-12";

/// A call that a peer makes.
#[derive(Clone, Copy)]
pub(crate) enum Work {
    /// Invites ten people.
    Bulk,
    /// Invites one of them.
    Single,
    /// Lists a page of 500 invitations.
    Page,
    /// Revokes an invitation that does not exist.
    Refusal,
}

impl Work {
    /// All variants, with their names.
    pub(crate) const NAMED: [(&str, Self); 4] = [
        ("bulk", Self::Bulk),
        ("single", Self::Single),
        ("page", Self::Page),
        ("refusal", Self::Refusal),
    ];

    /// The path and query of the call.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Bulk => "/v1/invitations/bulk",
            Self::Single => "/v1/invitations",
            Self::Page => "/v1/invitations?paginated=true&limit=500",
            Self::Refusal => "/v1/invitations/inv_1/revoke",
        }
    }

    /// Returns the status and body of Clerk's response.
    pub(crate) fn response(self) -> (u16, String) {
        match self {
            Self::Bulk => (200, response()),
            Self::Single => (200, invitation(0)),
            Self::Page => {
                let invitations: Vec<String> = (0..PAGE).map(invitation).collect();
                (
                    200,
                    format!(r#"{{"data":[{}],"total_count":{PAGE}}}"#, invitations.join(",")),
                )
            }
            Self::Refusal => (404, REFUSAL.to_owned()),
        }
    }
}

const REFUSAL: &str = r#"{"errors":[{"message":"not found","long_message":"No invitation was found with id inv_1","code":"resource_not_found","meta":{}}],"clerk_trace_id":"3c1f0a52f3d14d2b8a7a9a5f"}"#;

/// Returns the email address of each person.
pub(crate) fn addresses() -> impl Iterator<Item = String> {
    (0..PEOPLE).map(address)
}

fn address(number: usize) -> String {
    format!("person{number}@company.test")
}

/// Returns the metadata of each invitation.
pub(crate) fn metadata() -> Map<String, Value> {
    let Value::Object(metadata) = json!({
        "example": "metadata",
        "example_nested": { "nested": "metadata" },
    }) else {
        unreachable!("the literal is an object");
    };
    metadata
}

/// Returns Clerk's response to the bulk call.
pub(crate) fn response() -> String {
    let invitations: Vec<String> = (0..PEOPLE).map(invitation).collect();
    format!("[{}]", invitations.join(","))
}

fn invitation(number: usize) -> String {
    let address = address(number);
    let metadata = Value::Object(metadata());
    format!(
        concat!(
            r#"{{"object":"invitation","id":"inv_2wQpXf0t{:016}","email_address":"{}","public_metadata":{},"#,
            r#""revoked":false,"status":"pending","url":"https://accounts.example.com/v1/tickets/accept?ticket=eyJ{:064}","#,
            r#""expires_at":1797000000000,"created_at":1795790400000,"updated_at":1795790400000}}"#,
        ),
        number, address, metadata, number
    )
}
