//! A run of invitations against the fake, in virtual time: everyone in one outcome, and nobody with two mails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod failing_journal;
mod limits;
mod outcomes;
mod restarts;
mod scene;
mod spawned;
