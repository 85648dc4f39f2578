//! The work of every peer: one bulk call that invites ten people with nested metadata.

use std::fmt::Write;

use serde_json::{Map, Value, json};

pub(crate) const PEOPLE: usize = 10;
pub(crate) const REDIRECT_URL: &str = "https://www.example.com/my-sign-up";
pub(crate) const EXPIRES_IN_DAYS: u16 = 14;
pub(crate) const SECRET_KEY: &str = "sk_test_bench";
pub(crate) const API_VERSION: &str = "2026-05-12";

/// Returns the email address of each person.
pub(crate) fn addresses() -> impl Iterator<Item = String> {
    (0..PEOPLE).map(|number| format!("person{number}@company.test"))
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

/// Returns Clerk's response to the call.
pub(crate) fn response() -> String {
    let metadata = Value::Object(metadata());
    let mut response = String::new();
    for (number, address) in addresses().enumerate() {
        let separator = if number == 0 { '[' } else { ',' };
        let written = write!(
            response,
            concat!(
                r#"{}{{"object":"invitation","id":"inv_2wQpXf0t{:016}","email_address":"{}","public_metadata":{},"#,
                r#""revoked":false,"status":"pending","url":"https://accounts.example.com/v1/tickets/accept?ticket=eyJ{:064}","#,
                r#""expires_at":1797000000000,"created_at":1795790400000,"updated_at":1795790400000}}"#,
            ),
            separator, number, address, metadata, number
        );
        written.expect("writing to a String succeeds");
    }
    response + "]"
}
