//! Shows what became of people's invitations, and changes nothing.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clerk_core::model::EmailAddress;
use clerk_core::run::{Outcome, PersonStatus, Standing, StatusReport, StatusRun, Stop};
use serde_json::{Map, Value};

use crate::args::Args;
use crate::connection::Connection;
use crate::console::{HEADING, print, print_error, print_result};
use crate::interrupt::stop_on_ctrl_c;
use crate::output_file::OutputFiles;
use crate::people::{Inspection, Position};
use crate::program::exit_code;
use crate::recorder::Recorder;
use crate::results::Counts;
use crate::status_report::{self, StatusRow};
use crate::summary::write_count;
use crate::text::{escaped, people};
use crate::{duration, input, invite, journal, report, stop_reason};

/// The number of rows that the list of people who have not accepted shows.
const SHOWN_ROWS: usize = 10;

/// Where the people come from.
enum Source<'a> {
    File,
    Journal(&'a Path),
}

/// Reads the status of everyone in the people file or in the journal. Nothing is changed.
pub(crate) async fn run(args: &Args, connection: &Connection) -> Result<ExitCode, String> {
    if connection.is_demo() {
        return Err(
            "--status needs a key, because the demo starts with an empty fake each time: set CLERK_SECRET_KEY"
                .to_owned(),
        );
    }
    if args.report.as_deref().is_some_and(report::is_html) {
        return Err("--status writes its report as CSV: name a --report file that does not end in .html".to_owned());
    }
    let source = match (args.has_people(), &args.journal) {
        (true, None) => Source::File,
        (false, Some(path)) => Source::Journal(path),
        (true, Some(_)) => {
            return Err(
                "--status reads people from the people file or from the journal: leave one of them out".to_owned(),
            );
        }
        (false, None) => {
            return Err("--status needs people: name the people file, or a journal with --journal FILE".to_owned());
        }
    };
    let mut files = OutputFiles::open(args, args.journal.as_deref())?;
    let file = match source {
        Source::File => Some(invite::read_people(args)?),
        Source::Journal(_) => None,
    };
    let people = file.as_ref().map_or(0, |file| file.people);
    let recorder = Recorder::new(args, connection, people, files.report.is_some(), files.events.take())?;
    let recorder = Arc::new(recorder);
    let mut addresses = Vec::with_capacity(people);
    for row in file.iter().flat_map(Inspection::rows) {
        let row = row.map_err(|error| format!("cannot use {}: {error}", input::name(args)))?;
        let recipient = recorder.record().read(row);
        addresses.extend(recipient.map(|recipient| EmailAddress::from(recipient.email_address)));
    }
    let run = status_run(args, connection, &source, addresses).await?;
    let run = run
        .limits(connection.limits.clone())
        .max_wait(args.max_wait)
        .max_failures(args.attempts - 1)
        .observer(Arc::clone(&recorder));
    stop_on_ctrl_c(run.stop_handle());
    let (report, statuses) = run.run_collecting().await;

    let mut record = recorder.record();
    record.progress.finish();
    let mut problems: Vec<_> = record.event_log_failure().into_iter().collect();
    let mut stop_reason = None;
    if let Some(stop) = report.stopped() {
        let reason = stop_reason::describe(stop, connection, args.max_wait, None);
        if matches!(stop, Stop::Journal(_)) {
            return Err(reason);
        }
        if !matches!(stop, Stop::Requested) {
            problems.push(reason.clone());
        }
        record.stopped(&reason);
        stop_reason = Some(reason);
    }
    let rows = rows(&statuses, record.positions());
    let unread = record.positions().len().saturating_sub(statuses.len());
    let others = record.results.report.take();
    let overview = Overview {
        report: &report,
        rows: &rows,
        counts: record.results.counts(),
        unread,
        elapsed: duration::format(connection.real_elapsed()),
        stop_reason: stop_reason.as_deref(),
    };
    let written = files.report.zip(others).map(|(file, mut others)| {
        others
            .complete()
            .map_err(|error| report::not_kept(file.path(), &error))?;
        report::write(file, |out| {
            status_report::write_csv(out, &rows, &others, args.report_for)
        })
    });
    let has_report = written == Some(Ok(()));
    problems.extend(written.and_then(Result::err));
    let report_path = args.report.as_deref().filter(|_| has_report);
    problems.extend(print(|out| overview.write(out, report_path)).err());
    if args.json {
        let seconds = connection.real_elapsed().as_secs_f64();
        problems.extend(print_result(|out| overview.write_json(out, seconds)).err());
    }
    problems.iter().for_each(|problem| print_error(problem));
    let needs_attention = record.results.counts().needing_attention() > 0 || !problems.is_empty();
    Ok(exit_code(report.stopped().is_some(), needs_attention))
}

