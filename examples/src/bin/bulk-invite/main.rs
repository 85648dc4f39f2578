//! `bulk-invite`: invites the people of a CSV file to a Clerk application, whatever their number, each once.

mod args;
mod confirm;
mod demo;
mod engine;
mod events;
mod human_time;
mod input;
mod interrupt;
mod key;
mod ledger;
mod outcome;
mod output_file;
mod people;
mod program;
mod progress;
mod report;
mod summary;
mod target;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::Args;

/// Wrong usage or configuration.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(program::run(&args)),
        Err(error) => Err(format!("the program could not start: {error}")),
    };
    match result {
        Ok(status) => status,
        Err(problem) => {
            complain(&problem);
            ExitCode::from(USAGE)
        }
    }
}

/// Says on standard error what is wrong.
fn complain(problem: &str) {
    // Nobody may be there to read it.
    let _ = writeln!(io::stderr(), "bulk-invite: {problem}");
}
