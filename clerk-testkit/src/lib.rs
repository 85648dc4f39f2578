//! Testkit

pub mod fake;

pub use fake::FakeClerk;
