//! Tells the observers what happens, and counts the outcomes.

use std::sync::Arc;
use std::time::Duration;

use super::observer::{RunEvent, RunObserver};
use super::outcome::Settlement;
use super::report::{RunReport, Stop};

/// The observers and the report. A settlement goes to both, so that they agree.
pub(super) struct Announcer {
    observers: Vec<Arc<dyn RunObserver>>,
    report: RunReport,
}

impl Announcer {
    pub(super) fn new(observers: Vec<Arc<dyn RunObserver>>) -> Self {
        Self {
            observers,
            report: RunReport::default(),
        }
    }

    pub(super) fn tell(&self, event: &RunEvent<'_>) {
        #[cfg(feature = "tracing")]
        if let RunEvent::Waiting { wait } = event {
            crate::middleware::trace::run_waits(*wait);
        }
        self.observers.iter().for_each(|observer| observer.event(event));
    }

    /// Announces the outcome of a recipient, once.
    pub(super) fn announce(&mut self, settlement: &Settlement) {
        self.report.add(settlement.outcome);
        self.tell(&RunEvent::Settled(settlement));
    }

    pub(super) const fn report(&self) -> &RunReport {
        &self.report
    }

    pub(super) fn end(self, stopped: Option<Stop>, elapsed: Duration) -> RunReport {
        self.report.end(stopped, elapsed)
    }
}
