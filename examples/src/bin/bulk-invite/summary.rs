//! What a run came to, for a person to read or for a program.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::engine::Ending;
use crate::human_time::human_time;
use crate::ledger::{Counts, Entry, Ledger};
use crate::outcome::Outcome;

/// How many people are shown of whom somebody has to look at.
const SHOWN: usize = 10;

/// A shorter time that the demo skipped is not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) ending: &'a Ending,
    pub(crate) is_dry_run: bool,
    /// The time that passed for a person who watches.
    pub(crate) elapsed: Duration,
    /// The time that passed by the run's clock.
    pub(crate) simulated: Duration,
    pub(crate) demo: Option<DemoFacts>,
    /// Where the report is, if there is one.
    pub(crate) report: Option<&'a Path>,
}

/// What only the demo knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DemoFacts {
    /// How many mails the fake sent.
    pub(crate) mails_sent: u64,
}

/// The last line of standard output with `--json`.
#[derive(Serialize)]
struct Json {
    #[serde(flatten)]
    counts: Counts,
    elapsed_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mails_sent: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    simulated_seconds: Option<f64>,
}

impl Summary<'_> {
    /// Writes the summary for people.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let counts = self.ledger.counts();
        writeln!(out, "{} in {}", people(counts.total), human_time(self.elapsed))?;
        if self.demo.is_some() && self.simulated > self.elapsed + WORTH_TELLING {
            let simulated = human_time(self.simulated);
            writeln!(
                out,
                "Clerk's limits would have made it {simulated}: the demo skips the waits."
            )?;
        }
        writeln!(out)?;
        for outcome in Outcome::ALL {
            let (count, name) = (counts.of(outcome), outcome.as_str().replace('_', " "));
            if count > 0 || (outcome == Outcome::Created && !self.is_dry_run) {
                writeln!(out, "{count:>8}  {name:<16} {}", self.meaning(outcome))?;
            }
        }
        if let Some(demo) = self.demo {
            writeln!(out, "{:>8}  {:<16} counted by the fake", demo.mails_sent, "mails sent")?;
        }
        self.write_problems(out, counts.bad())?;
        self.write_rest(out, counts.pending)?;
        if let Some(report) = self.report {
            writeln!(out, "\nThe report on everybody is in {}.", report.display())?;
        }
        out.flush()
    }

    /// Writes the counts as one line of JSON.
    pub(crate) fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        let json = Json {
            counts: self.ledger.counts(),
            elapsed_seconds: seconds(self.elapsed),
            mails_sent: self.demo.map(|demo| demo.mails_sent),
            simulated_seconds: self.demo.map(|_| seconds(self.simulated)),
        };
        serde_json::to_writer(&mut *out, &json)?;
        writeln!(out)?;
        out.flush()
    }

    const fn meaning(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Created => "Clerk made an invitation",
            Outcome::AlreadyInvited => "an invitation was pending before",
            Outcome::ExistingUser => "a user has the address",
            Outcome::Refused => "Clerk refused the person",
            Outcome::Invalid => "the row cannot be sent",
            Outcome::Duplicate => "the address stands earlier in the file",
            Outcome::Unknown => "maybe invited, maybe not",
            Outcome::Pending if self.is_dry_run => "would be sent",
            Outcome::Pending => "not sent",
        }
    }

    fn write_problems(&self, out: &mut impl Write, bad: usize) -> io::Result<()> {
        if bad == 0 {
            return Ok(());
        }
        writeln!(out, "\nWhat went wrong:")?;
        let of = |outcome| {
            self.ledger
                .entries()
                .filter(move |entry| entry.settlement.outcome == outcome)
        };
        for entry in Outcome::BAD.into_iter().flat_map(of).take(SHOWN) {
            write_problem(out, entry)?;
        }
        match (bad.saturating_sub(SHOWN), self.report) {
            (0, _) => Ok(()),
            (more, None) => writeln!(out, "  and {more} more: --report FILE tells of everybody"),
            (more, Some(_)) => writeln!(out, "  and {more} more: see the report"),
        }
    }

    fn write_rest(&self, out: &mut impl Write, pending: usize) -> io::Result<()> {
        match self.ending {
            Ending::Finished => return Ok(()),
            Ending::Interrupted => writeln!(out, "\nInterrupted.")?,
            Ending::Stopped(reason) => writeln!(out, "\nStopped: {}", printable(reason))?,
        }
        if pending > 0 {
            let left = people(pending);
            writeln!(
                out,
                "Left: {left}. The same command goes on: who is invited by now is not invited again,"
            )?;
            writeln!(out, "unless the row or --ignore-existing says so.")?;
        }
        Ok(())
    }
}

fn write_problem(out: &mut impl Write, entry: &Entry) -> io::Result<()> {
    let settlement = &entry.settlement;
    let address = match entry.email_address.as_str() {
        "" => "(no address)".to_owned(),
        address => printable(address),
    };
    let (line, outcome, reason) = (entry.line, settlement.outcome.as_str(), printable(&settlement.reason));
    writeln!(out, "  line {line}: {address}: {outcome}: {reason}")
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
