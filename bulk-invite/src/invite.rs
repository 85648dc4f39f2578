//! From the people file to everybody's outcome.

use std::process::ExitCode;
use std::sync::Arc;

use clerk_core::run::journal::Journal;
use clerk_core::run::{InvitationRun, Outcome, Stop};

use crate::args::Args;

use crate::confirm::confirm;
use crate::input;
use crate::interrupt::stop_on_ctrl_c;
use crate::journal::Place;
use crate::ledger::{Entry, Ledger};
use crate::output_file::Files;
use crate::people::{self, Invitee, Plan, Row};
use crate::program::{exit_status, say};
use crate::report;
use crate::summary::{Ending, Summary};
use crate::target::Target;
use crate::watcher::Watcher;
use crate::{complain, explain};

/// Invites the people, or plans or checks it. An error is one of usage or configuration, before anything was sent.
pub(crate) async fn run(args: &Args, target: &Target) -> Result<ExitCode, String> {
    let place = Place::of(args, target.is_demo())?;
    let files = Files::open(args, place.path())?;
    let (people, ledger) = settle_by_input(read_people(args)?);
    if !args.sends_nothing() {
        let question = format!("{} people would be invited", people.len());
        confirm(args, target.client.environment(), people.len(), &question)?;
    }
    let lines = people.iter().map(|person| person.line).collect();
    let watcher = Arc::new(Watcher::start(args, target, ledger, lines, files.events)?);
    let ending = if args.dry_run {
        watcher.seen().leave(&people, "not sent: a dry run");
        Ending::Checked
    } else {
        let journal = if args.plan { place.look() } else { place.open() }?;
        let run = run_of(args, target, &people, journal).observer(Arc::clone(&watcher));
        stop_on_ctrl_c(run.stop_handle());
        if args.plan {
            let plan = run.plan().await;
            watcher.seen().leave(&people, "would be invited");
            Ending::Planned(plan)
        } else {
            Ending::Ran(run.run().await)
        }
    };

    let mut seen = watcher.seen();
    seen.progress.end();
    let mut problems = Vec::new();
    let mut why_stopped = None;
    if let Some(stop) = ending.stopped() {
        let why = explain::why_stopped(stop, args.max_wait, &people);
        if matches!(stop, Stop::Journal(_)) && seen.attempts == 0 {
            return Err(why);
        }
        seen.ledger.explain_pending(&format!("not sent: {why}"));
        // Whoever asked for it knows.
        if !matches!(stop, Stop::Requested) {
            problems.push(why.clone());
        }
        why_stopped = Some(why);
    }
    let has_stopped = !problems.is_empty();
    problems.extend(seen.problem());
    let report = files.report.map(|file| report::write(file, &seen.ledger));
    let has_report = report == Some(Ok(()));
    problems.extend(report.and_then(Result::err));
    problems.iter().for_each(|problem| complain(problem));
    let summary = Summary {
        ledger: &seen.ledger,
        ending: &ending,
        why_stopped: why_stopped.as_deref(),
        elapsed: target.real_elapsed(),
        simulated: target.clock().now(),
        demo: target.demo_facts().filter(|_| matches!(ending, Ending::Ran(_))),
        report: args.report.as_deref().filter(|_| has_report),
        journal: place.path(),
    };
    let said = say(|out| {
        summary.write(out)?;
        if args.json { summary.write_json(out) } else { Ok(()) }
    });
    if let Err(problem) = &said {
        complain(problem);
    }
    let counts = seen.ledger.counts();
    let is_unfinished = has_stopped || (counts.of(Outcome::Pending) > 0 && !args.sends_nothing());
    Ok(exit_status(
        is_unfinished,
        counts.bad() > 0 || !problems.is_empty() || said.is_err(),
    ))
}

fn read_people(args: &Args) -> Result<Vec<Row>, String> {
    let bytes = input::read(args)?;
    let max = args.max_people.map_or(usize::MAX, |max| max as usize);
    people::read(&bytes, args.destination(), &args.defaults(), max)
        .map_err(|error| format!("{} {error}", input::name(args)))
}

/// Settles those whom the input alone settles, and gives the others.
fn settle_by_input(rows: Vec<Row>) -> (Vec<Invitee>, Ledger) {
    let mut people = Vec::new();
    let mut ledger = Ledger::default();
    for row in rows {
        let (outcome, reason) = match row.plan {
            Plan::Invite(invitee) => {
                people.push(invitee);
                continue;
            }
            Plan::Invalid(reason) => (Outcome::Invalid, reason),
            Plan::Duplicate(first) => (Outcome::Duplicate, format!("the address stands on line {first}")),
        };
        ledger.enter(Entry::by_input(row.line, row.email_address, outcome, reason));
    }
    (people, ledger)
}

fn run_of<'p>(args: &Args, target: &Target, people: &'p [Invitee], journal: Arc<dyn Journal>) -> InvitationRun<'p> {
    let client = &target.client;
    let run = match &args.organization {
        None => client
            .invitations()
            .invite_all(people.iter().map(Invitee::to_application)),
        Some(id) => {
            let people = people.iter().map(Invitee::to_organization);
            client.organization_invitations().invite_all(id, people)
        }
    };
    let run = run
        .journal(journal)
        .limits(target.limits.clone())
        .lanes(args.lanes.into())
        .preflight(!args.no_preflight)
        .max_wait(args.max_wait)
        .max_failures(args.attempts - 1)
        .settle_delay(args.settle_delay)
        .read_lag(args.read_lag)
        .seed(args.seed);
    if args.resend_unknown { run.resend_unknown() } else { run }
}
