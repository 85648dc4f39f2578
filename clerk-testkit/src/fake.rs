//! Clerk's Backend API in memory.
#![doc = include_str!("fake/README.md")]
//!
//! # Undocumented behavior
//!
//! Where Clerk's documentation leaves a rule open, the fake has a default and a setting of its
//! [builder](FakeClerkBuilder) for the alternative: [`WindowKind`], [`IgnoreExisting`], [`OrganizationDuplicate`],
//! [`PendingDuplicate`], [`BulkOn5xx`], and [`read_lag`](FakeClerkBuilder::read_lag). Beyond that, it makes these choices:
//!
//! - Checks run in this order: path, API version, key, limits, organization or waitlist entry, content type, JSON, number of people,
//!   fields of the first person with wrong fields, role and inviter, allowlist and blocklist, users or members,
//!   duplicates, room in the organization.
//! - A call that a limit turns away does not count against it. A call that is refused for another reason does.
//! - An address that occurs twice in a bulk call is a duplicate, unless its later occurrence sets `ignore_existing`. In a
//!   bulk call to the waitlist it is always refused (`form_param_duplicate`).
//! - Addresses are stored trimmed and with ASCII letters in lower case.
//! - `query` finds addresses that contain the text, and the invitation or entry with that id.
//! - Unknown fields of a body are refused (`form_param_unknown`).
//! - Members and pending invitations count toward the limit of an organization, which has none by default.
//! - The allowlist and the blocklist also apply to organization invitations, and not to the waitlist or to users that the
//!   application creates. A pending invitation makes an address allowed.
//! - `redirect_url` is not compared with the redirect URLs of the instance.
//! - A user needs an email address, a phone number, a wallet or a user name, and no password.
//! - The key of `GetJWKS` signs nothing: session tokens have a signature that does not verify.
//! - An invited waitlist entry can be invited again with `ignore_existing`. It can also be rejected, which does not affect
//!   the invitation. A rejected entry can be invited.
//!
//! # What is not simulated
//!
//! The fake has every operation of the SDK. A request to another one, and a query parameter that the fake does not know, get a
//! 400 with the code `fake_not_simulated` and a message that names the alternatives.
//! Clerk has no such code, so a test cannot mistake it for Clerk's response.

mod acceptance;
mod announcements;
mod body;
mod builder;
mod call_record;
mod config;
mod default_clock;
mod endpoint;
mod error;
mod event_log;
pub(crate) mod fake_clerk;
mod fault;
mod handlers;
mod instance;
mod instance_config;
mod limits;
mod list;
mod list_cache;
mod metadata;
mod named;
mod query;
mod records;
mod routes;
mod seed;
mod snapshot;
mod state;
mod store;
mod ticket;
mod webhook_message;

pub use crate::date::InvalidDate;
pub use acceptance::TicketError;
pub use builder::FakeClerkBuilder;
pub use call_record::CallRecord;
pub use config::BulkOn5xx;
pub use endpoint::EndpointCall;
pub use fault::{ClerkError, Fault, FaultPlan, InvalidFaultPlan, Moment, UnknownClerkError};
pub use instance_config::{IgnoreExisting, OrganizationDuplicate, PendingDuplicate};
pub use limits::WindowKind;
pub use named::UnknownName;
pub use routes::FakeOperation;
pub use seed::{InvalidSeed, Seed};
pub use webhook_message::WebhookMessage;

#[cfg(feature = "server")]
pub(crate) use body::MAX_BODY;
#[cfg(feature = "webhooks")]
pub(crate) use event_log::{Delivered, MessagePosition};
#[cfg(feature = "server")]
pub(crate) use state::Reply;
#[cfg(feature = "server")]
pub(crate) use ticket::{LINK_PATH, replace_link_origin};
