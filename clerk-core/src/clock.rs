//! The clock: the only place in the SDK that reads the time or sleeps.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::model::Timestamp;

/// The future that [`Clock::sleep`] returns.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Reads the time and sleeps.
///
/// Retries, rate limits, timeouts and the invitation run use nothing else, so that a test with a clock of its own runs through
/// hours of waiting in milliseconds. [`SystemClock`] is the default and needs no async runtime.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Returns the time since an arbitrary origin. It never decreases.
    fn now(&self) -> Duration;

    /// Returns the wall-clock time, for timestamps that are stored or compared with dates. It can jump.
    fn wall(&self) -> Timestamp;

    /// Waits until `duration` has passed.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: dropping the future stops waiting.
    fn sleep(&self, duration: Duration) -> Sleep;
}

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> Duration {
        (**self).now()
    }

    fn wall(&self) -> Timestamp {
        (**self).wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        (**self).sleep(duration)
    }
}

/// The clock of the operating system. It sleeps on a shared timer thread, so it works with any executor.
#[derive(Debug, Clone)]
pub struct SystemClock {
    origin: Instant,
}

#[expect(clippy::disallowed_methods, reason = "all other code reads the time from this clock")]
impl SystemClock {
    /// Creates a clock whose [`now`](Clock::now) starts at zero.
    pub fn new() -> Self {
        Self { origin: Instant::now() }
    }

    fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    fn system_time() -> SystemTime {
        SystemTime::now()
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.elapsed()
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from(Self::system_time())
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(futures_timer::Delay::new(duration))
    }
}

/// Returns the clock that was given, or else the machine's. That one is made only if it is needed, because targets without an
/// operating system, such as `wasm32-unknown-unknown`, have none.
pub(crate) fn or_system(clock: Option<&Arc<dyn Clock>>) -> Arc<dyn Clock> {
    clock.map_or_else(|| Arc::new(SystemClock::new()) as _, Arc::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeps_at_least_as_long_as_requested() {
        let clock = SystemClock::new();
        let before = clock.now();
        pollster::block_on(clock.sleep(Duration::from_millis(20)));
        assert!(clock.now() - before >= Duration::from_millis(20));
    }
}
