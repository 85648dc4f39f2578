//! `bulk-invite`: invites the people of a CSV file to a Clerk application or organization, whatever their number, each
//! once.

mod api_url;
mod args;
mod confirm;
mod demo;
mod events;
mod explain;
mod human_time;
mod input;
mod interrupt;
mod invite;
mod journal;
mod key;
mod ledger;
mod output_file;
mod pace;
mod people;
mod program;
mod progress;
mod purge;
mod report;
mod revoke;
mod summary;
mod target;
mod watcher;

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
