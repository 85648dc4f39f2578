//! The limit of all calls together, which reads count in too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::middleware::{Quota, Window};

/// Lets calls pass as the general limit of the instance allows. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct State {
    window: Option<Window>,
    closed_until: Duration,
}

impl Gate {
    pub(super) fn new(quota: Option<Quota>, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            window: quota.map(Window::new),
            closed_until: Duration::ZERO,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            clock,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets nothing pass before this time: what an earlier process sent shortly before is not known.
    pub(super) fn close_until(&self, time: Duration) {
        self.state().closed_until = time;
    }

    /// When a call may pass.
    pub(super) fn free_at(&self, now: Duration) -> Duration {
        let mut state = self.state();
        let by_window = state.window.as_mut().map_or(now, |window| window.free_at(now));
        by_window.max(state.closed_until)
    }

    /// Counts a call that begins now, until the permit is dropped.
    pub(super) fn enter(&self) -> Permit {
        self.state().window.iter_mut().for_each(Window::take);
        Permit { gate: self.clone() }
    }

    /// Waits, by the clock that calls pass by.
    pub(super) async fn wait(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }

    /// Makes a call as soon as it may pass.
    pub(super) async fn pass<T>(&self, call: impl Future<Output = T>) -> T {
        loop {
            let now = self.clock.now();
            let free_at = self.free_at(now);
            if free_at <= now {
                break;
            }
            self.clock.sleep(free_at - now).await;
        }
        let _permit = self.enter();
        call.await
    }
}

/// A call that has passed and is under way.
#[derive(Debug)]
pub(super) struct Permit {
    gate: Gate,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let now = self.gate.clock.now();
        self.gate.state().window.iter_mut().for_each(|window| window.end(now));
    }
}
