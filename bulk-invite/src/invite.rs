//! Invites the people of a file or on the waitlist, or checks or plans that.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use clerk_core::model::WaitlistEntry;
use clerk_core::run::{InvitationRun, Outcome, RunReport, Stop};

use crate::args::Args;
use crate::confirm::confirm;
use crate::connection::Connection;
use crate::console::{print, print_error, print_result};
use crate::html_report::Page;
use crate::interrupt::stop_on_ctrl_c;
use crate::journal::JournalLocation;
use crate::output_file::{OutputFile, OutputFiles};
use crate::people::{Inspection, Recipient, Row, UnusableFile};
use crate::program::exit_code;
use crate::recorder::Recorder;
use crate::report_rows::ReportRows;
use crate::summary::{Ending, Summary};
use crate::{explain_file, input, report, roles, stop_reason, text, waitlist};

/// The people that a run invites.
enum People {
    File(Box<Inspection>),
    Waitlist(Vec<WaitlistEntry>),
}

impl People {
    /// Returns the number of people to invite.
    fn len(&self) -> usize {
        match self {
            Self::File(file) => file.people,
            Self::Waitlist(entries) => entries.len(),
        }
    }

    /// Returns all rows, from the first.
    fn rows(&self) -> Box<dyn Iterator<Item = Result<Row, UnusableFile>> + Send + '_> {
        match self {
            Self::File(file) => Box::new(file.rows()),
            Self::Waitlist(entries) => Box::new(waitlist::rows(entries).map(Ok)),
        }
    }
}

