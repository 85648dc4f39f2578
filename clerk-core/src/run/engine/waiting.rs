//! What the loop waits for.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::Engine;
use crate::run::calls::AttemptEnd;
use crate::run::journal::Lane;
use crate::run::observer::RunEvent;
use crate::run::reading::ReadEnd;
use crate::run::report::Stop;

/// What the run waits for.
pub(super) enum Event {
    Attempt(Lane, u64, AttemptEnd),
    Read(ReadEnd),
    /// The input has rows, or has ended.
    Rows,
    Time,
    StopRequested,
}

impl Engine<'_> {
    /// Waits for what ends first.
    pub(super) async fn next_event(&mut self, wake_at: Option<Duration>, until_stopped: bool) -> Event {
        let mut alarm = wake_at.map(|at| self.clock.sleep(at.saturating_sub(self.clock.now())));
        let wants_rows = until_stopped && self.stages.wants_more() && self.input.source().waits();
        let stop = self.stop.clone();
        let mut stop_requested = pin!(stop.requested());
        poll_fn(|context| {
            if until_stopped && stop_requested.as_mut().poll(context).is_ready() {
                return Poll::Ready(Event::StopRequested);
            }
            if let Some((lane, attempt, end)) = self.lanes.poll(context) {
                return Poll::Ready(Event::Attempt(lane, attempt, end));
            }
            if let Some(end) = self.reading.poll(context) {
                return Poll::Ready(Event::Read(end));
            }
            if wants_rows && self.input.source_mut().poll_ahead(context).is_ready() {
                return Poll::Ready(Event::Rows);
            }
            match &mut alarm {
                Some(alarm) => alarm.as_mut().poll(context).map(|()| Event::Time),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Returns the next time at which something can be started that cannot be started now.
    pub(super) fn wake_at(&self) -> Option<Duration> {
        let (now, hold_until) = (self.clock.now(), self.pacing.hold_until());
        // Invitations are revoked when a call can replace them.
        let replaces = self.stages.wants_to_replace() && self.reading.is_idle();
        let is_awaited = |lane: &Lane| replaces || self.has_use_for(*lane, now);
        let lanes = Lane::ALL.iter().copied().filter(is_awaited);
        let lane_is_free = lanes.filter_map(|lane| self.lanes.free_at(lane, now)).min();
        let is_due = self.stages.next_due().filter(|_| self.reading.is_idle());
        [lane_is_free, is_due]
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.max(hold_until))
    }

    pub(super) fn announce_wait(&self, wake_at: Duration) -> Result<(), Stop> {
        let wait = wake_at.saturating_sub(self.clock.now());
        if wait > self.settings.max_wait {
            return Err(Stop::RateLimited { wait });
        }
        self.announcer.tell(&RunEvent::Waiting { wait });
        Ok(())
    }
}
