//! The state of a process: whether it is stopped, cut from the store, or to hand over.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use clerk_core::{HttpRequest, HttpResponse, HttpTransport, TransportError, async_trait};
use clerk_testkit::ManualClock;
use fastrand::Rng;
use http::Method;

use super::plan::What;
use crate::log::Log;
use crate::wire::Wire;

/// The process of one machine. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Process {
    state: Arc<Mutex<State>>,
    clock: ManualClock,
    log: Log,
}

#[derive(Debug)]
struct State {
    number: usize,
    random: Rng,
    stopped_until: Duration,
    cut_until: Duration,
    hands_over: bool,
    stops_left: u32,
    longest_stop: Duration,
}

impl Process {
    pub(super) fn new(
        number: usize,
        stops: u32,
        longest_stop: Duration,
        random: Rng,
        clock: &ManualClock,
        log: &Log,
    ) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                number,
                random,
                stopped_until: Duration::ZERO,
                cut_until: Duration::ZERO,
                hands_over: false,
                stops_left: stops,
                longest_stop,
            })),
            clock: clock.clone(),
            log: log.clone(),
        }
    }

    /// Lets something happen to the process, except that it dies.
    pub(super) fn meet(&self, what: What) {
        let now = self.clock.elapsed();
        let mut state = self.state();
        self.log.line(|| format!("machine {}: {what:?}", state.number));
        match what {
            What::Stop(pause) => state.stopped_until = state.stopped_until.max(now + pause),
            What::Cut(pause) => state.cut_until = now + pause,
            What::HandOver => state.hands_over = true,
            What::Kill(_) => state.stopped_until = Duration::ZERO,
        }
    }

    pub(super) fn stopped_until(&self) -> Duration {
        self.state().stopped_until
    }

    pub(super) fn is_cut(&self) -> bool {
        self.state().cut_until > self.clock.elapsed()
    }

    /// Whether it is to hand over. Returns true once for each request.
    pub(super) fn hands_over(&self) -> bool {
        std::mem::take(&mut self.state().hands_over)
    }

    /// Returns a random duration up to this one.
    pub(super) fn up_to(&self, longest: Duration) -> Duration {
        longest.mul_f64(self.state().random.f64())
    }

    /// May stop the process here. It goes on later.
    pub(super) async fn failpoint(&self) {
        let now = self.clock.elapsed();
        {
            let mut state = self.state();
            if state.stops_left == 0 || state.random.bool() {
                return;
            }
            state.stops_left -= 1;
            let pause = state.longest_stop.mul_f64(state.random.f64() / 2.0);
            state.stopped_until = now + pause;
            self.log
                .line(|| format!("machine {} stops for {pause:?} at a failpoint", state.number));
        }
        // The process is not polled again before.
        let mut is_first = true;
        poll_fn(|context| {
            if std::mem::take(&mut is_first) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The transport of a process, which may be stopped right before a call that invites people.
#[derive(Debug, Clone)]
pub(super) struct StoppedWire {
    pub(super) wire: Wire,
    pub(super) process: Process,
}

#[async_trait]
impl HttpTransport for StoppedWire {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        if request.method() == Method::POST {
            self.process.failpoint().await;
        }
        self.wire.send(request).await
    }
}
