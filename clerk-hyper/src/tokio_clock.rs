//! Tokio's time. Nothing else in this crate reads the time or sleeps.

use std::time::{Duration, SystemTime};

use clerk_core::model::Timestamp;
use clerk_core::{Clock, Sleep, SystemClock};
use tokio::runtime::Handle;
use tokio::time::Instant;

/// The machine's clock, whose sleeps run on Tokio's timer. It follows a paused Tokio runtime.
///
/// Outside a Tokio runtime it sleeps as [`SystemClock`] does. A runtime must have its timer enabled, as
/// `#[tokio::main]` does.
#[derive(Debug, Clone)]
pub struct TokioClock {
    origin: Instant,
    outside_tokio: SystemClock,
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that tells the time")]
impl TokioClock {
    /// A clock whose [`now`](Clock::now) starts at zero.
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

/// Runs `work` for at most `limit`; `None` if it did not end in time. Needs a Tokio runtime.
#[expect(clippy::disallowed_methods, reason = "this is the clock that sleeps")]
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
    async fn a_sleep_lasts_at_least_as_long_as_asked() {
        assert!(time_of_a_sleep().await >= WAIT);
    }

    #[test]
    fn it_sleeps_outside_of_tokio_too() {
        assert!(pollster::block_on(time_of_a_sleep()) >= WAIT);
    }
}
