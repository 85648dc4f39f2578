//! Deterministic tests of code that uses the Rust SDK for [Clerk](https://clerk.com)'s Backend API.
#![doc = include_str!("../README.md")]

mod clock;
mod difference;
mod json;
mod spy;

pub use clock::{ManualClock, Stalled};
pub use spy::{SpyCall, SpyOutcome, SpyTransport};