/// Runs one of the modes that read a people file or the waitlist. An error means that nothing was sent.
pub(crate) async fn run(args: &Args, connection: &Connection) -> Result<ExitCode, String> {
    let journal = JournalLocation::from_args(args, connection.is_demo())?;
    let files = OutputFiles::open(args, journal.path())?;
    let people = match args.waitlist {
        Some(_) => People::Waitlist(waitlist::read(args, connection, &journal).await?),
        None => People::File(Box::new(read_people(args)?)),
    };
    let unusable = |error: &UnusableFile| format!("cannot use {}: {error}", input::name(args));
    if let Some(expected) = args.expect.filter(|expected| *expected != people.len()) {
        return Err(format!(
            "--expect {expected} does not match: the {} has {} to invite (nothing was sent)",
            args.waitlist.as_ref().map_or("file", |_| "waitlist"),
            text::people(people.len())
        ));
    }
    if args.sends_nothing() {
        if let People::File(file) = &people {
            for sentence in roles::doubtful(&file.roles) {
                print(|out| writeln!(out, "{sentence}"))?;
            }
        }
    } else {
        let action = format!("invite {}", text::people(people.len()));
        confirm(args, connection.client.environment(), people.len(), &action)?;
    }
    let has_report = files.report.is_some();
    let recorder = Arc::new(Recorder::new(args, connection, people.len(), has_report, files.events)?);
    let mut problems = Vec::new();
    // Why the rows could not be read to their end.
    let failure = Arc::default();
    let ending = if let Some(report) = submit_to_outbox(&journal, args, connection, &people, &recorder).await? {
        Ending::Ran(report)
    } else {
        let journal = match args.sends_nothing() {
            true => journal.open_existing_or_empty(args),
            false => journal.open(args),
        }?;
        let run = invitation_run(args, connection, &people, &recorder, &failure)
            .journal(journal)
            .observer(Arc::clone(&recorder));
        stop_on_ctrl_c(run.stop_handle());
        if args.dry_run {
            Ending::Checked(run.forecast().await)
        } else if args.plan {
            Ending::Planned(run.plan().await)
        } else {
            Ending::Ran(run.run().await)
        }
    };
    problems.extend(failure.get().map(unusable));
    let not_sent = match ending {
        Ending::Checked(_) => Some("not sent: dry run"),
        Ending::Planned(_) => Some("would be invited"),
        Ending::Ran(_) => None,
    };
    if let Some(reason) = not_sent {
        let marked = recorder.record().mark_pending(people.rows(), reason);
        problems.extend(marked.err().as_ref().map(unusable));
    }

    let mut rows = recorder.record().results.report.take();
    let has_report_already = files.report.as_ref().is_some_and(OutputFile::has_content);
    if has_report_already && failure.get().is_some() {
        // Rows are missing, so it would be poorer than the one that it replaces.
        rows = None;
    }
    if let (Some(path), Some(report), Ending::Ran(_)) = (&args.report, &mut rows, &ending)
        && !report::is_html(path)
    {
        match find_links(args, connection, path, report, ending.stopped().is_none()).await {
            Ok(None) => {}
            Ok(Some(reason)) => problems.push(format!(
                "the report lacks links of earlier invitations, because {reason}: run again"
            )),
            Err(error) => {
                // Without the links it would be poorer than the one that it replaces.
                rows = None;
                problems.push(report::not_kept(path, &error));
            }
        }
    }
    let mut record = recorder.record();
    record.progress.finish();
    let mut stop_reason = None;
    if let Some(stop) = ending.stopped() {
        let changed = changed_row(stop, people.rows());
        let reason = stop_reason::describe(stop, connection, args.max_wait, changed.as_ref());
        if matches!(stop, Stop::Journal(_)) && record.attempts == 0 {
            return Err(reason);
        }
        rows.iter_mut()
            .for_each(|rows| rows.explain_pending(&format!("not sent: {reason}")));
        // After Ctrl-C, the reason is no news.
        if !matches!(stop, Stop::Requested) {
            problems.push(reason.clone());
        }
        record.stopped(&reason);
        stop_reason = Some(reason);
    }
    let has_failed = !problems.is_empty();
    problems.extend(record.event_log_failure());
    let keeps_report = has_report_already
        && ending.stopped().is_some()
        && record.results.counts().count(Outcome::Pending) == people.len();
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
        .zip(rows)
        .map(|(file, mut rows)| {
            rows.complete().map_err(|error| report::not_kept(file.path(), &error))?;
            match report::is_html(file.path()) {
                true => report::write(file, |out| {
                    Page::new(args, connection, &record, &rows, stop_reason.as_deref()).write(out)
                }),
                false => report::write(file, |out| report::write_csv(out, &rows, args.report_for)),
            }
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

/// Submits the people to the outbox that is named as the journal, and follows them. `None` if the journal is another one.
#[cfg(feature = "postgres")]
async fn submit_to_outbox(
    journal: &JournalLocation,
    args: &Args,
    connection: &Connection,
    people: &People,
    recorder: &Recorder,
) -> Result<Option<RunReport>, String> {
    match (journal, people) {
        (JournalLocation::Outbox(url), People::File(file)) if args.invites_once() => {
            let report = crate::outbox::invite(url.as_str(), args, connection, file, recorder).await?;
            Ok(Some(report))
        }
        _ => Ok(None),
    }
}

/// This program has no outbox.
#[cfg(not(feature = "postgres"))]
#[expect(clippy::unused_async, reason = "the feature postgres waits here")]
async fn submit_to_outbox(
    _: &JournalLocation,
    _: &Args,
    _: &Connection,
    _: &People,
    _: &Recorder,
) -> Result<Option<RunReport>, String> {
    Ok(None)
}

/// Reads the people file, and prints how it was understood.
pub(crate) fn read_people(args: &Args) -> Result<Inspection, String> {
    let file = explain_file::inspect(args)?;
    match args.sends_nothing() {
        true => print(|out| explain_file::write_form(out, &file))?,
        false => print(|out| file.remarks().try_for_each(|remark| writeln!(out, "{remark}")))?,
    }
    Ok(file)
}

/// The people of a file, as a run reads them. The recorder takes in the other rows.
struct FilePeople<'p> {
    rows: Box<dyn Iterator<Item = Result<Row, UnusableFile>> + Send + 'p>,
    /// The number of people left.
    left: usize,
    recorder: Arc<Recorder>,
    /// Why the rows could not be read to their end.
    failure: Arc<OnceLock<UnusableFile>>,
}

impl Iterator for FilePeople<'_> {
    type Item = Recipient;

    fn next(&mut self) -> Option<Recipient> {
        loop {
            match self.rows.next()? {
                Ok(row) => {
                    let recipient = self.recorder.record().read(row);
                    if recipient.is_some() {
                        self.left = self.left.saturating_sub(1);
                        return recipient;
                    }
                }
                Err(error) => {
                    // Nothing is read after the first failure.
                    let _ = self.failure.set(error);
                    return None;
                }
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

/// Finds the links of earlier invitations: in the report that is replaced and, if the run has `ended`, in Clerk's list. Returns
/// why the list could not be read, if so.
///
/// # Errors
///
/// If links or rows cannot be kept or read back.
async fn find_links(
    args: &Args,
    connection: &Connection,
    path: &Path,
    rows: &mut ReportRows,
    ended: bool,
) -> io::Result<Option<String>> {
    let mut links = report::read_links(path)?;
    let missing = rows.missing_links(&links)?;
    let read = match ended && !missing.is_empty() {
        true => {
            links
                .read_back(&connection.client, args.organization.as_ref(), missing)
                .await
        }
        false => Ok(()),
    };
    rows.set_links(links);
    Ok(read.err())
}

/// Returns the recipient whose row has changed, if that has stopped the run.
fn changed_row(stop: &Stop, rows: impl Iterator<Item = Result<Row, UnusableFile>>) -> Option<Recipient> {
    let Stop::ChangedRow { position } = stop else {
        return None;
    };
    let mut recipients = rows.map_while(Result::ok).filter_map(Row::into_recipient);
    recipients.nth(*position)
}

fn invitation_run<'p>(
    args: &Args,
    connection: &Connection,
    people: &'p People,
    recorder: &Arc<Recorder>,
    failure: &Arc<OnceLock<UnusableFile>>,
) -> InvitationRun<'p> {
    let client = &connection.client;
    let rows = || FilePeople {
        rows: people.rows(),
        left: people.len(),
        recorder: Arc::clone(recorder),
        failure: Arc::clone(failure),
    };
    let run = match (people, &args.organization) {
        (People::Waitlist(entries), _) => {
            // The entries come in the same order.
            rows().for_each(drop);
            client.waitlist_entries().invite_all(entries.iter().cloned())
        }
        (People::File(_), None) => client
            .invitations()
            .invite_all(rows().map(|recipient| recipient.to_invitation())),
        (People::File(_), Some(id)) => {
            let invitations = rows().map(|recipient| recipient.to_organization_invitation());
            client.organization_invitations().invite_all(id, invitations)
        }
    };
    let run = run
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
