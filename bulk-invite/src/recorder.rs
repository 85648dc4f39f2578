//! Records a run's events: the results, the progress and the event log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::run::{Outcome, RunEvent, RunObserver};

use crate::args::Args;
use crate::connection::Connection;
use crate::events::EventLog;
use crate::output_file::OutputFile;
use crate::people::{Position, Recipient, Row, RowStatus, UnusableFile};
use crate::progress::Progress;
use crate::results::{Results, RowResult};
use crate::timeline::Timeline;

/// Observes one run and keeps a [`Record`] of it.
#[derive(Debug)]
pub(crate) struct Recorder(Mutex<Record>);

/// The events of a run so far.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) results: Results,
    pub(crate) progress: Progress,
    /// The number of calls that were started.
    pub(crate) attempts: usize,
    /// The number of invitations for which a revocation ended.
    pub(crate) revocations: usize,
    pub(crate) timeline: Timeline,
    /// Whether the timeline is kept: not if nothing is sent.
    keeps_time: bool,
    clock: Arc<dyn Clock>,
    started: Duration,
    events: Option<EventLog>,
    /// Where each recipient is in the people file, by position in the run.
    positions: Vec<Position>,
    /// Whether each recipient has a result, by position in the run.
    settled: Vec<bool>,
    /// The number of rows of the people file that were read.
    rows_read: usize,
}

impl Recorder {
    /// Starts recording a run of this many recipients. `has_report` is whether all rows are kept for a report.
    pub(crate) fn new(
        args: &Args,
        connection: &Connection,
        recipients: usize,
        has_report: bool,
        events: Option<OutputFile>,
    ) -> Result<Self, String> {
        Ok(Self(Mutex::new(Record {
            results: Results::new(has_report),
            progress: Progress::new(args, recipients, connection),
            attempts: 0,
            revocations: 0,
            timeline: Timeline::default(),
            keeps_time: !args.sends_nothing(),
            clock: connection.clock(),
            started: connection.clock().now(),
            events: events.map(|file| EventLog::new(file, connection)).transpose()?,
            positions: Vec::new(),
            settled: Vec::new(),
            rows_read: 0,
        })))
    }

    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunObserver for Recorder {
    fn event(&self, event: &RunEvent<'_>) {
        self.record().event(event);
    }
}

impl Record {
    fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::AttemptBegan { .. } => self.attempts += 1,
            RunEvent::Revoked { .. } => self.revocations += 1,
            RunEvent::Settled(settlement) => {
                if self.keeps_time && settlement.outcome != Outcome::Pending {
                    let elapsed = self.clock.now().saturating_sub(self.started);
                    self.timeline.add(elapsed, settlement.outcome == Outcome::Created);
                }
                if let Some(is_settled) = self.settled.get_mut(settlement.position) {
                    *is_settled = true;
                }
                let position = self.positions.get(settlement.position).copied().unwrap_or_default();
                if self.events.is_some() || self.results.keep(settlement.outcome) {
                    self.insert(&RowResult::from_settlement(position, settlement));
                } else {
                    self.results.count(settlement.outcome);
                }
            }
            RunEvent::Status(status) => {
                let position = self.positions.get(status.position).copied();
                self.events
                    .iter_mut()
                    .for_each(|events| events.status(position, status));
            }
            _ => {}
        }
        self.events.iter_mut().for_each(|events| events.event(event));
        self.progress.event(event);
    }

    pub(crate) fn insert(&mut self, row: &RowResult) {
        self.events.iter_mut().for_each(|events| events.outcome(row));
        self.results.insert(row);
    }

    /// Takes in the next row of the people file. Returns the recipient to invite; any other row has its result.
    pub(crate) fn read(&mut self, row: Row) -> Option<Recipient> {
        self.rows_read += 1;
        let (outcome, reason) = match row.status {
            RowStatus::Valid(recipient) => {
                self.positions.push(row.position);
                self.settled.push(false);
                return Some(recipient);
            }
            RowStatus::Invalid(reason) => (Outcome::Invalid, reason),
            RowStatus::Duplicate(first) => (Outcome::Duplicate, format!("same address as line {first}")),
        };
        self.insert(&RowResult::from_input(
            row.position,
            &row.email_address,
            outcome,
            &reason,
        ));
        None
    }

    /// Returns where each recipient so far is in the people file.
    pub(crate) fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// Marks the recipients without a result as pending, and takes in the rows that were not read. `rows` is the whole file.
    pub(crate) fn mark_pending(
        &mut self,
        rows: impl Iterator<Item = Result<Row, UnusableFile>>,
        reason: &str,
    ) -> Result<(), UnusableFile> {
        let read = self.rows_read;
        let mut recipients = 0;
        for (index, row) in rows.enumerate() {
            let recipient = match row? {
                row if index >= read => self.read(row),
                row => row.into_recipient(),
            };
            if let Some(recipient) = recipient {
                if self.settled.get(recipients) == Some(&false) {
                    self.insert(&RowResult::pending(&recipient, reason));
                }
                recipients += 1;
            }
        }
        Ok(())
    }

    /// Writes to the event log why the run stopped.
    pub(crate) fn stopped(&mut self, reason: &str) {
        self.events.iter_mut().for_each(|events| events.stopped(reason));
    }

    /// Returns why the event log is incomplete, if it is.
    pub(crate) fn event_log_failure(&self) -> Option<String> {
        self.events.as_ref().and_then(EventLog::failure)
    }
}
