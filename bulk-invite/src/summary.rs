//! What a run came to, for a person to read or for a program.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use clerk_core::run::{Outcome, RunPlan, RunReport, Stop};
use serde::Serialize;

use crate::human_time::human_time;
use crate::ledger::{BAD, Counts, Entry, Ledger};

/// How many people are shown of whom somebody has to look at.
const SHOWN: usize = 10;

/// A shorter time that the demo skipped is not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// How it ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The people file was checked.
    Checked,
    Planned(RunPlan),
    Ran(RunReport),
}

impl Ending {
    /// Why it ended early, if it did.
    pub(crate) const fn stopped(&self) -> Option<&Stop> {
        match self {
            Self::Checked => None,
            Self::Planned(plan) => plan.stopped(),
            Self::Ran(report) => report.stopped(),
        }
    }
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) ending: &'a Ending,
    /// Why it ended early, if it did, in words.
    pub(crate) why_stopped: Option<&'a str>,
    /// The time that passed for a person who watches.
    pub(crate) elapsed: Duration,
    /// The time that passed by the run's clock.
    pub(crate) simulated: Duration,
    pub(crate) demo: Option<DemoFacts>,
    /// Where the report is, if there is one.
    pub(crate) report: Option<&'a Path>,
    /// Where the journal is, if it is in a file.
    pub(crate) journal: Option<&'a Path>,
}

/// What only the demo knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DemoFacts {
    /// How many mails the fake sent.
    pub(crate) mails_sent: u64,
}

/// The last line of standard output with `--json`.
#[derive(Serialize)]
struct Json<'a> {
    total: usize,
    #[serde(flatten)]
    counts: &'a BTreeMap<Outcome, usize>,
    #[serde(flatten)]
    plan: Option<JsonPlan>,
    elapsed_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mails_sent: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    simulated_seconds: Option<f64>,
}

/// What only a plan has.
#[derive(Serialize)]
struct JsonPlan {
    to_invite: usize,
    unresolved: usize,
    bulk_calls: usize,
    single_calls: usize,
    estimated_seconds: f64,
}

