//! `bulk-invite`: invites the people listed in a file to a Clerk application or organization.

mod api_url;
mod args;
mod command_line;
mod confirm;
mod connection;
mod console;
mod demo;
mod duration;
mod events;
mod explain_file;

mod generate;
mod help;
mod html_report;
mod input;
mod interrupt;
mod invite;
mod journal;
mod key;
mod links;
mod listed;
mod network_problem;
#[cfg(feature = "postgres")]
mod outbox;
mod output_file;
mod people;
mod problems;
mod program;
mod progress;
mod recorder;
mod report;
mod report_rows;
mod results;
mod revoke;
mod roles;
mod status;
mod status_report;
mod stop_reason;
mod store;
mod summary;
mod text;
mod time_left;
mod timeline;
mod waitlist;

use std::process::ExitCode;

use args::Args;
use console::print_error;

/// The exit code for invalid usage, input or configuration.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let args = match command_line::parse() {
        Ok(args) => args,
        Err(error) => error.exit(),
    };
    console::configure(args.color, args.quiet);
    match run(&args) {
        Ok(code) => code,
        Err(message) => {
            print_error(&message);
            ExitCode::from(USAGE)
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, String> {
    if let Some(what) = args.generate {
        return generate::run(what);
    }
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(program::run(args)),
        Err(error) => Err(format!("cannot start the async runtime: {error}")),
    }
}
