use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use clerk_core::model::Timestamp;
use clerk_core::{Clock, Sleep};

use super::{ManualClock, ManualSleep};

/// A [`Clock`] whose sleeps take no real time: when everything waits, the time advances to the end of the next sleep.
///
/// It needs no [`drive`](ManualClock::drive), so it works with every executor, in tests that spawn tasks or threads, and in
/// applications that cannot be driven. One line is enough: `.clock(VirtualClock::new())`. [`FakeClerk`](crate::FakeClerk)
/// has one by default.
///
/// ```
/// use std::time::Duration;
/// use clerk_core::Clock;
/// use clerk_testkit::VirtualClock;
///
/// let clock = VirtualClock::new();
/// pollster::block_on(clock.sleep(Duration::from_secs(3600)));
/// assert_eq!(clock.elapsed(), Duration::from_secs(3600));
/// ```
///
/// A sleep ends once its task was polled several times while no earlier sleep exists. So the time can pass while a socket or
/// another thread is still busy: with those, use a [`ManualClock`], or the real time. On a single thread, the same test takes
/// the same time in every run.
#[derive(Clone, Default)]
pub struct VirtualClock(ManualClock);

/// How often the other tasks of an executor get their turn before the time advances.
const TURNS: u32 = 16;

impl VirtualClock {
    /// Creates a clock that starts at the same time as a new [`ManualClock`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the time since the clock was created.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn wall(&self) -> Timestamp {
        self.0.wall()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(VirtualSleep {
            sleep: self.0.manual_sleep(duration),
            turns: 0,
        })
    }
}

impl fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualClock")
            .field("elapsed", &self.elapsed())
            .finish_non_exhaustive()
    }
}

struct VirtualSleep {
    sleep: ManualSleep,
    turns: u32,
}

impl Future for VirtualSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Pin::new(&mut self.sleep).poll(context).is_ready() {
            return Poll::Ready(());
        }
        self.turns += 1;
        if self.turns > TURNS && self.sleep.is_next() {
            self.sleep.clock.step(Duration::MAX);
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn sleeps_of_several_threads_end_without_waiting() {
        let clock = VirtualClock::new();
        let sleep = |hours| {
            let clock = clock.clone();
            std::thread::spawn(move || {
                pollster::block_on(clock.sleep(HOUR * hours));
                clock.elapsed()
            })
        };
        for (thread, hours) in [3, 1, 2].map(|hours| (sleep(hours), hours)) {
            assert!(thread.join().expect("no panic") >= HOUR * hours);
        }
    }

    #[tokio::test]
    async fn sleeps_of_spawned_tasks_end_in_order() {
        let clock = VirtualClock::new();
        let mut tasks = tokio::task::JoinSet::new();
        for hours in [3, 1, 2] {
            let clock = clock.clone();
            tasks.spawn(async move {
                clock.sleep(HOUR * hours).await;
                (hours, clock.elapsed())
            });
        }
        for hours in 1..=3 {
            let ended = tasks.join_next().await.expect("a task").expect("no panic");
            assert_eq!(ended, (hours, HOUR * hours));
        }
    }
}
