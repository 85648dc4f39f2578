//! Invitation runs against the fake, in virtual time: each person has one outcome, and nobody receives two mails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod again;
mod appends;
mod damaged_journals;
mod failing_journal;
mod hostile_servers;
mod limits;
mod lost_tail;
mod outcomes;
mod reruns;
mod restarts;
mod results;
mod scene;
mod shared_limits;
mod shared_refusals;
mod spawned;
mod status;
mod streams;
mod undo;
mod waitlist;
