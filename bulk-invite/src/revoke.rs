//! The undo: revokes what a run created, from its journal.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clerk_core::run::{RevocationReport, Stop};
use serde_json::json;

use crate::args::Args;
use crate::complain;
use crate::confirm::confirm;
use crate::explain::why_stopped;
use crate::interrupt::stop_on_ctrl_c;
use crate::journal::open_existing;
use crate::ledger::Ledger;
use crate::output_file::Files;
use crate::program::{exit_status, say};
use crate::target::Target;
use crate::watcher::Watcher;

/// Revokes the invitations of this journal. An error is one of usage or configuration, before anything was sent.
pub(crate) async fn run(args: &Args, target: &Target, path: &Path) -> Result<ExitCode, String> {
    if target.is_demo() {
        return Err("--revoke-run needs a key: set CLERK_SECRET_KEY".to_owned());
    }
    let files = Files::open(args, Some(path))?;
    let journal = open_existing(path)?;
    let question = format!(
        "every invitation that the journal {} created would be revoked",
        path.display()
    );
    confirm(args, target.client.environment(), usize::MAX, &question)?;
    let watcher = Arc::new(Watcher::start(
        args,
        target,
        Ledger::default(),
        Vec::new(),
        files.events,
    )?);
    let client = &target.client;
    let run = match &args.organization {
        None => client.invitations().revoke_all(journal),
        Some(id) => client.organization_invitations().revoke_all(id, journal),
    };
    let run = run.limits(target.limits.clone()).observer(Arc::clone(&watcher));
    stop_on_ctrl_c(run.stop_handle());
    let report = run.run().await;

    let seen = watcher.seen();
    seen.progress.end();
    let mut problems: Vec<_> = seen.problem().into_iter().collect();
    let stopped = report
        .stopped
        .as_ref()
        .map(|stop| why_stopped(stop, args.max_wait, &[]));
    if let (Some(why), Some(stop)) = (&stopped, &report.stopped) {
        if matches!(stop, Stop::Journal(_)) && seen.revoked == 0 {
            return Err(why.clone());
        }
        if !matches!(stop, Stop::Requested) {
            problems.push(why.clone());
        }
    }
    problems.extend(say(|out| summarize(out, &report, stopped.as_deref(), args.json)).err());
    problems.iter().for_each(|problem| complain(problem));
    let is_flawed = report.accepted + report.unresolved > 0 || !problems.is_empty();
    Ok(exit_status(report.stopped.is_some() || report.pending > 0, is_flawed))
}

fn summarize(out: &mut impl Write, report: &RevocationReport, stopped: Option<&str>, is_json: bool) -> io::Result<()> {
    let lines = [
        (report.revoked, "revoked", "the invitation's link works no more"),
        (report.accepted, "accepted", "too late: the person is a user by now"),
        (report.missing, "missing", "Clerk has no such invitation any more"),
        (report.pending, "pending", "not revoked"),
        (
            report.unresolved,
            "in doubt",
            "maybe invited: run the invitations again to settle them, then revoke again",
        ),
    ];
    for (count, name, meaning) in lines {
        if count > 0 || name == "revoked" {
            writeln!(out, "{count:>8}  {name:<16} {meaning}")?;
        }
    }
    if let Some(why) = stopped {
        writeln!(out, "\nStopped: {why}")?;
        writeln!(out, "The same command goes on with those that are left.")?;
    }
    if is_json {
        let counts = json!({
            "revoked": report.revoked,
            "accepted": report.accepted,
            "missing": report.missing,
            "pending": report.pending,
            "unresolved": report.unresolved,
        });
        writeln!(out, "{counts}")?;
    }
    out.flush()
}
