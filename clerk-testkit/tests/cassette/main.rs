//! Cassettes: recording, the file, matching and replaying.

#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod editing;
mod exchange;
mod file;
mod har;
mod matching;
mod privacy;
mod recorders;
mod recording;
mod replay;
mod rules;
