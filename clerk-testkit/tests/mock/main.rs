//! The replies of a mock, and its messages when requests and expectations differ.

#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod expectations;
mod invalid;
mod invitation_run;
mod mismatches;
mod replies;
mod retries;
mod team;
