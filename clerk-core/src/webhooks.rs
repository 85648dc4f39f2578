//! Receiving Clerk's webhooks: verification of signatures, and typed events.
//!
//! Needs the feature `webhooks` of `clerk-core`; `clerk-hyper` then re-exports the module. No runtime and no web framework is involved: pass the headers and the raw body of the
//! request that your server received.
//!
//! ```
//! use clerk_core::http::{HeaderMap, StatusCode};
//! use clerk_core::webhooks::{InvalidWebhookSecret, WebhookEvent, WebhookSecret, WebhookVerifier};
//!
//! // Once, with the signing secret of the endpoint from Clerk's dashboard.
//! fn verifier(secret: &str) -> Result<WebhookVerifier, InvalidWebhookSecret> {
//!     Ok(WebhookVerifier::new(WebhookSecret::new(secret)?))
//! }
//!
//! // For each request.
//! fn handle(verifier: &WebhookVerifier, headers: &HeaderMap, body: &[u8]) -> StatusCode {
//!     match verifier.receive(headers, body) {
//!         Ok(webhook) => {
//!             if let WebhookEvent::UserCreated(user) = webhook.event {
//!                 println!("{} has signed up", user.id);
//!             }
//!             StatusCode::OK
//!         }
//!         Err(_) => StatusCode::BAD_REQUEST,
//!     }
//! }
//! ```
//!
//! # Signatures
//!
//! Clerk sends webhooks with [Svix](https://docs.svix.com/receiving/verifying-payloads/how-manual), which follows
//! [Standard Webhooks](https://www.standardwebhooks.com): an HMAC-SHA256 of message id, timestamp and body. The headers are named
//! `svix-id`, `svix-timestamp` and `svix-signature`, or `webhook-id` and so on. The body must be the exact bytes that arrived; a
//! body that was parsed and serialized again does not match.
//!
//! # Deliveries
//!
//! Clerk delivers a webhook again if the response is not a 2xx, and can deliver one twice or out of order. Remember
//! [`Webhook::id`], which is the same in each delivery of a message, and ignore messages that were handled before.
//!
//! # Accepted invitations
//!
//! For invitations to organizations there is [`WebhookEvent::OrganizationInvitationAccepted`]. For invitations to the application
//! Clerk has no event: a new user with a verified email address that was invited has accepted the invitation, and
//! [`WebhookEvent::accepted_invitation`] finds it.

mod error;
mod event;
mod secret;
mod verifier;

pub use error::WebhookError;
pub use event::{UnknownEvent, Webhook, WebhookEvent};
pub use secret::{InvalidWebhookSecret, WebhookSecret};
pub use verifier::WebhookVerifier;
