use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use clerk_core::{HttpRequest, HttpResponse, HttpTransport, TransportError};

use super::expectation::{Expectation, PendingExpectation};
use super::matcher::RequestMatcher;
use super::message;
use super::wire::{MockObject, mock_object};
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

/// If both are locked, the wire is locked before the state.
#[derive(Default)]
pub(super) struct Shared {
    /// Built for the first request after a change of the expectations.
    wire: Mutex<Option<MockObject>>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) expectations: Vec<Arc<Expectation>>,
    /// A message for each request that was refused, and for each expectation and reply that is not possible.
    pub(super) problems: Vec<String>,
    in_order: bool,
    is_verified: bool,
}

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
        self.shared.lock_wire().take();
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

    pub(super) fn add(&self, expectation: impl FnOnce(Option<Arc<Expectation>>) -> Expectation) -> Arc<Expectation> {
        let mut state = self.state();
        let predecessor = state.expectations.last().filter(|_| state.in_order).cloned();
        let expectation = Arc::new(expectation(predecessor));
        state.expectations.push(Arc::clone(&expectation));
        state.is_verified = false;
        expectation
    }

    /// Makes the next request see new and changed expectations.
    pub(super) fn rebuild_wire(&self) {
        self.shared.lock_wire().take();
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
    fn lock_wire(&self) -> MutexGuard<'_, Option<MockObject>> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lock_state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn check(&self) -> Result<(), VerifyError> {
        let unmet = self.expectations.iter().filter(|expectation| !expectation.is_met());
        let problems: Vec<String> = self
            .problems
            .iter()
            .cloned()
            .chain(unmet.map(|e| message::unmet(e)))
            .collect();
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
        let answer = {
            let mut wire = self.shared.lock_wire();
            self.state().is_verified = false;
            wire.get_or_insert_with(|| mock_object(&self.shared)).send(request)
        };
        answer.await
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
