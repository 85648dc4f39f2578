//! Runs the mode that the command line selects.

use std::io::Write;
use std::process::ExitCode;

use crate::args::Args;
use crate::connection::Connection;
use crate::console::print;
use crate::{explain_file, invite, journal, revoke, status};

const DEMO: &str = "DEMO: calling a fake of Clerk inside the program; no emails are sent. Set CLERK_SECRET_KEY to invite \
                    people.";
const DRY_RUN: &str = "DRY RUN: checking the file only; nothing is sent.";
const PLAN: &str = "PLAN: reading from Clerk only; no invitations are sent.";

const STATUS: &str = "STATUS: reading from Clerk only; no invitations are sent.";

/// Runs the program and returns its exit code. An error means that nothing was sent.
pub(crate) async fn run(args: &Args) -> Result<ExitCode, String> {
    if args.purge {
        return journal::purge(args);
    }
    if args.explain_file {
        return explain_file::run(args);
    }
    let connection = Connection::new(args).await?;
    if args.dry_run {
        print(|out| writeln!(out, "{DRY_RUN}"))?;
    } else if connection.is_demo() {
        print(|out| writeln!(out, "{DEMO}"))?;
    }
    if args.plan {
        print(|out| writeln!(out, "{PLAN}"))?;
    }
    if args.status {
        print(|out| writeln!(out, "{STATUS}"))?;
        return status::run(args, &connection).await;
    }
    match &args.revoke_run {
        Some(journal) => revoke::run(args, &connection, journal).await,
        None => invite::run(args, &connection).await,
    }
}

/// Returns the exit code of a run that started. Unfinished work takes precedence over recipients that need attention.
pub(crate) fn exit_code(is_unfinished: bool, needs_attention: bool) -> ExitCode {
    ExitCode::from(if is_unfinished { 3 } else { u8::from(needs_attention) })
}
