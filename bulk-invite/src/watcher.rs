//! Hands what happens in a run on to everybody who wants to know.

use std::sync::{Mutex, MutexGuard, PoisonError};

use clerk_core::run::{RunEvent, RunObserver};

use crate::args::Args;
use crate::events::EventLog;
use crate::ledger::{Entry, Ledger};
use crate::output_file::OutputFile;
use crate::people::Invitee;
use crate::progress::Progress;
use crate::target::Target;

/// Watches one run.
#[derive(Debug)]
pub(crate) struct Watcher(Mutex<Seen>);

/// What was seen by now.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) ledger: Ledger,
    pub(crate) progress: Progress,
    /// How many attempts began.
    pub(crate) attempts: usize,
    /// How many invitations were to be revoked.
    pub(crate) revoked: usize,
    events: Option<EventLog>,
    /// The people's lines, by their position in the run.
    lines: Vec<u64>,
}

impl Watcher {
    /// Watches a run of the people on these lines; `ledger` has the others.
    pub(crate) fn start(
        args: &Args,
        target: &Target,
        ledger: Ledger,
        lines: Vec<u64>,
        events: Option<OutputFile>,
    ) -> Result<Self, String> {
        let mut events = events.map(|file| EventLog::start(file, target.clock())).transpose()?;
        for entry in ledger.entries() {
            events.iter_mut().for_each(|events| events.outcome(entry));
        }
        Ok(Self(Mutex::new(Seen {
            ledger,
            progress: Progress::new(args, lines.len(), target),
            attempts: 0,
            revoked: 0,
            events,
            lines,
        })))
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RunObserver for Watcher {
    fn event(&self, event: &RunEvent<'_>) {
        self.seen().take_in(event);
    }
}

impl Seen {
    fn take_in(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::AttemptBegan { .. } => self.attempts += 1,
            RunEvent::Revoked { .. } => self.revoked += 1,
            RunEvent::Settled(settlement) => {
                let line = self.lines.get(settlement.position).copied().unwrap_or_default();
                self.enter(Entry::of(line, settlement));
            }
            _ => {}
        }
        self.events.iter_mut().for_each(|events| events.event(event));
        self.progress.event(event);
    }

    fn enter(&mut self, entry: Entry) {
        self.events.iter_mut().for_each(|events| events.outcome(&entry));
        self.ledger.enter(entry);
    }

    /// Leaves those of these people pending who have no outcome.
    pub(crate) fn leave(&mut self, people: &[Invitee], reason: &str) {
        for person in people {
            if !self.ledger.has(person.line) {
                self.enter(Entry::pending(person, reason));
            }
        }
    }

    /// Why the event log is not whole, if it is not.
    pub(crate) fn problem(&self) -> Option<String> {
        self.events.as_ref().and_then(EventLog::problem)
    }
}
