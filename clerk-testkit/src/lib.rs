//! Test doubles for code that uses the Rust SDK for [Clerk](https://clerk.com)'s Backend API.
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod cassette;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod date;
mod difference;
pub mod fake;
pub mod mock;
mod query;
#[cfg(feature = "server")]
pub mod server;
mod spy;
mod verify;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use cassette::format::Cassette;
pub use cassette::open::cassette;
pub use cassette::record::Record;
pub use cassette::replay::Replay;
pub use clock::{ManualClock, Stalled, VirtualClock};
#[cfg(feature = "conformance")]
pub use conformance::{journal::JournalConformance, transport::TransportConformance};
pub use fake::fake_clerk::FakeClerk;
pub use mock::transport::Mock;
pub use spy::{SpyCall, SpyOutcome, SpyTransport};
pub use verify::VerifyError;
