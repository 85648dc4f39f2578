//! The summary of a run on standard output, as text and as JSON.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anstyle::Style;
use clerk_core::run::{Outcome, RunPlan, RunReport, Stop};
use serde::Serialize;

use crate::console::{HEADING, outcome_style};
use crate::demo::DemoFacts;
use crate::duration;
use crate::listed::{FirstRows, SHOWN_ROWS};
use crate::problems::Group;
use crate::results::{Counts, Results, RowResult};
use crate::text::{escaped, people};

/// A shorter time skipped by the demo is not shown.
const SHOWN_SKIP: Duration = Duration::from_secs(1);

/// The end of a run, by mode.
#[derive(Debug)]
pub(crate) enum Ending {
    /// `--dry-run`
    Checked(RunPlan),
    /// `--plan`
    Planned(RunPlan),
    Ran(RunReport),
}

impl Ending {
    /// Returns why the run stopped early, if it did.
    pub(crate) const fn stopped(&self) -> Option<&Stop> {
        match self {
            Self::Checked(plan) | Self::Planned(plan) => plan.stopped(),
            Self::Ran(report) => report.stopped(),
        }
    }
}

/// The data of a summary.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    pub(crate) results: &'a Results,
    pub(crate) ending: &'a Ending,
    /// The description of [`Ending::stopped`].
    pub(crate) stop_reason: Option<&'a str>,
    /// The real time that passed.
    pub(crate) elapsed: Duration,
    /// The time that passed on the run's clock.
    pub(crate) simulated: Duration,
    pub(crate) demo: Option<DemoFacts>,
    /// The path of the report, if one was written.
    pub(crate) report: Option<&'a Path>,
    /// The path of the journal, if it is a file.
    pub(crate) journal: Option<&'a Path>,
}

/// The line that `--json` prints.
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

/// The fields that `--dry-run` and `--plan` add to the JSON line.
#[derive(Serialize)]
struct JsonPlan {
    to_invite: usize,
    unresolved: usize,
    bulk_calls: usize,
    single_calls: usize,
    estimated_seconds: f64,
}

impl Summary<'_> {
    /// Writes the summary as text.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let counts = self.results.counts();
        write!(out, "{} in {}", people(counts.total()), duration::format(self.elapsed))?;
        let (earlier, now) = (counts.count(Outcome::CreatedEarlier), counts.count(Outcome::Created));
        match self.sends_nothing() || earlier == 0 {
            true => writeln!(out)?,
            false => writeln!(out, ": {earlier} invited by earlier runs, {now} now")?,
        }
        if self.demo.is_some() && self.simulated > self.elapsed + SHOWN_SKIP {
            let simulated = duration::format(self.simulated);
            writeln!(
                out,
                "With Clerk's rate limits, this takes {simulated}; the demo skips the waits."
            )?;
        }
        writeln!(out)?;
        for (outcome, count) in counts.all() {
            let name = outcome.as_str().replace('_', " ");
            if *count > 0 || (*outcome == Outcome::Created && !self.sends_nothing()) {
                write_styled_count(
                    out,
                    *count,
                    &name,
                    meaning(*outcome, self.sends_nothing()),
                    outcome_style(*outcome),
                )?;
            }
        }
        if let Some(demo) = self.demo {
            write_count(out, demo.mails_sent, "mails sent", "emails that the fake counted")?;
        }
        match self.ending {
            // One that stopped early does not know how many it would invite.
            Ending::Checked(_) | Ending::Planned(_) if self.stop_reason.is_some() => {}
            Ending::Checked(plan) => write_plan(out, "At most ", plan)?,
            Ending::Planned(plan) => write_plan(out, "", plan)?,
            Ending::Ran(_) => {}
        }
        match self.sends_nothing() {
            true => self.write_skipped(out)?,
            false => self.write_changed(out)?,
        }
        self.write_problems(out)?;
        self.write_stop(out, counts)?;
        if let Some(report) = self.report {
            writeln!(
                out,
                "\nThe outcome of each row is in {}.",
                escaped(&report.display().to_string())
            )?;
        }
        out.flush()
    }

    /// Writes the counts as one line of JSON.
    pub(crate) fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        let counts = self.results.counts();
        let plan = match self.ending {
            Ending::Checked(plan) | Ending::Planned(plan) => Some(JsonPlan::new(plan)),
            Ending::Ran(_) => None,
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

    /// Lists the rows that a run would skip.
    fn write_skipped(&self, out: &mut impl Write) -> io::Result<()> {
        let rows = &self.results.listed.skipped;
        if rows.count() == 0 {
            return Ok(());
        }
        writeln!(out, "\n{HEADING}Skipped:{HEADING:#}")?;
        rows.iter().try_for_each(|row| write_row(out, row))?;
        self.write_more(out, rows.count().saturating_sub(SHOWN_ROWS))
    }

    /// Lists the rows that have changed since an earlier run invited them.
    fn write_changed(&self, out: &mut impl Write) -> io::Result<()> {
        let rows = &self.results.listed.changed;
        if rows.count() == 0 {
            return Ok(());
        }
        writeln!(
            out,
            "\n{HEADING}Changed since they were invited, not sent again:{HEADING:#}"
        )?;
        for row in rows.iter() {
            writeln!(out, "  line {}: {}", row.position.line, address(row))?;
        }
        self.write_more(out, rows.count().saturating_sub(SHOWN_ROWS))
    }

    /// Lists the rows that need attention, those with the same kind of problem together.
    fn write_problems(&self, out: &mut impl Write) -> io::Result<()> {
        let groups = self.results.listed.problems();
        if groups.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{HEADING}Needs attention:{HEADING:#}")?;
        for group in groups.iter().take(SHOWN_ROWS) {
            match group.rows.only() {
                Some(row) => write_row(out, row)?,
                None => write_group(out, group)?,
            }
        }
        let more = groups.iter().skip(SHOWN_ROWS).map(|group| group.rows.count());
        self.write_more(out, more.sum())
    }

    fn write_more(&self, out: &mut impl Write, more: usize) -> io::Result<()> {
        match (more, self.report) {
            (0, _) => Ok(()),
            (more, None) => writeln!(out, "  and {more} more; --report FILE lists all"),
            (more, Some(_)) => writeln!(out, "  and {more} more; see the report"),
        }
    }

    fn write_stop(&self, out: &mut impl Write, counts: &Counts) -> io::Result<()> {
        let Some(reason) = self.stop_reason else {
            return Ok(());
        };
        writeln!(out, "\n{HEADING}Stopped:{HEADING:#} {}", escaped(reason))?;
        let pending = counts.count(Outcome::Pending);
        if pending == 0 || self.sends_nothing() {
            return Ok(());
        }
        write!(out, "{} left. To continue, run the same command again", people(pending))?;
        match self.journal {
            Some(journal) => writeln!(
                out,
                ": the journal {} records who has been invited.",
                escaped(&journal.display().to_string())
            ),
            None => writeln!(
                out,
                ". It skips people with a pending invitation, unless their row or --ignore-existing says to invite them anyway."
            ),
        }
    }
}

/// Returns what an outcome means, in a run or in a mode that sends nothing.
pub(crate) const fn meaning(outcome: Outcome, sends_nothing: bool) -> &'static str {
    match outcome {
        Outcome::Created => "invited",
        Outcome::CreatedEarlier => "invited by earlier runs",
        Outcome::AlreadyInvited => "have a pending invitation from before",
        Outcome::ExistingUser => "are users already, or members of the organization",
        Outcome::Accepted => "have accepted an invitation",
        Outcome::Expired => "had an invitation that has expired",
        Outcome::Revoked => "had an invitation that was revoked",
        Outcome::Refused => "refused by Clerk",
        Outcome::Invalid => "cannot be sent: correct the row",
        Outcome::Duplicate => "repeat an address of an earlier row",
        Outcome::Unknown => "may or may not be invited",
        Outcome::Pending if sends_nothing => "would be invited",
        _ => "not processed yet: run again",
    }
}

