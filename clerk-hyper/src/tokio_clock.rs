//! The clock on Tokio's timer. Nothing else in this crate reads the time or sleeps.

use std::time::{Duration, SystemTime};

use clerk_core::model::Timestamp;
use clerk_core::{Clock, Sleep, SystemClock};
use tokio::runtime::Handle;
use tokio::time::Instant;

/// The system's clock, with sleeps on Tokio's timer. In a paused Tokio runtime it follows the runtime's time.
///
/// Outside of a Tokio runtime it sleeps as [`SystemClock`] does. A Tokio runtime must have its timer enabled, as
/// `#[tokio::main]` does.
#[derive(Debug, Clone)]
pub struct TokioClock {
    origin: Instant,
    outside_tokio: SystemClock,
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
impl TokioClock {
    /// Creates a clock whose [`now`](Clock::now) starts at zero.
    pub fn new() -> Self {
        Self {
            origin: Instant::now(),
            outside_tokio: SystemClock::new(),
        }
    }

    fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    fn system_time() -> SystemTime {
        SystemTime::now()
    }

    fn tokio_sleep(duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Awaits `work` for at most `limit`, and returns `None` if it takes longer. Requires a Tokio runtime.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, work).await.ok()
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.elapsed()
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from(Self::system_time())
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if Handle::try_current().is_ok() {
            Self::tokio_sleep(duration)
        } else {
            self.outside_tokio.sleep(duration)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_millis(20);

    async fn time_of_a_sleep() -> Duration {
        let clock = TokioClock::new();
        let before = clock.now();
        clock.sleep(WAIT).await;
        clock.now() - before
    }

    #[tokio::test]
    async fn sleeps_at_least_as_long_as_requested() {
        assert!(time_of_a_sleep().await >= WAIT);
    }

    #[test]
    fn sleeps_outside_of_a_tokio_runtime() {
        assert!(pollster::block_on(time_of_a_sleep()) >= WAIT);
    }
}
