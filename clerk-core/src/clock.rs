//! Time as a value: the only place in the SDK that reads the time or sleeps.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::model::Timestamp;

/// The future that [`Clock::sleep`] returns.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells the time and waits.
///
/// Retries, rate limits, timeouts and the invitation run read the time from here alone, so a test that brings a
/// clock of its own runs hours of waiting in milliseconds. [`SystemClock`] is the default and needs no runtime.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time since an origin of the clock's own choosing. It never goes back.
    fn now(&self) -> Duration;

    /// The time of day, for what is stored or compared with a date. It may jump.
    fn wall(&self) -> Timestamp;

    /// Ends once `duration` has passed. Dropping it is the way to stop waiting.
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

/// The machine's clock. Its sleeps run on one shared timer thread, so it works under any executor.
#[derive(Debug, Clone)]
pub struct SystemClock {
    origin: Instant,
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that tells the time")]
impl SystemClock {
    /// A clock whose [`now`](Clock::now) starts at zero.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_lasts_at_least_as_long_as_asked() {
        let clock = SystemClock::new();
        let before = clock.now();
        pollster::block_on(clock.sleep(Duration::from_millis(20)));
        assert!(clock.now() - before >= Duration::from_millis(20));
    }
}