impl Summary<'_> {
    /// Writes the summary for people.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let counts = self.ledger.counts();
        writeln!(out, "{} in {}", people(counts.total()), human_time(self.elapsed))?;
        if self.demo.is_some() && self.simulated > self.elapsed + WORTH_TELLING {
            let simulated = human_time(self.simulated);
            writeln!(
                out,
                "Clerk's limits would have made it {simulated}: the demo skips the waits."
            )?;
        }
        writeln!(out)?;
        for (outcome, count) in counts.all() {
            let name = outcome.as_str().replace('_', " ");
            if *count > 0 || (*outcome == Outcome::Created && !self.sends_nothing()) {
                writeln!(out, "{count:>8}  {name:<16} {}", self.meaning(*outcome))?;
            }
        }
        if let Some(demo) = self.demo {
            writeln!(out, "{:>8}  {:<16} counted by the fake", demo.mails_sent, "mails sent")?;
        }
        if let Ending::Planned(plan) = self.ending {
            write_plan(out, plan)?;
            self.write_people(out, "Who is skipped", &SKIPPED)?;
        }
        self.write_people(out, "What went wrong", &BAD)?;
        self.write_rest(out, &counts)?;
        if let Some(report) = self.report {
            writeln!(out, "\nThe report on everybody is in {}.", report.display())?;
        }
        out.flush()
    }

    /// Writes the counts as one line of JSON.
    pub(crate) fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        let counts = self.ledger.counts();
        let plan = match self.ending {
            Ending::Planned(plan) => Some(JsonPlan::of(plan)),
            _ => None,
        };
        let json = Json {
            total: counts.total(),
            counts: counts.all(),
            plan,
            elapsed_seconds: seconds(self.elapsed),
            mails_sent: self.demo.map(|demo| demo.mails_sent),
            simulated_seconds: self.demo.map(|_| seconds(self.simulated)),
        };
        serde_json::to_writer(&mut *out, &json)?;
        writeln!(out)?;
        out.flush()
    }

    const fn sends_nothing(&self) -> bool {
        !matches!(self.ending, Ending::Ran(_))
    }

    const fn meaning(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Created => "Clerk made an invitation",
            Outcome::AlreadyInvited => "an invitation was pending before",
            Outcome::ExistingUser => "a user, or a member of the organization, has the address",
            Outcome::Refused => "Clerk refused the person",
            Outcome::Invalid => "the row cannot be sent",
            Outcome::Duplicate => "the address stands earlier in the file",
            Outcome::Unknown => "maybe invited, maybe not",
            Outcome::Pending if self.sends_nothing() => "would be sent",
            _ => "not settled: run again",
        }
    }

    fn write_people(&self, out: &mut impl Write, title: &str, outcomes: &[Outcome]) -> io::Result<()> {
        let of = |outcome: &Outcome| {
            let outcome = *outcome;
            self.ledger.entries().filter(move |entry| entry.outcome == outcome)
        };
        let people: Vec<&Entry> = outcomes.iter().flat_map(of).collect();
        if people.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{title}:")?;
        for entry in people.iter().take(SHOWN) {
            write_person(out, entry)?;
        }
        match (people.len().saturating_sub(SHOWN), self.report) {
            (0, _) => Ok(()),
            (more, None) => writeln!(out, "  and {more} more: --report FILE tells of everybody"),
            (more, Some(_)) => writeln!(out, "  and {more} more: see the report"),
        }
    }

    fn write_rest(&self, out: &mut impl Write, counts: &Counts) -> io::Result<()> {
        let Some(why) = self.why_stopped else {
            return Ok(());
        };
        writeln!(out, "\nStopped: {}", printable(why))?;
        let pending = counts.of(Outcome::Pending);
        if pending == 0 || self.sends_nothing() {
            return Ok(());
        }
        let left = people(pending);
        match self.journal {
            Some(journal) => writeln!(
                out,
                "Left: {left}. The same command goes on where this one stopped, by the journal {}.",
                journal.display()
            ),
            None => writeln!(
                out,
                "Left: {left}. The same command goes on: who is invited by now is not invited again, unless the row or \
                 --ignore-existing says so."
            ),
        }
    }
}

/// Those whom a run has nothing to do for, though nothing is wrong.
const SKIPPED: [Outcome; 4] = [
    Outcome::Created,
    Outcome::AlreadyInvited,
    Outcome::ExistingUser,
    Outcome::Duplicate,
];

fn write_plan(out: &mut impl Write, plan: &RunPlan) -> io::Result<()> {
    let estimate = plan.estimate();
    writeln!(
        out,
        "\n{} would be invited, by {} bulk and {} single calls; the limits would make it {}.",
        people(plan.to_invite()),
        estimate.bulk_calls,
        estimate.single_calls,
        human_time(estimate.duration)
    )?;
    if plan.unresolved() > 0 {
        let doubtful = people(plan.unresolved());
        writeln!(
            out,
            "{doubtful} may have been invited by an earlier attempt: that would be looked into first."
        )?;
    }
    Ok(())
}

impl JsonPlan {
    fn of(plan: &RunPlan) -> Self {
        let estimate = plan.estimate();
        Self {
            to_invite: plan.to_invite(),
            unresolved: plan.unresolved(),
            bulk_calls: estimate.bulk_calls,
            single_calls: estimate.single_calls,
            estimated_seconds: seconds(estimate.duration),
        }
    }
}

fn write_person(out: &mut impl Write, entry: &Entry) -> io::Result<()> {
    let address = match entry.email_address.as_str() {
        "" => "(no address)".to_owned(),
        address => printable(address),
    };
    write!(out, "  line {}: {address}: {}", entry.line, entry.outcome)?;
    match entry.reason.as_str() {
        "" => writeln!(out),
        reason => writeln!(out, ": {}", printable(reason)),
    }
}

fn people(count: usize) -> String {
    match count {
        1 => "1 person".to_owned(),
        _ => format!("{count} people"),
    }
}

/// Text from a file or the wire, fit for a terminal: one line, and no control characters that could draw on it.
fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{FFFD}")
}

/// Seconds to the millisecond.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}
