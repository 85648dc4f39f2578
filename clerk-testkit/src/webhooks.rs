//! Webhooks as Clerk sends them: signed messages, delivered to your code in process or to a URL.
//!
//! A [`FakeClerk`](crate::FakeClerk) keeps a [`WebhookMessage`] for what happens in it. A [`WebhookSender`] signs the
//! messages and delivers them in order.
//!
//! ```
//! use clerk_core::http::StatusCode;
//! use clerk_core::webhooks::{WebhookEvent, WebhookSecret, WebhookVerifier};
//! use clerk_testkit::FakeClerk;
//! use clerk_testkit::webhooks::WebhookSender;
//!
//! # pollster::block_on(async {
//! let fake = FakeClerk::new();
//! let secret = WebhookSecret::new("whsec_dGVzdHNlY3JldA==")?;
//! let mut sender = WebhookSender::new(&fake, secret.clone());
//!
//! // Your application.
//! let verifier = WebhookVerifier::new(secret);
//! let mut users = Vec::new();
//!
//! fake.sign_up("ada@example.com");
//! let deliveries = sender
//!     .deliver(async |request| match verifier.receive(request.headers(), request.body()) {
//!         Ok(webhook) => {
//!             if let WebhookEvent::UserCreated(user) = webhook.event {
//!                 users.push(user.id);
//!             }
//!             StatusCode::OK
//!         }
//!         Err(_) => StatusCode::BAD_REQUEST,
//!     })
//!     .await;
//! assert!(deliveries.iter().all(|delivery| delivery.is_delivered()));
//! assert_eq!(users.len(), 1);
//! # Ok::<(), clerk_core::webhooks::InvalidWebhookSecret>(())
//! # }).unwrap();
//! ```
//!
//! # Times
//!
//! The signature carries the time of day of the sender's clock, because verifiers refuse others. Times in the payload are the
//! fake's, which a test can advance by days.
//!
//! # Events
//!
//! The fake sends `user.created`, `user.updated`, `user.deleted`, `organization.*`, `organizationMembership.*`,
//! `organizationInvitation.created`, `.accepted` and `.revoked`, `waitlistEntry.created` and `.updated`. As with Clerk, there is
//! none for invitations to the application: `user.created` says that a person has accepted one.

#[cfg(feature = "server")]
pub(crate) mod client;
mod delivery;
mod sender;

pub use crate::fake::WebhookMessage;
pub use delivery::WebhookDelivery;
pub use sender::WebhookSender;
