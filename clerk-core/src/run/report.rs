//! How a run ended.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::journal::JournalError;
use super::outcome::Outcome;
use crate::error::{Error, ErrorCode, ErrorKind};

/// How an [`InvitationRun`](super::InvitationRun) ended: the number of people with each outcome, and why it stopped early,
/// if it did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct RunReport {
    counts: [usize; Outcome::ALL.len()],
    stopped: Option<Stop>,
    elapsed: Duration,
}

/// Why a run stopped before it was done.
#[non_exhaustive]
pub enum Stop {
    /// Its [`StopHandle`](super::StopHandle) requested it.
    Requested,
    /// Clerk refuses every call of the run (key, plan, quota, instance), or too many calls in a row failed.
    Error(Error),
    /// Clerk refused many calls for the same reason: the same code, and the same value of the same parameter. Correct the
    /// value and run again, or [keep going](super::InvitationRun::keep_going).
    RepeatedRefusal {
        /// Clerk's code.
        code: ErrorCode,
        /// The parameter at fault, if Clerk names one.
        parameter: Option<String>,
        /// The number of calls that were refused.
        calls: u32,
    },
    /// The rate limits ask for a wait longer than [`max_wait`](super::InvitationRun::max_wait).
    RateLimited {
        /// The wait that they ask for.
        wait: Duration,
    },
    /// The journal cannot be used, or could not append a record. No attempt was sent without a record. The outcomes that
    /// were announced are true; a later run on the journal may know fewer of them.
    Journal(JournalError),
    /// A row was attempted in an earlier run, is unresolved, and has changed since. Restore it, so that the next run can
    /// resolve it. The run has gone on with everyone else.
    ChangedRow {
        /// The position in the input of the first such row, from 0.
        position: usize,
    },
}

impl Stop {
    pub(super) fn from_error(error: Error) -> Self {
        match error.retry_after() {
            Some(wait) if error.kind() == ErrorKind::RateLimited => Self::RateLimited { wait },
            _ => Self::Error(error),
        }
    }

    /// Returns the first of two stops, or the second if it says that outcomes were not recorded.
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
            Self::RepeatedRefusal { code, parameter, calls } => {
                write!(f, "Clerk refused {calls} calls for the same reason, {code}")?;
                match parameter {
                    Some(parameter) => write!(f, ": correct {parameter} and run again"),
                    None => f.write_str(": correct its cause and run again"),
                }
            }
            Self::RateLimited { wait } => write!(
                f,
                "the rate limits ask for a wait of {} s, longer than allowed: run again later",
                wait.as_secs()
            ),
            Self::Journal(error) => error.fmt(f),
            Self::ChangedRow { position } => write!(
                f,
                "row {position} (counted from 0) has changed since an attempt that is unresolved: restore it and run again"
            ),
        }
    }
}

crate::debug_as_display!(Stop);

impl StdError for Stop {
    /// Returns the source of the error that stopped the run, because `Display` writes that error itself.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Error(error) => error.source(),
            Self::Journal(error) => error.source(),
            Self::Requested | Self::RateLimited { .. } | Self::RepeatedRefusal { .. } | Self::ChangedRow { .. } => None,
        }
    }
}

impl Serialize for Stop {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Counts outcomes, as a run does. Tests of code that handles reports can make one.
impl FromIterator<Outcome> for RunReport {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        let mut report = Self::default();
        outcomes.into_iter().for_each(|outcome| report.add(outcome));
        report
    }
}

impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} people", self.total())?;
        for (index, (outcome, count)) in self.counted().enumerate() {
            let separator = if index == 0 { ": " } else { ", " };
            write!(f, "{separator}{count} {outcome}")?;
        }
        match &self.stopped {
            Some(stop) => write!(f, "; {stop}"),
            None => Ok(()),
        }
    }
}

/// Writes the total, the count of each outcome that occurred, the duration in seconds, and why the run stopped.
impl Serialize for RunReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("RunReport", 4)?;
        report.serialize_field("total", &self.total())?;
        report.serialize_field("outcomes", &self.counted().collect::<BTreeMap<_, _>>())?;
        report.serialize_field("elapsed_seconds", &self.elapsed.as_secs_f64())?;
        report.serialize_field("stopped", &self.stopped)?;
        report.end()
    }
}

impl RunReport {
    /// Returns the outcomes that occurred, each with the number of people.
    fn counted(&self) -> impl Iterator<Item = (Outcome, usize)> {
        let counts = Outcome::ALL.iter().map(|outcome| (*outcome, self.count(*outcome)));
        counts.filter(|(_, count)| *count > 0)
    }

    /// Returns why the run stopped early as an error, or else the report.
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let report = clerk.invitations().invite_all(["ada@example.com"]).run().await.into_result()?;
    /// println!("{report}");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The [`Stop`].
    pub fn into_result(mut self) -> Result<Self, Stop> {
        match self.stopped.take() {
            Some(stop) => Err(stop),
            None => Ok(self),
        }
    }

    /// Sets why the run stopped, for tests of code that handles reports.
    #[must_use]
    pub fn with_stopped(mut self, stop: Stop) -> Self {
        self.stopped = Some(stop);
        self
    }

    pub(super) fn add(&mut self, outcome: Outcome) {
        self.counts[outcome as usize] += 1;
    }

    pub(super) fn end(mut self, stopped: Option<Stop>, elapsed: Duration) -> Self {
        self.stopped = stopped;
        self.elapsed = elapsed;
        self
    }

    /// Returns the number of people with this outcome.
    pub const fn count(&self, outcome: Outcome) -> usize {
        self.counts[outcome as usize]
    }

    /// Returns the number of people.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Returns why the run stopped early, if it did.
    pub const fn stopped(&self) -> Option<&Stop> {
        self.stopped.as_ref()
    }

    /// Returns how long the run took by the client's clock.
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }
}
