//! What the command line asks for: to invite, to revoke, or to purge.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::args::Args;
use crate::target::Target;
use crate::{invite, purge, revoke};

const DEMO: &str = "DEMO: this is a fake of Clerk inside the program, and nobody is invited. Set CLERK_SECRET_KEY to \
                    invite people.";
const DRY_RUN: &str = "DRY RUN: nothing is sent, and nobody is invited.";
const PLAN: &str = "PLAN: Clerk is asked whom it knows, and nobody is invited.";

/// Does what the command line says. An error is one of usage or configuration, before anything was sent.
pub(crate) async fn run(args: &Args) -> Result<ExitCode, String> {
    if args.purge {
        return purge::run(args);
    }
    let target = Target::new(args).await?;
    if args.dry_run {
        say(|out| writeln!(out, "{DRY_RUN}"))?;
    } else if target.is_demo() {
        say(|out| writeln!(out, "{DEMO}"))?;
    }
    if args.plan {
        say(|out| writeln!(out, "{PLAN}"))?;
    }
    match &args.revoke_run {
        Some(journal) => revoke::run(args, &target, journal).await,
        None => invite::run(args, &target).await,
    }
}

/// Writes to standard output. Nobody may be there to read it, as behind `| head -1`: that ends nothing.
pub(crate) fn say(write: impl FnOnce(&mut io::StdoutLock<'static>) -> io::Result<()>) -> Result<(), String> {
    match write(&mut io::stdout().lock()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written: {error}"))
        }
        _ => Ok(()),
    }
}

/// The exit status of a run that began. People or invitations that are left come first.
pub(crate) fn exit_status(is_unfinished: bool, is_flawed: bool) -> ExitCode {
    ExitCode::from(if is_unfinished { 3 } else { u8::from(is_flawed) })
}
