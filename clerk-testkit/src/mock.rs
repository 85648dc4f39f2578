//! A transport that expects requests and replies to them.
//!
//! The following is the complete test of a sign-up service that invites a team:
//!
//! ```
//! use clerk_core::api::invitations::CreateInvitation;
//! use clerk_core::{Client, SecretKey};
//! use clerk_testkit::Mock;
//! use clerk_testkit::mock::{Reply, post};
//! use serde_json::json;
//!
//! // The code under test.
//! async fn invite_team(clerk: &Client, addresses: &[&str]) -> clerk_core::Result<usize> {
//!     let link = "https://app.example.com/welcome";
//!     let people: Vec<_> = addresses.iter().map(|a| CreateInvitation::new(*a).redirect_url(link)).collect();
//!     Ok(clerk.invitations().create_bulk(&people).await?.len())
//! }
//!
//! // The test.
//! let mock = Mock::new();
//! mock.expect(post("/v1/invitations/bulk").json(json!([
//!     { "email_address": "ada@example.com", "redirect_url": "https://app.example.com/welcome" },
//!     { "email_address": "bob@example.com", "redirect_url": "https://app.example.com/welcome" },
//! ])))
//! .respond(Reply::invitations([("inv_1", "ada@example.com"), ("inv_2", "bob@example.com")]))
//! .times(1);
//!
//! let clerk = Client::builder(SecretKey::new("sk_test_abc")?, mock.clone()).build()?;
//! let invited = pollster::block_on(invite_team(&clerk, &["ada@example.com", "bob@example.com"]))?;
//! assert_eq!(invited, 2);
//! mock.verify()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! If the service omitted the redirect URLs, the test would fail with
//!
//! ```text
//! the mock was not used as expected:
//!  1. POST /v1/invitations/bulk was not expected. The nearest expectation, at tests/invite.rs:20:6, differs in
//!      body $[0].redirect_url: expected "https://app.example.com/welcome", got nothing
//!      body $[1].redirect_url: expected "https://app.example.com/welcome", got nothing
//!  2. POST /v1/invitations/bulk, expected once at tests/invite.rs:20:6, was never called
//! ```

mod expectation;
mod incoming;
mod invitation_run;
mod matcher;
mod message;
mod reply;
mod times;
pub(crate) mod transport;

pub use expectation::{ExpectationHandle, PendingExpectation};
pub use invitation_run::InvitationRunCalls;
pub use matcher::{RequestMatcher, delete, get, patch, post, put, request};
pub use reply::Reply;
pub use times::Times;
