//! Runs the program `bulk-invite` against a fake of Clerk.
#![expect(clippy::expect_used, clippy::panic, reason = "the helpers of a test fail the test")]

mod again;
mod api_url;
mod connection;
mod console;
mod demo;
mod dry_run;
mod hostile_server;
#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod journal;
#[cfg(unix)]
mod kills;
mod network;
mod organization;
#[cfg(feature = "postgres")]
mod outbox;
mod outputs;
mod plan;
mod program;
mod readme;
mod revoke;
#[cfg(unix)]
mod running;
#[cfg(unix)]
mod tunnels;
mod usage;
mod waitlist;
mod with_a_key;
