//! Deterministic tests of code that uses the Rust SDK for [Clerk](https://clerk.com)'s Backend API.
#![doc = include_str!("../README.md")]

mod clock;
pub mod fake;
#[cfg(feature = "server")]
pub mod server;

pub use clock::{ManualClock, Stalled};
pub use fake::FakeClerk;
