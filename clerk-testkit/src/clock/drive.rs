use std::error::Error as StdError;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::ManualClock;

impl ManualClock {
    /// Runs `future` to its end on this thread, without a runtime. Whenever it waits only for this clock, the time advances
    /// to the end of the next sleep at once.
    ///
    /// All work must happen inside `future`: join concurrent futures into one. Other threads and sockets are not waited for,
    /// because a clock that advances in the meantime would make timeouts fire at random.
    ///
    /// # Errors
    ///
    /// [`Stalled`] if the future waits for something else than this clock.
    pub fn drive<F: Future>(&self, future: F) -> Result<F::Output, Stalled> {
        let mut future = pin!(future);
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return Ok(output);
            }
            if !woken.take() && !self.step(Duration::MAX) {
                return Err(Stalled { after: self.elapsed() });
            }
        }
    }
}

/// Whether the future was woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Woken {
    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Acquire)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

/// The error of [`ManualClock::drive`] for a future that would wait endlessly: nothing woke it, and nothing sleeps on the clock.
///
/// Typical causes are a client that was built without `.clock(clock.clone())`, a spawned task or another thread, a socket, and a
/// call that hangs without a timeout.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Stalled {
    after: Duration,
}

impl Stalled {
    /// Returns the time on the clock at which the future stalled.
    pub const fn after(&self) -> Duration {
        self.after
    }
}

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the future stalled after {:?} on the clock: nothing woke it, and nothing sleeps on the clock. Give the \
             client this clock with `.clock(clock.clone())`, and set a timeout for calls that hang. If the code spawns \
             tasks or threads, use a `VirtualClock` instead, without `drive`; if it needs sockets, use the real time",
            self.after
        )
    }
}

clerk_core::debug_as_display!(Stalled);

impl StdError for Stalled {}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::{pending, poll_fn};

    use clerk_core::Clock;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// Waits for both.
    async fn both(a: impl Future<Output = ()>, b: impl Future<Output = ()>) {
        let (mut a, mut b) = (pin!(a), pin!(b));
        let mut ended = [false, false];
        poll_fn(|context| {
            ended[0] = ended[0] || a.as_mut().poll(context).is_ready();
            ended[1] = ended[1] || b.as_mut().poll(context).is_ready();
            if ended == [true, true] {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    #[test]
    fn sleeps_end_in_order_and_on_time() {
        let clock = ManualClock::new();
        let seen = RefCell::new(Vec::new());
        let sleep = async |minutes: u32| {
            clock.sleep(MINUTE * minutes).await;
            seen.borrow_mut().push((minutes, clock.elapsed()));
        };
        let slow = async {
            sleep(3).await;
            sleep(4).await;
        };
        let quick = async {
            sleep(1).await;
            sleep(5).await;
        };
        clock.drive(both(slow, quick)).expect("everything sleeps here");
        let at = |minutes: u32| MINUTE * minutes;
        assert_eq!(*seen.borrow(), [(1, at(1)), (3, at(3)), (5, at(6)), (4, at(7))]);
    }

    #[test]
    fn time_does_not_advance_while_the_future_is_busy() {
        let clock = ManualClock::new();
        let mut polls = 0;
        let busy = poll_fn(|context| {
            polls += 1;
            if polls == 1000 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        });
        let mut slept = clock.sleep(MINUTE);
        let work = async {
            let sleep_first = poll_fn(|context| {
                assert!(slept.as_mut().poll(context).is_pending());
                Poll::Ready(())
            });
            sleep_first.await;
            busy.await;
        };
        assert_eq!(clock.drive(work), Ok(()));
        assert_eq!(clock.elapsed(), Duration::ZERO);
    }

    #[test]
    fn dropped_sleeps_do_not_advance_time() {
        let clock = ManualClock::new();
        let work = async {
            let mut given_up = clock.sleep(MINUTE * 60);
            let polled = poll_fn(|context| Poll::Ready(given_up.as_mut().poll(context)));
            assert!(polled.await.is_pending());
            drop(given_up);
            clock.sleep(MINUTE).await;
            pending::<()>().await;
        };
        assert_eq!(clock.drive(work), Err(Stalled { after: MINUTE }));
    }

    #[test]
    fn stalled_names_the_usual_causes() {
        let stalled = ManualClock::new().drive(pending::<()>()).expect_err("a stall");
        assert_eq!(
            stalled.to_string(),
            "the future stalled after 0ns on the clock: nothing woke it, and nothing sleeps on the clock. Give the \
             client this clock with `.clock(clock.clone())`, and set a timeout for calls that hang. If the code spawns \
             tasks or threads, use a `VirtualClock` instead, without `drive`; if it needs sockets, use the real time"
        );
    }

    #[test]
    fn a_month_of_one_minute_sleeps_is_fast() {
        let clock = ManualClock::new();
        let minutes = 30 * 24 * 60;
        let month = async {
            for _ in 0..minutes {
                clock.sleep(MINUTE).await;
            }
        };
        assert_eq!(clock.drive(month), Ok(()));
        assert_eq!(clock.elapsed(), MINUTE * minutes);
    }
}