async fn status_run(
    args: &Args,
    connection: &Connection,
    source: &Source<'_>,
    addresses: Vec<EmailAddress>,
) -> Result<StatusRun<'static>, String> {
    let client = &connection.client;
    Ok(match (source, &args.organization) {
        (Source::File, None) => client.invitations().status_of(addresses),
        (Source::File, Some(id)) => client.organization_invitations().status_of(id, addresses),
        (Source::Journal(path), None) => {
            let journal = journal::open_existing(path, args)?;
            match journal::is_of_waitlist(&journal).await {
                true => client.waitlist_entries().status_of_run(journal),
                false => client.invitations().status_of_run(journal),
            }
        }
        (Source::Journal(path), Some(id)) => {
            let journal = journal::open_existing(path, args)?;
            client.organization_invitations().status_of_run(id, journal)
        }
    })
}

fn rows(statuses: &[PersonStatus], positions: &[Position]) -> Vec<StatusRow> {
    let row = |status: &PersonStatus| StatusRow::new(positions.get(status.position).copied(), status);
    statuses.iter().map(row).collect()
}

/// The text that is printed.
struct Overview<'a> {
    report: &'a StatusReport,
    rows: &'a [StatusRow],
    /// The number of rows of the people file that have no address of their own.
    counts: &'a Counts,
    /// The number of people who were not read, because the run stopped.
    unread: usize,
    elapsed: String,
    stop_reason: Option<&'a str>,
}

impl Overview<'_> {
    fn write(&self, out: &mut impl Write, report: Option<&Path>) -> io::Result<()> {
        writeln!(out, "{} in {}\n", people(self.total()), self.elapsed)?;
        for standing in Standing::ALL {
            let count = self.report.count(*standing);
            if count > 0 || *standing == Standing::Accepted {
                write_count(out, count, &standing.as_str().replace('_', " "), meaning(*standing))?;
            }
        }
        for (outcome, meaning) in [
            (Outcome::Invalid, "cannot be read: correct the row"),
            (Outcome::Duplicate, "repeat an address of an earlier row"),
        ] {
            let count = self.counts.count(outcome);
            if count > 0 {
                write_count(out, count, outcome.as_str(), meaning)?;
            }
        }
        if self.unread > 0 {
            write_count(out, self.unread, "not read", "run again")?;
        }
        self.write_not_accepted(out, report.is_some())?;
        if let Some(reason) = self.stop_reason {
            writeln!(out, "\n{HEADING}Stopped:{HEADING:#} {}", escaped(reason))?;
        }
        if let Some(report) = report {
            let report = escaped(&report.display().to_string());
            writeln!(out, "\nThe status of each row is in {report}.")?;
        }
        out.flush()
    }

    /// Lists the people whose invitation can be sent again.
    fn write_not_accepted(&self, out: &mut impl Write, has_report: bool) -> io::Result<()> {
        let rows: Vec<_> = self.rows.iter().filter(|row| row.can_be_invited_again()).collect();
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{HEADING}Not accepted:{HEADING:#}")?;
        for row in rows.iter().take(SHOWN_ROWS) {
            writeln!(out, "  {row}")?;
        }
        match (rows.len().saturating_sub(SHOWN_ROWS), has_report) {
            (0, _) => Ok(()),
            (more, false) => writeln!(out, "  and {more} more; --report FILE lists all"),
            (more, true) => writeln!(out, "  and {more} more; see the report"),
        }
    }

    fn write_json(&self, out: &mut impl Write, seconds: f64) -> io::Result<()> {
        let mut json = Map::new();
        json.insert("total".to_owned(), self.total().into());
        for standing in Standing::ALL {
            json.insert(standing.to_string(), self.report.count(*standing).into());
        }
        for outcome in [Outcome::Invalid, Outcome::Duplicate] {
            json.insert(outcome.to_string(), self.counts.count(outcome).into());
        }
        json.insert("unread".to_owned(), self.unread.into());
        json.insert(
            "elapsed_seconds".to_owned(),
            ((seconds * 1000.0).round() / 1000.0).into(),
        );
        writeln!(out, "{}", Value::from(json))?;
        out.flush()
    }

    fn total(&self) -> usize {
        self.rows.len() + self.unread + self.counts.total()
    }
}

const fn meaning(standing: Standing) -> &'static str {
    match standing {
        Standing::Accepted => "have accepted an invitation",
        Standing::Pending => "have an invitation that they can accept",
        Standing::Expired => "did not accept in time",
        Standing::Revoked => "had an invitation that was revoked",
        Standing::NotInvited => "have no invitation",
        _ => "have an invitation whose status is unknown",
    }
}
