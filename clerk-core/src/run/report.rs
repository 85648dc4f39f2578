use std::fmt;
use std::time::Duration;

use super::Outcome;
use super::journal::JournalError;
use crate::error::{Error, ErrorKind};

/// How a run ended: how many people have which outcome, and why it stopped if it did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct RunReport {
    counts: [usize; Outcome::ALL.len()],
    stopped: Option<Stop>,
    elapsed: Duration,
}

/// Why a run stopped with people pending.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stop {
    /// It was asked to, by its [`StopHandle`](super::StopHandle).
    Requested,
    /// Clerk refuses the whole run (key, plan, quota, instance), or calls kept failing.
    Error(Error),
    /// The limits would have to be waited out longer than allowed.
    RateLimited {
        /// How long.
        wait: Duration,
    },
    /// The journal cannot be used, or could not keep a record. Nothing was sent without being recorded. The outcomes that
    /// were announced are true; a later run on the journal may know less, and say so.
    Journal(JournalError),
    /// The row at this position (from 0) was attempted in an earlier run, is not settled, and has changed since: restore
    /// it, so that it can be settled first.
    ChangedRow {
        /// The row's position in the input, from 0.
        position: usize,
    },
}

impl Stop {
    /// The stop that a failed call makes.
    pub(super) fn of(error: Error) -> Self {
        match error.retry_after() {
            Some(wait) if error.kind() == ErrorKind::RateLimited => Self::RateLimited { wait },
            _ => Self::Error(error),
        }
    }

    /// Which of two stops to tell: the first, unless only the second says that outcomes were not kept.
    pub(super) fn graver(first: Option<Self>, second: Option<Self>) -> Option<Self> {
        match (first, second) {
            (_, Some(journal @ Self::Journal(_))) => Some(journal),
            (first, second) => first.or(second),
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requested => f.write_str("stopped on request"),
            Self::Error(error) => error.fmt(f),
            Self::RateLimited { wait } => write!(
                f,
                "the rate limits ask for a wait of {} s, longer than allowed: run again later",
                wait.as_secs()
            ),
            Self::Journal(error) => error.fmt(f),
            Self::ChangedRow { position } => write!(
                f,
                "row {position} (from 0) has changed since an attempt that is not settled: restore it and run again"
            ),
        }
    }
}

impl RunReport {
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.counts[outcome as usize] += 1;
    }

    pub(super) fn end(mut self, stopped: Option<Stop>, elapsed: Duration) -> Self {
        self.stopped = stopped;
        self.elapsed = elapsed;
        self
    }

    /// How many people have this outcome.
    pub const fn count(&self, outcome: Outcome) -> usize {
        self.counts[outcome as usize]
    }

    /// How many people there are.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Why the run stopped with people pending, if it did.
    pub const fn stopped(&self) -> Option<&Stop> {
        self.stopped.as_ref()
    }

    /// How long the run took by the client's clock.
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }
}
