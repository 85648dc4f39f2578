use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Ends an [`InvitationRun`](super::InvitationRun) early, from a signal handler or another task. Clones are handles
/// to the same run.
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

    /// Asks the run to stop: at once while it waits, otherwise after the calls that are under way. Everyone who is not
    /// settled by then is pending.
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

    /// Ends when the run is asked to stop.
    pub(super) async fn requested(&self) {
        poll_fn(|context| self.poll_requested(context)).await;
    }
}
