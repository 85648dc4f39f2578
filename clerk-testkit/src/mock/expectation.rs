use std::fmt;
use std::future::pending;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use clerk_core::HttpRequest;

use super::transport::{Mock, Shared};
use super::wire::Answer;
use super::{Reply, RequestMatcher, Times, message};

/// An expectation without a reply. [`respond`](Self::respond) or [`respond_with`](Self::respond_with) completes it.
#[derive(Debug)]
#[must_use = "the mock expects a request only after `respond` or `respond_with`"]
pub struct PendingExpectation<'a> {
    mock: &'a Mock,
    matcher: RequestMatcher,
    location: &'static Location<'static>,
    is_complete: bool,
}

/// An expectation of a [`Mock`], by default of exactly one call.
#[derive(Debug, Clone)]
pub struct ExpectationHandle<'a> {
    mock: &'a Mock,
    expectation: Arc<Expectation>,
}

impl<'a> PendingExpectation<'a> {
    pub(super) const fn new(mock: &'a Mock, matcher: RequestMatcher, location: &'static Location<'static>) -> Self {
        Self {
            mock,
            matcher,
            location,
            is_complete: false,
        }
    }

    /// Replies to each matching request with `reply`.
    pub fn respond(self, reply: Reply) -> ExpectationHandle<'a> {
        let problem = reply.problem().map(ToOwned::to_owned);
        let handle = self.respond_with(move |_| reply.clone());
        if let Some(problem) = problem {
            let text = message::invalid_reply(&handle.expectation, &problem);
            handle.mock.add_problem(text);
        }
        handle
    }

    /// Replies to each matching request with the result of `reply`.
    pub fn respond_with(
        mut self,
        reply: impl Fn(&HttpRequest) -> Reply + Send + Sync + 'static,
    ) -> ExpectationHandle<'a> {
        self.is_complete = true;
        let (mock, location, matcher) = (self.mock, self.location, self.matcher.clone());
        if let Some(problem) = matcher.problem() {
            mock.add_problem(message::invalid_expectation(&matcher.name(), location, &problem));
        }
        let expectation = mock.add(|predecessor| Expectation {
            matcher,
            location,
            predecessor,
            reply: Arc::new(reply),
            count: Mutex::new(Count {
                calls: 0,
                times: Times::from(1),
            }),
        });
        mock.rebuild_wire();
        ExpectationHandle { mock, expectation }
    }
}

impl Drop for PendingExpectation<'_> {
    fn drop(&mut self) {
        if !self.is_complete {
            let reason = "it has no reply. Complete it with `respond` or `respond_with`";
            let text = message::invalid_expectation(&self.matcher.name(), self.location, reason);
            self.mock.add_problem(text);
        }
    }
}

impl ExpectationHandle<'_> {
    /// Sets the number of calls instead of one: `2`, `1..`, `..=3`, or `..` for any number.
    pub fn times(self, times: impl Into<Times>) -> Self {
        self.expectation.count().times = times.into();
        self.mock.rebuild_wire();
        self
    }

    /// Returns the number of matching requests so far.
    pub fn calls(&self) -> usize {
        self.expectation.count().calls
    }
}

/// A matcher with its reply, and the number of calls so far.
pub(super) struct Expectation {
    pub(super) matcher: RequestMatcher,
    pub(super) location: &'static Location<'static>,
    /// The expectation that must be met before, if the order matters.
    predecessor: Option<Arc<Expectation>>,
    reply: Arc<dyn Fn(&HttpRequest) -> Reply + Send + Sync>,
    count: Mutex<Count>,
}

#[derive(Clone, Copy)]
pub(super) struct Count {
    pub(super) calls: usize,
    pub(super) times: Times,
}

impl Expectation {
    pub(super) fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_met(&self) -> bool {
        let count = self.count();
        count.calls >= count.times.least
    }

    pub(super) fn calls_left(&self) -> usize {
        let count = self.count();
        count.times.most.saturating_sub(count.calls)
    }

    pub(super) fn accepts(&self, request: &HttpRequest) -> bool {
        // Used-up expectations are skipped before anything is compared.
        self.calls_left() > 0 && self.matcher.matches(request) && self.blocked_by().is_none()
    }

    /// Returns the first earlier expectation that is not met, if the order matters.
    pub(super) fn blocked_by(&self) -> Option<&Self> {
        let predecessor = self.predecessor.as_deref()?;
        predecessor
            .blocked_by()
            .or((!predecessor.is_met()).then_some(predecessor))
    }

    pub(super) fn answer(self: &Arc<Self>, request: HttpRequest, shared: &Weak<Shared>) -> Answer {
        self.count().calls += 1;
        let (expectation, shared) = (Arc::clone(self), Weak::clone(shared));
        Box::pin(async move {
            let reply = (expectation.reply)(&request);
            if let (Some(problem), Some(shared)) = (reply.problem(), shared.upgrade()) {
                let text = message::invalid_reply(&expectation, problem);
                let problems = &mut shared.lock_state().problems;
                if !problems.contains(&text) {
                    problems.push(text);
                }
            }
            match reply.into_result() {
                Some(result) => result,
                None => pending().await,
            }
        })
    }
}

impl fmt::Debug for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count();
        f.debug_struct("Expectation")
            .field("matcher", &self.matcher)
            .field("calls", &count.calls)
            .field("times", &count.times)
            .finish_non_exhaustive()
    }
}
