//! Invites the people of a file or on the waitlist, or checks or plans that.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clerk_core::model::WaitlistEntry;
use clerk_core::run::journal::Journal;
use clerk_core::run::{InvitationRun, Outcome, Stop};

use crate::args::Args;
use crate::confirm::confirm;
use crate::connection::Connection;
use crate::console::{print, print_error, print_result};
use crate::html_report::Page;
use crate::interrupt::stop_on_ctrl_c;
use crate::journal::JournalLocation;
use crate::links::Links;
use crate::output_file::{OutputFile, OutputFiles};
use crate::people::{Inspection, Recipient, RowStatus, Rows};
use crate::program::exit_code;
use crate::recorder::Recorder;
use crate::results::{Results, RowResult};
use crate::summary::{Ending, Summary};
use crate::{explain_file, forecast, input, links, report, stop_reason, text, time_left, waitlist};

/// Runs one of the modes that read a people file or the waitlist. An error means that nothing was sent.
pub(crate) async fn run(args: &Args, connection: &Connection) -> Result<ExitCode, String> {
    let journal = JournalLocation::from_args(args, connection.is_demo())?;
    let files = OutputFiles::open(args, journal.path())?;
    let entries = match args.waitlist {
        Some(_) => waitlist::read(args, connection, &journal).await?,
        None => Vec::new(),
    };
    let mut roles = BTreeMap::new();
    let (recipients, results) = match args.waitlist {
        Some(_) => (waitlist::recipients(&entries), Results::default()),
        None => {
            let file = read_people(args)?;
            let rows = file.rows();
            roles = file.roles;
            partition(args, rows)?
        }
    };
    if let Some(expected) = args.expect.filter(|expected| *expected != recipients.len()) {
        return Err(format!(
            "--expect {expected} does not match: the {} has {} to invite (nothing was sent)",
            args.waitlist.as_ref().map_or("file", |_| "waitlist"),
            text::people(recipients.len())
        ));
    }
    if args.sends_nothing() {
        for sentence in forecast::doubtful_roles(&roles) {
            print(|out| writeln!(out, "{sentence}"))?;
        }
    } else {
        let action = format!("invite {}", text::people(recipients.len()));
        confirm(args, connection.client.environment(), recipients.len(), &action)?;
    }
    let positions = recipients.iter().map(|recipient| recipient.position).collect();
    let recorder = Arc::new(Recorder::new(args, connection, results, positions, files.events)?);
    let ending = if args.dry_run {
        let settled = forecast::settled(&*journal.open_existing_or_empty(args)?, &recipients).await?;
        let left = recipients.len() - settled.len();
        let mut record = recorder.record();
        settled.into_iter().for_each(|row| record.insert(row));
        record.mark_pending(&recipients, "not sent: dry run");
        Ending::Checked(time_left::estimate(
            left,
            args.destination(),
            args.lanes.into(),
            &connection.limits,
        ))
    } else {
        let journal = match args.plan {
            true => journal.open_existing_or_empty(args),
            false => journal.open(args),
        }?;
        let run = invitation_run(args, connection, &recipients, entries, journal).observer(Arc::clone(&recorder));
        stop_on_ctrl_c(run.stop_handle());
        if args.plan {
            let plan = run.plan().await;
            recorder.record().mark_pending(&recipients, "would be invited");
            Ending::Planned(plan)
        } else {
            Ending::Ran(run.run().await)
        }
    };

    let mut problems = Vec::new();
    let links = match (&args.report, &ending) {
        (Some(path), Ending::Ran(_)) if !report::is_html(path) => {
            let mut links = report::read_links(path);
            recorder.record().results.set_links(&links);
            let missing = recorder.record().results.without_link();
            if ending.stopped().is_none() && !missing.is_empty() {
                let read = links::read_back(&connection.client, args.organization.as_ref(), missing, &mut links).await;
                problems.extend(read.err().map(|error| {
                    format!("the report lacks links of earlier invitations, because Clerk's list cannot be read: {error}: run again")
                }));
            }
            links
        }
        _ => Links::new(),
    };
    let mut record = recorder.record();
    record.results.set_links(&links);
    record.progress.finish();
    let mut stop_reason = None;
    if let Some(stop) = ending.stopped() {
        let reason = stop_reason::describe(stop, connection, args.max_wait, &recipients);
        if matches!(stop, Stop::Journal(_)) && record.attempts == 0 {
            return Err(reason);
        }
        record.results.explain_pending(&format!("not sent: {reason}"));
        // After Ctrl-C, the reason is no news.
        if !matches!(stop, Stop::Requested) {
            problems.push(reason.clone());
        }
        record.stopped(&reason);
        stop_reason = Some(reason);
    }
    let has_failed = !problems.is_empty();
    problems.extend(record.event_log_failure());
    let keeps_report = files.report.as_ref().is_some_and(OutputFile::has_content)
        && ending.stopped().is_some()
        && record.results.counts().count(Outcome::Pending) == recipients.len();
    if keeps_report && let Some(path) = &args.report {
        let path = text::escaped(&path.display().to_string());
        print(|out| {
            writeln!(
                out,
                "The report {path} is left as it was, because this run has no outcome to add."
            )
        })?;
    }
    let report = files
        .report
        .filter(|_| !keeps_report)
        .map(|file| match report::is_html(file.path()) {
            true => report::write(file, |out| {
                Page::new(args, connection, &record, stop_reason.as_deref()).write(out)
            }),
            false => report::write(file, |out| report::write_csv(out, &record.results, args.report_for)),
        });
    let has_report = report == Some(Ok(()));
    problems.extend(report.and_then(Result::err));
    problems.iter().for_each(|problem| print_error(problem));
    let summary = Summary {
        results: &record.results,
        ending: &ending,
        stop_reason: stop_reason.as_deref(),
        elapsed: connection.real_elapsed(),
        simulated: connection.clock().now(),
        demo: connection.demo_facts().filter(|_| matches!(ending, Ending::Ran(_))),
        report: args.report.as_deref().filter(|_| has_report),
        journal: journal.path(),
    };
    let printed = print(|out| summary.write(out)).and_then(|()| match args.json {
        true => print_result(|out| summary.write_json(out)),
        false => Ok(()),
    });
    if let Err(problem) = &printed {
        print_error(problem);
    }
    let counts = record.results.counts();
    Ok(exit_code(
        has_failed || (counts.count(Outcome::Pending) > 0 && !args.sends_nothing()),
        counts.needing_attention() > 0 || !problems.is_empty() || printed.is_err(),
    ))
}

