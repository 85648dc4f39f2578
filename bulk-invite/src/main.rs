//! `bulk-invite`: invites the people listed in a file to a Clerk application or organization.

mod api_url;
mod args;
mod confirm;
mod connection;
mod console;
mod demo;
mod duration;
mod events;
mod explain_file;
mod input;
mod interrupt;
mod invite;
mod journal;
mod key;
mod network_problem;
mod output_file;
mod people;
mod program;
mod progress;
mod recorder;
mod report;
mod results;
mod revoke;
mod stop_reason;
mod summary;
mod text;
mod time_left;

use std::process::ExitCode;

use clap::Parser;

use args::Args;
use console::print_error;

/// The exit code for invalid usage, input or configuration.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(program::run(&args)),
        Err(error) => Err(format!("cannot start the async runtime: {error}")),
    };
    match result {
        Ok(code) => code,
        Err(message) => {
            print_error(&message);
            ExitCode::from(USAGE)
        }
    }
}
