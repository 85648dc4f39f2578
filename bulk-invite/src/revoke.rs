//! Revokes the invitations that a run created, as its journal records them.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clerk_core::run::{RevocationReport, Stop};
use serde_json::json;

use crate::args::Args;
use crate::confirm::confirm;
use crate::connection::Connection;
use crate::console::{print, print_error, print_result};
use crate::interrupt::stop_on_ctrl_c;
use crate::journal::{is_of_waitlist, open_existing};
use crate::output_file::OutputFiles;
use crate::program::exit_code;
use crate::recorder::Recorder;
use crate::stop_reason;
use crate::summary::write_count;

/// Revokes the invitations of a journal. An error means that nothing was sent.
pub(crate) async fn run(args: &Args, connection: &Connection, path: &Path) -> Result<ExitCode, String> {
    if connection.is_demo() {
        return Err("--revoke-run needs a key: set CLERK_SECRET_KEY".to_owned());
    }
    let files = OutputFiles::open(args, Some(path))?;
    let journal = open_existing(path, args)?;
    let action = format!("revoke every invitation that the run of {} created", path.display());
    confirm(args, connection.client.environment(), usize::MAX, &action)?;
    let recorder = Recorder::new(args, connection, 0, false, files.events)?;
    let recorder = Arc::new(recorder);
    let client = &connection.client;
    let run = match &args.organization {
        None if is_of_waitlist(&journal).await => client.waitlist_entries().revoke_all(journal),
        None => client.invitations().revoke_all(journal),
        Some(id) => client.organization_invitations().revoke_all(id, journal),
    };
    let run = run.limits(connection.limits.clone()).observer(Arc::clone(&recorder));
    stop_on_ctrl_c(run.stop_handle());
    let report = run.run().await;

    let mut record = recorder.record();
    record.progress.finish();
    let mut problems: Vec<_> = record.event_log_failure().into_iter().collect();
    let mut stop_reason = None;
    if let Some(stop) = &report.stopped {
        let reason = stop_reason::describe(stop, connection, args.max_wait, None);
        if matches!(stop, Stop::Journal(_)) && record.revocations == 0 {
            return Err(reason);
        }
        if !matches!(stop, Stop::Requested) {
            problems.push(reason.clone());
        }
        record.stopped(&reason);
        stop_reason = Some(reason);
    }
    problems.extend(print(|out| write_summary(out, &report, stop_reason.as_deref())).err());
    if args.json {
        problems.extend(print_result(|out| write_json(out, &report)).err());
    }
    problems.iter().for_each(|problem| print_error(problem));
    Ok(exit_code(
        report.stopped.is_some() || report.pending > 0,
        report.accepted + report.unresolved > 0 || !problems.is_empty(),
    ))
}

fn write_summary(out: &mut impl Write, report: &RevocationReport, stop_reason: Option<&str>) -> io::Result<()> {
    let counts = [
        (report.revoked, "revoked", "the links no longer work"),
        (report.accepted, "accepted", "too late: these people are users by now"),
        (report.expired, "expired", "the links had stopped working before"),
        (report.missing, "missing", "Clerk no longer has these invitations"),
        (report.pending, "pending", "not revoked yet: run again"),
        (
            report.unresolved,
            "unresolved",
            "may be invited: run the invitations again, then revoke again",
        ),
    ];
    for (count, name, meaning) in counts {
        if count > 0 || name == "revoked" {
            write_count(out, count, name, meaning)?;
        }
    }
    if let Some(reason) = stop_reason {
        writeln!(out, "\nStopped: {}", crate::text::escaped(reason))?;
        writeln!(out, "To continue, run the same command again.")?;
    }
    out.flush()
}

fn write_json(out: &mut impl Write, report: &RevocationReport) -> io::Result<()> {
    let counts = json!({
        "revoked": report.revoked,
        "accepted": report.accepted,
        "expired": report.expired,
        "missing": report.missing,
        "pending": report.pending,
        "unresolved": report.unresolved,
    });
    writeln!(out, "{counts}")?;
    out.flush()
}
