//! Three workers of one outbox, as processes that are stopped, killed, cut off from the database or ended, while the database
//! restarts and Clerk loses answers. The fake of Clerk counts the mails and the calls.
//!
//! `.ci/chaos [ROUNDS]` runs it on a server of its own, and `.ci/chaos VARIANT NUMBER` repeats one round. The variants are
//! described at [`Variant`](plan::Variant).
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is a test"
)]

mod arguments;
mod campaign;
mod check;
mod control;
mod database;
mod forwarder;
mod inflict;
mod people;
mod plan;
mod process;
mod round;
mod timing;
mod worker;

use std::process::ExitCode;

use arguments::Role;
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    match Role::from_arguments(std::env::args().skip(1)) {
        // One thread, so that a worker that waits at a failpoint does nothing else meanwhile.
        Ok(Role::Worker(setup)) => runtime(Builder::new_current_thread()).block_on(worker::run(*setup)),
        Ok(Role::Test(rounds)) => runtime(Builder::new_multi_thread()).block_on(campaign::run(&rounds)),
        Ok(Role::Nothing) => {
            println!("chaos: takes minutes: run .ci/chaos");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("chaos: {error}");
            ExitCode::FAILURE
        }
    }
}

fn runtime(mut builder: Builder) -> Runtime {
    builder.enable_all().build().expect("a runtime")
}