/// Reads the people file, and prints how it was understood.
pub(crate) fn read_people(args: &Args) -> Result<Inspection, String> {
    let file = explain_file::inspect(args)?;
    match args.sends_nothing() {
        true => print(|out| explain_file::write_form(out, &file))?,
        false => print(|out| file.notes.iter().try_for_each(|note| writeln!(out, "{note}")))?,
    }
    Ok(file)
}

/// Separates the rows to send from those with a result already.
pub(crate) fn partition(args: &Args, rows: Rows) -> Result<(Vec<Recipient>, Results), String> {
    let mut recipients = Vec::new();
    let mut results = Results::default();
    for row in rows {
        let row = row.map_err(|error| format!("cannot use {}: {error}", input::name(args)))?;
        let (outcome, reason) = match row.status {
            RowStatus::Valid(recipient) => {
                recipients.push(recipient);
                continue;
            }
            RowStatus::Invalid(reason) => (Outcome::Invalid, reason),
            RowStatus::Duplicate(first) => (Outcome::Duplicate, format!("same address as line {first}")),
        };
        results.insert(RowResult::from_input(
            row.position,
            &row.email_address,
            outcome,
            &reason,
        ));
    }
    Ok((recipients, results))
}

fn invitation_run<'r>(
    args: &Args,
    connection: &Connection,
    recipients: &'r [Recipient],
    entries: Vec<WaitlistEntry>,
    journal: Arc<dyn Journal>,
) -> InvitationRun<'r> {
    let client = &connection.client;
    let run = match &args.organization {
        None if args.waitlist.is_some() => client.waitlist_entries().invite_all(entries),
        None => client
            .invitations()
            .invite_all(recipients.iter().map(Recipient::to_invitation)),
        Some(id) => {
            let invitations = recipients.iter().map(Recipient::to_organization_invitation);
            client.organization_invitations().invite_all(id, invitations)
        }
    };
    let run = run
        .journal(journal)
        .limits(connection.limits.clone())
        .lanes(args.lanes.into())
        .preflight(!args.no_preflight)
        .max_wait(args.max_wait)
        .max_failures(args.attempts - 1)
        .settle_delay(args.settle_delay)
        .read_lag(args.read_lag)
        .seed(args.seed);
    let run = match args.again() {
        Some(again) => run.again(again),
        None => run,
    };
    let run = if args.keep_going { run.keep_going() } else { run };
    if args.resend_unknown { run.resend_unknown() } else { run }
}