/// Writes a line of a table of counts.
pub(crate) fn write_count(out: &mut impl Write, count: impl Display, name: &str, meaning: &str) -> io::Result<()> {
    write_styled_count(out, count, name, meaning, Style::new())
}

fn write_styled_count(
    out: &mut impl Write,
    count: impl Display,
    name: &str,
    meaning: &str,
    style: Style,
) -> io::Result<()> {
    writeln!(out, "{count:>8}  {style}{name:<16}{style:#} {meaning}")
}

fn write_plan(out: &mut impl Write, at_most: &str, plan: &RunPlan) -> io::Result<()> {
    let estimate = plan.estimate();
    let time = match estimate.duration {
        Duration::ZERO => "The rate limits allow this at once.".to_owned(),
        time => format!("With the rate limits, this takes {}.", duration::format(time)),
    };
    writeln!(
        out,
        "\n{at_most}{} would be invited, with {} bulk and {} single calls. {time}",
        people(plan.to_invite()),
        estimate.bulk_calls,
        estimate.single_calls,
    )?;
    if plan.unresolved() > 0 {
        writeln!(
            out,
            "{} may have been invited by an earlier attempt; the run checks this first.",
            people(plan.unresolved())
        )?;
    }
    Ok(())
}

impl JsonPlan {
    fn new(plan: &RunPlan) -> Self {
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

/// Writes the problem of several rows, and the first of the rows.
fn write_group(out: &mut impl Write, group: &Group<FirstRows>) -> io::Result<()> {
    const SHOWN: usize = 3;
    let outcome = group.rows.iter().next().map_or("", |row| row.outcome.as_str());
    writeln!(out, "  {} rows: {outcome}: {}", group.rows.count(), group.reason)?;
    for row in group.rows.iter().take(SHOWN) {
        writeln!(out, "    line {}: {}", row.position.line, address(row))?;
    }
    match group.rows.count().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "    and {more} more"),
    }
}

fn address(row: &RowResult) -> &str {
    match row.email_address.as_str() {
        "" => "(no address)",
        address => address,
    }
}

fn write_row(out: &mut impl Write, row: &RowResult) -> io::Result<()> {
    write!(out, "  line {}: {}: {}", row.position.line, address(row), row.outcome)?;
    match row.reason.as_str() {
        "" => writeln!(out),
        reason => writeln!(out, ": {reason}"),
    }
}

/// Returns seconds, rounded to milliseconds.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}
