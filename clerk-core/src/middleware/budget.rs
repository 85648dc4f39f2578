//! How many calls may begin, and when.

mod window;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Quota;
use crate::clock::Clock;
use window::Window;

/// A budget of calls: a sliding window over a quota, and a time before which no call may begin.
///
/// Clones share one budget. The client's [`RateLimit`](super::RateLimit) has one for each endpoint and one for all calls,
/// and so does an invitation run.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    quota: Option<Quota>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    window: Option<Window>,
    blocked_until: Duration,
}

impl Budget {
    /// A budget of this quota, or an unlimited one.
    pub(crate) fn new(quota: Option<Quota>, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            window: quota.map(Window::new),
            blocked_until: Duration::ZERO,
        };
        Self {
            inner: Arc::new(Inner {
                quota,
                clock,
                state: Mutex::new(state),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when the next call may begin: a time up to `now`, or the earliest time at which it makes sense to ask again.
    pub(crate) fn free_at(&self, now: Duration) -> Duration {
        self.state().free_at(now)
    }

    /// Takes a place for a call that begins now, or returns when to ask again.
    pub(crate) fn try_acquire(&self, now: Duration) -> Result<Permit, Duration> {
        let mut state = self.state();
        let free_at = state.free_at(now);
        if free_at > now {
            return Err(free_at);
        }
        state.window.iter_mut().for_each(Window::take);
        drop(state);
        Ok(Permit {
            budget: self.inner.quota.is_some().then(|| self.clone()),
        })
    }

    /// Waits until a call may begin, and takes a place for it.
    pub(crate) async fn acquire(&self) -> Permit {
        loop {
            let now = self.inner.clock.now();
            match self.try_acquire(now) {
                Ok(permit) => return permit,
                Err(free_at) => self.inner.clock.sleep(free_at.saturating_sub(now)).await,
            }
        }
    }

    /// Lets no call begin before this time.
    pub(crate) fn block_until(&self, until: Duration) {
        let mut state = self.state();
        state.blocked_until = state.blocked_until.max(until);
    }

    /// Counts a call that ended this long ago, before the budget was made. Such calls are added oldest first.
    pub(crate) fn remember(&self, age: Duration, now: Duration) {
        self.state()
            .window
            .iter_mut()
            .for_each(|window| window.remember(age, now));
    }
}

impl State {
    fn free_at(&mut self, now: Duration) -> Duration {
        let by_window = self.window.as_mut().map_or(now, |window| window.free_at(now));
        by_window.max(self.blocked_until)
    }
}

/// A place that a call has taken in a [`Budget`].
///
/// The place counts as used from the moment the permit is dropped, because nobody knows when within the call Clerk counted
/// it. So an abandoned call counts as well.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once counts as a call that has ended"]
pub(crate) struct Permit {
    /// None for a budget without a quota, and once the place was released.
    budget: Option<Budget>,
}

impl Permit {
    /// Returns the place of a call that was not sent.
    pub(crate) fn release(mut self) {
        if let Some(budget) = self.budget.take() {
            budget.state().window.iter_mut().for_each(Window::give_back);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(budget) = &self.budget {
            let now = budget.inner.clock.now();
            budget.state().window.iter_mut().for_each(|window| window.end(now));
        }
    }
}
