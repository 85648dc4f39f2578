use std::fmt;
use std::future::pending;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_trait::async_trait;
use clerk_core::{Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind};

use super::expectation::{Expectation, PendingExpectation};
use super::incoming::Incoming;
use super::matcher::RequestMatcher;
use super::message;
use crate::verify::{VerifyError, panic_unless_panicking};

/// Replies to expected requests, and refuses all others.
///
/// Clones are handles to the same mock: give one to the client and keep one.
///
/// A request is answered by the first expectation that matches and has calls left, in the order in which the expectations
/// were added. A request that matches none fails with an error that names the nearest expectation and the differences. It is
/// not retried. [`verify`](Self::verify) reports such requests, expectations that were not met, and expectations and
/// replies that are not possible. Dropping the last handle also does, with a panic, unless the thread is panicking already
/// or `verify` has been called since the last request.
///
/// Messages show email addresses, but never the value of `Authorization`.
#[derive(Clone, Default)]
pub struct Mock {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    expectations: Vec<Arc<Expectation>>,
    /// The expectations with calls left. Used-up ones are removed when they are met.
    open: Vec<Arc<Expectation>>,
    /// A message for each request that was refused, and for each expectation and reply that is not possible.
    problems: Vec<String>,
    /// Return further problems.
    checks: Vec<Check>,
    in_order: bool,
    is_verified: bool,
}

/// Returns problems that are not about a single expectation.
pub(super) type Check = Box<dyn Fn() -> Vec<String> + Send + Sync>;

/// The number of problems beyond which an unexpected request is not compared with the expectations.
const MOST_DESCRIBED: usize = 10;

impl Mock {
    /// Creates a mock without expectations.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts an expectation, which [`respond`](PendingExpectation::respond) completes.
    #[track_caller]
    pub fn expect(&self, matcher: RequestMatcher) -> PendingExpectation<'_> {
        PendingExpectation::new(self, matcher, Location::caller())
    }

    /// Requires expectations that are added from now on to be met in their order.
    pub fn in_order(&self) {
        self.state().in_order = true;
    }

    /// Verifies the mock, and removes all expectations.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify).
    pub fn checkpoint(&self) -> Result<(), VerifyError> {
        let result = self.verify();
        *self.state() = State::default();
        result
    }

    /// Checks that every request was expected, and that every expectation was met.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] lists the exceptions.
    pub fn verify(&self) -> Result<(), VerifyError> {
        let mut state = self.state();
        state.is_verified = true;
        state.check()
    }

    pub(super) fn add(&self, expectation: impl FnOnce(Weak<Expectation>) -> Expectation) -> Arc<Expectation> {
        let mut state = self.state();
        let predecessor = state.expectations.last().filter(|_| state.in_order);
        let predecessor = predecessor.map(Arc::downgrade).unwrap_or_default();
        let expectation = Arc::new(expectation(predecessor));
        state.expectations.push(Arc::clone(&expectation));
        state.open.push(Arc::clone(&expectation));
        state.is_verified = false;
        expectation
    }

    /// Makes requests see an expectation again whose number of calls was changed.
    pub(super) fn reopen(&self, expectation: &Arc<Expectation>) {
        let mut state = self.state();
        // Nearly always it is the one that was just added.
        if !state.open.last().is_some_and(|last| Arc::ptr_eq(last, expectation)) {
            let open = state
                .expectations
                .iter()
                .filter(|expectation| expectation.has_calls_left());
            state.open = open.cloned().collect();
        }
    }

    pub(super) fn add_check(&self, check: Check) {
        let mut state = self.state();
        state.checks.push(check);
        state.is_verified = false;
    }

    pub(super) fn add_problem(&self, problem: String) {
        let mut state = self.state();
        state.problems.push(problem);
        state.is_verified = false;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock_state()
    }
}

impl Shared {
    fn lock_state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Picks the expectation that replies, and counts the call. If there is none, returns the description of the request.
    fn pick(&mut self, incoming: &Incoming<'_>) -> Result<Arc<Expectation>, String> {
        self.is_verified = false;
        let Some(at) = self.open.iter().position(|expectation| expectation.accepts(incoming)) else {
            let text = if self.problems.len() < MOST_DESCRIBED {
                message::unexpected(incoming, &self.expectations)
            } else {
                format!("{} was not expected. It is one of many such requests", incoming.name())
            };
            self.problems.push(text.clone());
            return Err(text);
        };
        let expectation = Arc::clone(&self.open[at]);
        expectation.count().calls += 1;
        if !expectation.has_calls_left() {
            self.open.remove(at);
        }
        Ok(expectation)
    }

    fn check(&self) -> Result<(), VerifyError> {
        let unmet = self.expectations.iter().filter(|expectation| !expectation.is_met());
        let mut problems = self.problems.clone();
        problems.extend(unmet.map(|expectation| message::unmet(expectation)));
        problems.extend(self.checks.iter().flat_map(|check| check()));
        VerifyError::from_problems("the mock was not used as expected", &problems)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let state = self.lock_state();
        let result = if state.is_verified { Ok(()) } else { state.check() };
        drop(state);
        panic_unless_panicking(result);
    }
}

#[async_trait]
impl HttpTransport for Mock {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let picked = self.state().pick(&Incoming::new(&request));
        let expectation = picked.map_err(|text| {
            let error = TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent);
            error.with_source(VerifyError::new(text))
        })?;
        let reply = expectation.reply(&request);
        let problem = match reply.problem() {
            Some(problem) => Some(message::invalid_reply(&expectation, problem)),
            None => reply
                .undecodable(&request)
                .map(|(operation, reason)| message::undecodable_reply(&expectation, operation, &reason)),
        };
        if let Some(text) = problem {
            let problems = &mut self.state().problems;
            if !problems.contains(&text) {
                problems.push(text);
            }
        }
        match reply.into_result() {
            Some(result) => result,
            None => pending().await,
        }
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Mock")
            .field("expectations", &state.expectations.len())
            .field("problems", &state.problems.len())
            .finish_non_exhaustive()
    }
}
