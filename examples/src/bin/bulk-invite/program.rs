//! The program from the people file to the exit status.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::args::Args;
use crate::complain;
use crate::confirm::confirm;
use crate::engine::{Ending, Engine, Event, Person, RunObserver};
use crate::events::EventLog;
use crate::input;
use crate::interrupt::Interrupt;
use crate::ledger::{Counts, Ledger};
use crate::outcome::{Evidence, Outcome, Settlement};
use crate::output_file::OutputFile;
use crate::people::{self, Plan, Row};
use crate::progress::Progress;
use crate::report;
use crate::summary::Summary;
use crate::target::Target;

const DEMO: &str = "DEMO: this is a fake of Clerk inside the program, and nobody is invited. Set CLERK_SECRET_KEY to \
                    invite people.";
const DRY_RUN: &str = "DRY RUN: nothing is sent, and nobody is invited.";

/// Does what the command line says. An error is one of usage or configuration, before anybody was invited.
pub(crate) async fn run(args: &Args) -> Result<ExitCode, String> {
    let target = Target::new(args).await?;
    if args.dry_run {
        say(|out| writeln!(out, "{DRY_RUN}"))?;
    } else if target.is_demo() {
        say(|out| writeln!(out, "{DEMO}"))?;
    }
    let rows = read_people(args)?;
    let files = Files::open(args)?;
    let (people, mut ledger) = settle_by_input(rows);
    // What goes wrong once people are invited does not end the program.
    let mut problems = Vec::new();
    let ending = if args.dry_run {
        leave(&people, &mut ledger);
        Ending::Finished
    } else {
        confirm(args, target.client.environment(), people.len())?;
        let run = invite(args, &target, people, &mut ledger, files.events).await?;
        problems.extend(run.problem);
        run.ending
    };
    let report = files.report.map(|file| report::write(file, &ledger));
    let has_report = report == Some(Ok(()));
    problems.extend(report.and_then(Result::err));
    let summary = Summary {
        ledger: &ledger,
        ending: &ending,
        is_dry_run: args.dry_run,
        elapsed: target.real_elapsed(),
        simulated: target.clock().now(),
        demo: target.demo_facts().filter(|_| !args.dry_run),
        report: args.report.as_deref().filter(|_| has_report),
    };
    problems.extend(say(|out| summary.write(out)).err());
    if args.json {
        problems.extend(say(|out| summary.write_json(out)).err());
    }
    problems.iter().for_each(|problem| complain(problem));
    Ok(exit_status(&ledger.counts(), args.dry_run, !problems.is_empty()))
}

fn read_people(args: &Args) -> Result<Vec<Row>, String> {
    let bytes = input::read(args)?;
    let max = args.max_people.map_or(usize::MAX, |max| max as usize);
    people::read(&bytes, &args.defaults(), max).map_err(|error| format!("{} {error}", input::name(args)))
}

/// The files that are written.
struct Files {
    report: Option<OutputFile>,
    events: Option<OutputFile>,
}

impl Files {
    fn open(args: &Args) -> Result<Self, String> {
        let people = (!args.reads_stdin()).then_some(args.people.as_path());
        let open = |path: &Option<_>, other: Option<&Path>| {
            let others: Vec<&Path> = people.into_iter().chain(other).collect();
            path.as_deref().map(|path| OutputFile::open(path, &others)).transpose()
        };
        let report = open(&args.report, None)?;
        let events = open(&args.events, args.report.as_deref())?;
        Ok(Self { report, events })
    }
}

/// Settles those whom the input alone settles, and gives the others.
fn settle_by_input(rows: Vec<Row>) -> (Vec<Person>, Ledger) {
    let mut people = Vec::new();
    let mut ledger = Ledger::default();
    for row in rows {
        let line = row.line;
        let (outcome, reason) = match row.plan {
            Plan::Invite(invitation) => {
                people.push(Person { line, invitation });
                continue;
            }
            Plan::Invalid(reason) => (Outcome::Invalid, reason),
            Plan::Duplicate(first) => (Outcome::Duplicate, format!("the address stands on line {first}")),
        };
        let settlement = Settlement::new(outcome, Evidence::Input, reason);
        ledger.enter(line, &row.email_address, settlement);
    }
    (people, ledger)
}

/// Settles everybody of a dry run.
fn leave(people: &[Person], ledger: &mut Ledger) {
    for person in people {
        let settlement = Settlement::new(Outcome::Pending, Evidence::None, "not sent: a dry run");
        ledger.enter(person.line, person.email_address(), settlement);
    }
}

/// A run that ended.
struct EndedRun {
    ending: Ending,
    /// What went wrong beside it.
    problem: Option<String>,
}

async fn invite(
    args: &Args,
    target: &Target,
    people: Vec<Person>,
    ledger: &mut Ledger,
    events: Option<OutputFile>,
) -> Result<EndedRun, String> {
    let mut events = events.map(|file| EventLog::start(file, target.clock())).transpose()?;
    if let Some(events) = &mut events {
        for entry in ledger.entries() {
            events.outcome(entry.line, &entry.email_address, &entry.settlement);
        }
    }
    let progress = Progress::new(args.progress, people.len(), &target.limits, target.clock());
    let mut watcher = Watcher {
        ledger,
        events,
        progress,
    };
    let engine = Engine::new(&target.client, Interrupt::on_ctrl_c(), args.max_wait, args.attempts);
    let ending = engine.invite(people, &mut watcher).await;
    watcher.progress.end();
    let problem = watcher.events.as_ref().and_then(EventLog::problem);
    Ok(EndedRun { ending, problem })
}

/// Hands what happens in the run on to everybody who wants to know.
struct Watcher<'a> {
    ledger: &'a mut Ledger,
    events: Option<EventLog>,
    progress: Progress,
}

impl RunObserver for Watcher<'_> {
    fn event(&mut self, event: Event<'_>) {
        if let Some(events) = &mut self.events {
            events.event(&event);
        }
        self.progress.event(&event);
        if let Event::Settled { person, settlement } = event {
            self.ledger.enter(person.line, person.email_address(), settlement);
        }
    }
}

/// Writes to standard output. Nobody may be there to read it, as behind `| head -1`: that ends nothing.
fn say(write: impl FnOnce(&mut io::StdoutLock<'static>) -> io::Result<()>) -> Result<(), String> {
    match write(&mut io::stdout().lock()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written: {error}"))
        }
        _ => Ok(()),
    }
}

fn exit_status(counts: &Counts, is_dry_run: bool, has_problems: bool) -> ExitCode {
    ExitCode::from(if counts.pending > 0 && !is_dry_run {
        3
    } else {
        u8::from(counts.bad() > 0 || has_problems)
    })
}
