//! Counts of what happened, because a simulation in which nothing happens proves nothing.

use std::collections::BTreeMap;
use std::fmt;

use clerk_core::run::journal::Record;
use clerk_core::run::{Evidence, Outcome};
use clerk_testkit::fake::CallRecord;

use crate::check::Story;
use crate::disk::Remedy;
use crate::process::{End, Life};

#[derive(Debug, Default)]
pub(crate) struct Tally {
    seeds: u64,
    processes: u64,
    deaths: u64,
    stops: u64,
    /// Journals that could not be opened.
    refused: u64,
    /// Journals that were recovered.
    recovered: u64,
    /// The seeds whose last process had nothing left to do.
    finished: u64,
    calls: u64,
    /// The most calls of one process.
    most_calls: u64,
    /// The longest life of a process, in days.
    longest_days: u64,
    faults: u64,
    mails: u64,
    outcomes: BTreeMap<(Outcome, Evidence), u64>,
    revocations: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(crate) fn new(story: &Story<'_>) -> Self {
        let mut tally = Self {
            seeds: 1,
            processes: story.lives.len() as u64,
            calls: story.calls.len() as u64,
            faults: story.calls.iter().filter(|call| call.fault.is_some()).count() as u64,
            mails: story.mails.values().sum(),
            ..Self::default()
        };
        story.lives.iter().for_each(|life| tally.count(life));
        let Some(last) = story.lives.last() else {
            return tally;
        };
        tally.finished = u64::from(last.is_done());
        for settlement in &last.settled {
            *tally
                .outcomes
                .entry((settlement.outcome, settlement.evidence))
                .or_default() += 1;
        }
        tally
    }

    /// Counts what happened to several machines. Each counts as a process.
    pub(crate) fn of_machines(machines: usize, calls: &[CallRecord], mails: u64, outcomes: &[Record]) -> Self {
        let mut tally = Self {
            seeds: 1,
            processes: machines as u64,
            calls: calls.len() as u64,
            most_calls: calls.len() as u64,
            faults: calls.iter().filter(|call| call.fault.is_some()).count() as u64,
            mails,
            finished: 1,
            ..Self::default()
        };
        for record in outcomes {
            if let Record::Settled { outcome, evidence, .. } = record {
                *tally.outcomes.entry((*outcome, *evidence)).or_default() += 1;
            }
        }
        tally
    }

    fn count(&mut self, life: &Life) {
        match &life.end {
            End::Died => self.deaths += 1,
            End::Refused(_) => self.refused += 1,
            End::Invited(_) | End::Revoked(_) => self.stops += u64::from(!life.is_done()),
            End::Stuck(_) => {}
        }
        self.recovered += u64::from(life.start.remedy == Some(Remedy::Recover));
        self.most_calls = self.most_calls.max(life.calls.len() as u64);
        let time = life.time.end.saturating_sub(life.time.start);
        self.longest_days = self.longest_days.max(time.as_secs() / 86_400);
        for (_, revocation) in &life.revoked {
            *self.revocations.entry(revocation.as_str()).or_default() += 1;
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.processes += other.processes;
        self.deaths += other.deaths;
        self.stops += other.stops;
        self.refused += other.refused;
        self.recovered += other.recovered;
        self.finished += other.finished;
        self.calls += other.calls;
        self.most_calls = self.most_calls.max(other.most_calls);
        self.longest_days = self.longest_days.max(other.longest_days);
        self.faults += other.faults;
        self.mails += other.mails;
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        for (revocation, count) in other.revocations {
            *self.revocations.entry(revocation).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} seeds, of which {} were finished; {} processes, {} deaths, {} stops, {} refused journals, {} recovered; \
             {} calls, {} faults, {} mails; at most {} calls and {} days a process",
            self.seeds,
            self.finished,
            self.processes,
            self.deaths,
            self.stops,
            self.refused,
            self.recovered,
            self.calls,
            self.faults,
            self.mails,
            self.most_calls,
            self.longest_days,
        )?;
        for ((outcome, evidence), count) in &self.outcomes {
            write!(f, "\n{count:>9} {outcome} by {evidence}")?;
        }
        for (revocation, count) in &self.revocations {
            write!(f, "\n{count:>9} invitations undone: {revocation}")?;
        }
        Ok(())
    }
}
