//! Testkit

pub mod fake;
#[cfg(feature = "server")]
pub mod server;

pub use fake::FakeClerk;
