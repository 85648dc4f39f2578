//! Cassettes: recording, the file, matching and replaying.

#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod exchange;
mod file;
mod matching;
mod privacy;
mod recording;
mod replay;
