//! Records a run's events: the results, the progress and the event log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::run::{Outcome, RunEvent, RunObserver};

use crate::args::Args;
use crate::connection::Connection;
use crate::events::EventLog;
use crate::output_file::OutputFile;
use crate::people::{Position, Recipient};
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
    clock: Arc<dyn Clock>,
    started: Duration,
    events: Option<EventLog>,
    /// Where each recipient is in the people file, by position in the run.
    positions: Vec<Position>,
}

impl Recorder {
    /// Starts recording a run of the recipients at `positions`. `results` holds the rows that are not part of the run.
    pub(crate) fn new(
        args: &Args,
        connection: &Connection,
        results: Results,
        positions: Vec<Position>,
        events: Option<OutputFile>,
    ) -> Result<Self, String> {
        let mut events = events.map(|file| EventLog::new(file, connection)).transpose()?;
        for row in results.rows() {
            events.iter_mut().for_each(|events| events.outcome(row));
        }
        Ok(Self(Mutex::new(Record {
            results,
            progress: Progress::new(args, positions.len(), connection),
            attempts: 0,
            revocations: 0,
            timeline: Timeline::default(),
            clock: connection.clock(),
            started: connection.clock().now(),
            events,
            positions,
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
                if settlement.outcome != Outcome::Pending {
                    let elapsed = self.clock.now().saturating_sub(self.started);
                    self.timeline.add(elapsed, settlement.outcome == Outcome::Created);
                }
                let position = self.positions.get(settlement.position).copied().unwrap_or_default();
                self.insert(RowResult::from_settlement(position, settlement));
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

    pub(crate) fn insert(&mut self, row: RowResult) {
        self.events.iter_mut().for_each(|events| events.outcome(&row));
        self.results.insert(row);
    }

    /// Marks the recipients without a result as pending.
    pub(crate) fn mark_pending(&mut self, recipients: &[Recipient], reason: &str) {
        for recipient in recipients {
            if !self.results.contains(recipient.position) {
                self.insert(RowResult::pending(recipient, reason));
            }
        }
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
