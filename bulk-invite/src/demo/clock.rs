//! A clock that skips waits.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use clerk_core::model::Timestamp;
use clerk_core::{Clock, HttpRequest, HttpResponse, HttpTransport, Sleep, SystemClock, TransportError, async_trait};

/// A [`Clock`] that jumps to the end of the earliest sleep whenever no request is in flight.
///
/// While a request is in flight, time is real, so that timeouts keep their length. Clones share their time.
#[derive(Clone)]
pub(crate) struct DemoClock {
    real: Arc<SystemClock>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    skipped: Duration,
    in_flight: usize,
    next_serial: u64,
    /// The pending sleeps by their end; the serial number tells equal ends apart.
    sleeps: BTreeSet<(Duration, u64)>,
    /// The wakers of the pending sleeps.
    wakers: Vec<Waker>,
}

impl DemoClock {
    pub(crate) fn new() -> Self {
        Self {
            real: Arc::new(SystemClock::new()),
            state: Arc::default(),
        }
    }

    /// Returns the real time since the clock was created.
    pub(crate) fn real_elapsed(&self) -> Duration {
        self.real.now()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, then wakes all pending sleeps so that they check it.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let wakers = {
            let mut state = self.state();
            change(&mut state);
            std::mem::take(&mut state.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Duration {
        self.real.now() + self.state().skipped
    }

    fn wall(&self) -> Timestamp {
        self.real.wall().saturating_add(self.state().skipped)
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let until = self.now().saturating_add(duration);
        let mut state = self.state();
        let serial = state.next_serial;
        state.next_serial += 1;
        Box::pin(DemoSleep {
            clock: self.clone(),
            key: (until, serial),
            has_yielded: false,
            real: self.real.sleep(duration),
        })
    }
}

impl fmt::Debug for DemoClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemoClock").finish_non_exhaustive()
    }
}

struct DemoSleep {
    clock: DemoClock,
    key: (Duration, u64),
    /// Whether other ready tasks have had a turn, in which they may have sent a request.
    has_yielded: bool,
    real: Sleep,
}

impl Future for DemoSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let now = self.clock.now();
        let until = self.key.0;
        if now >= until || self.real.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        let clock = self.clock.clone();
        let mut state = clock.state();
        state.sleeps.insert(self.key);
        let is_next = state.sleeps.first() == Some(&self.key);
        if state.in_flight > 0 || !is_next {
            self.has_yielded = false;
            state.wakers.push(context.waker().clone());
            return Poll::Pending;
        }
        drop(state);
        if !self.has_yielded {
            self.has_yielded = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        clock.change(|state| state.skipped += until - now);
        Poll::Ready(())
    }
}

impl Drop for DemoSleep {
    fn drop(&mut self) {
        let key = self.key;
        self.clock.change(|state| {
            state.sleeps.remove(&key);
        });
    }
}

/// A transport that reports its requests in flight to the clock.
#[derive(Debug)]
pub(crate) struct TrackInFlight<T> {
    inner: T,
    clock: DemoClock,
}

impl<T> TrackInFlight<T> {
    pub(crate) const fn new(inner: T, clock: DemoClock) -> Self {
        Self { inner, clock }
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for TrackInFlight<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let _in_flight = InFlight::begin(&self.clock);
        self.inner.send(request).await
    }
}

/// Counts a request as in flight until dropped.
struct InFlight<'a>(&'a DemoClock);

impl<'a> InFlight<'a> {
    fn begin(clock: &'a DemoClock) -> Self {
        clock.state().in_flight += 1;
        Self(clock)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.in_flight -= 1);
    }
}

#[cfg(test)]
mod tests {
    use clerk_core::{CallOptions, Client, ErrorKind, SecretKey, transport_fn};

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(work)
    }

    #[test]
    fn skips_a_sleep_when_no_request_is_in_flight() {
        let clock = DemoClock::new();
        block_on(clock.sleep(HOUR));
        assert!(clock.now() >= HOUR);
        assert!(clock.real_elapsed() < HOUR / 60);
    }

    #[test]
    fn the_shortest_of_several_sleeps_ends_first() {
        let clock = DemoClock::new();
        block_on(async {
            tokio::select! {
                biased;
                () = clock.sleep(HOUR * 2) => panic!("the longer sleep ended first"),
                () = clock.sleep(HOUR) => {}
            }
        });
        assert!(clock.now() < HOUR * 2);
    }

    #[test]
    fn keeps_real_time_while_a_request_is_in_flight() {
        let clock = DemoClock::new();
        let slow = clock.clone();
        // The response takes real time.
        let server = transport_fn(move |_request| {
            let delay = slow.real.sleep(Duration::from_millis(30));
            async move {
                delay.await;
                Ok(HttpResponse::new("[]".into()))
            }
        });
        let key = SecretKey::new("sk_test_demo").expect("a key");
        let client = Client::builder(key, TrackInFlight::new(server, clock.clone())).clock(clock.clone());
        let client = client.build().expect("a client");
        let list = Default::default();
        block_on(client.invitations().list(&list)).expect("a response within 30 seconds");
        assert!(clock.now() < Duration::from_secs(30), "the timeout was skipped");

        let hasty = CallOptions::new().no_retry().attempt_timeout(Duration::from_millis(5));
        let error = block_on(client.with_options(hasty).invitations().list(&list)).expect_err("too slow");
        assert_eq!(error.kind(), ErrorKind::Timeout);
        block_on(clock.sleep(HOUR));
        assert!(clock.now() >= HOUR, "a dropped request is no longer in flight");
    }
}
