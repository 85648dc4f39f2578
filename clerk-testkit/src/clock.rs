//! A clock that tests advance by hand, so that hours of waiting take no time.

mod drive;
mod virtual_clock;

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use clerk_core::model::Timestamp;
use clerk_core::{Clock, Sleep};

pub use drive::Stalled;
pub use virtual_clock::VirtualClock;

/// A [`Clock`] for tests. Time passes only in [`advance`](Self::advance) and [`drive`](Self::drive). For tests that spawn tasks,
/// there is [`VirtualClock`].
///
/// Clones are handles to the same clock: give one to the client and keep one. Retries have random delays, which are the same
/// in every run only if the client has a [`retry_seed`](clerk_core::ClientBuilder::retry_seed). Clients of
/// [`FakeClerk::client`](crate::FakeClerk::client) have one.
///
/// ```
/// use std::time::Duration;
/// use clerk_core::api::invitations::CreateInvitation;
/// use clerk_core::{Client, HttpResponse, SecretKey, transport_fn};
/// use clerk_testkit::ManualClock;
///
/// // Clerk is down: every attempt gets 503.
/// let down = transport_fn(async |_request| {
///     let mut response = HttpResponse::default();
///     *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
///     Ok(response)
/// });
/// let clock = ManualClock::new();
/// let clerk = Client::builder(SecretKey::new("sk_test_abc")?, down).clock(clock.clone()).build()?;
///
/// let listed = clock.drive(clerk.invitations().list(&Default::default()))?;
/// assert_eq!(listed.expect_err("Clerk is down").attempts(), 3);
/// assert!(clock.elapsed() > Duration::ZERO, "the retries waited, in no time");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ManualClock {
    shared: Arc<Shared>,
}

struct Shared {
    wall_at_start: Timestamp,
    state: Mutex<State>,
}

/// The time, and the waker of each sleep by its end. Sleeps that end at the same time have different serial numbers.
#[derive(Default)]
struct State {
    now: Duration,
    next_serial: u64,
    sleeps: BTreeMap<(Duration, u64), Waker>,
}

impl ManualClock {
    /// The wall time at which a [new](Self::new) clock starts: 2026-01-01 00:00 UTC.
    pub const START: Timestamp = Timestamp::from_millis(1_767_225_600_000);

    /// Creates a clock whose [`now`](Clock::now) starts at zero and whose [`wall`](Clock::wall) starts at
    /// [`START`](Self::START).
    pub fn new() -> Self {
        Self::starting_at(Self::START)
    }

    /// Creates a clock whose [`wall`](Clock::wall) starts at `wall`, for example to simulate a restart of the application.
    pub fn starting_at(wall: Timestamp) -> Self {
        Self {
            shared: Arc::new(Shared {
                wall_at_start: wall,
                state: Mutex::default(),
            }),
        }
    }

    /// Returns the time since the clock was created.
    pub fn elapsed(&self) -> Duration {
        self.state().now
    }

    /// Advances the time by `duration`, and wakes the sleeps that end within it, the earliest first.
    ///
    /// Returns without waiting for the woken tasks, which run when their executor polls them.
    pub fn advance(&self, duration: Duration) {
        let until = self.elapsed().saturating_add(duration);
        while self.step(until) {}
        self.state().now = until;
    }

    /// Advances to the end of the next sleep and wakes it. Returns `false` if no sleep ends at or before `until`.
    fn step(&self, until: Duration) -> bool {
        let due = {
            let mut state = self.state();
            let Some(&(next, _)) = state.sleeps.keys().next() else {
                return false;
            };
            if next > until {
                return false;
            }
            state.now = state.now.max(next);
            let later = match next.checked_add(Duration::from_nanos(1)) {
                Some(time) => state.sleeps.split_off(&(time, 0)),
                None => BTreeMap::new(),
            };
            std::mem::replace(&mut state.sleeps, later)
        };
        due.into_values().for_each(Waker::wake);
        true
    }

    fn manual_sleep(&self, duration: Duration) -> ManualSleep {
        let mut state = self.state();
        let serial = state.next_serial;
        state.next_serial += 1;
        ManualSleep {
            clock: self.clone(),
            key: (state.now.saturating_add(duration), serial),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.elapsed()
    }

    fn wall(&self) -> Timestamp {
        self.shared.wall_at_start.saturating_add(self.elapsed())
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(self.manual_sleep(duration))
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("ManualClock")
            .field("elapsed", &state.now)
            .field("sleeps", &state.sleeps.len())
            .finish_non_exhaustive()
    }
}

/// Waits for a time. Counts as a sleep from its first poll until it is dropped.
struct ManualSleep {
    clock: ManualClock,
    key: (Duration, u64),
}

impl ManualSleep {
    /// Whether no sleep ends earlier.
    fn is_next(&self) -> bool {
        let state = self.clock.state();
        state.sleeps.keys().next().is_none_or(|&(end, _)| end >= self.key.0)
    }
}

impl Future for ManualSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.state();
        if state.now >= self.key.0 {
            return Poll::Ready(());
        }
        let earlier_waker = state.sleeps.insert(self.key, context.waker().clone());
        drop(state);
        // Dropping a waker may run code that reads the clock, so the lock must be free.
        drop(earlier_waker);
        Poll::Pending
    }
}

impl Drop for ManualSleep {
    fn drop(&mut self) {
        let waker = self.clock.state().sleeps.remove(&self.key);
        drop(waker);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn advance_wakes_only_sleeps_that_end_within_it() {
        let clock = ManualClock::new();
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let mut context = Context::from_waker(&waker);
        let mut sleeps = [1, 2, 3].map(|hours| clock.sleep(HOUR * hours));
        let mut ended = || {
            sleeps
                .each_mut()
                .map(|sleep| sleep.as_mut().poll(&mut context).is_ready())
        };

        assert_eq!(ended(), [false, false, false]);
        clock.advance(HOUR * 2 - Duration::from_nanos(1));
        assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
        assert_eq!(ended(), [true, false, false]);
        clock.advance(Duration::from_nanos(1));
        assert_eq!(wakes.0.load(Ordering::Relaxed), 2);
        assert_eq!(ended(), [true, true, false]);
        assert_eq!(clock.elapsed(), HOUR * 2);
        assert_eq!(clock.wall(), ManualClock::START.saturating_add(HOUR * 2));
    }

    #[test]
    fn the_longest_sleep_does_not_overflow() {
        let clock = ManualClock::new();
        clock.advance(HOUR);
        assert_eq!(clock.drive(clock.sleep(Duration::MAX)), Ok(()));
        assert_eq!(clock.drive(clock.sleep(Duration::MAX)), Ok(()));
        assert_eq!(clock.elapsed(), Duration::MAX);
    }
}
