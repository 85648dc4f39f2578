//! Stops a run from outside.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::report::Stop;
use crate::middleware::race::race;

/// Stops an [`InvitationRun`](super::InvitationRun) or a [`RevocationRun`](super::RevocationRun) early, from another task
/// or thread. Clones stop the same run.
#[derive(Debug, Clone, Default)]
pub struct StopHandle {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    is_requested: bool,
    waker: Option<Waker>,
}

impl StopHandle {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests the run to stop: at once while it waits, otherwise after the calls that are under way. Recipients without
    /// an outcome by then are [pending](super::Outcome::Pending).
    pub fn stop(&self) {
        let waker = {
            let mut state = self.state();
            state.is_requested = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(super) fn is_requested(&self) -> bool {
        self.state().is_requested
    }

    fn poll_requested(&self, context: &Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if state.is_requested {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }

    /// Waits until a stop is requested.
    pub(super) async fn requested(&self) {
        poll_fn(|context| self.poll_requested(context)).await;
    }

    /// Waits for `work`, or fails once a stop is requested.
    pub(super) async fn race<T>(&self, work: impl Future<Output = T>) -> Result<T, Stop> {
        race(work, self.requested()).await.ok_or(Stop::Requested)
    }
}
