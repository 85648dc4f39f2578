use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use clerk_core::HttpRequest;

use super::incoming::Incoming;
use super::transport::Mock;
use super::{Reply, RequestMatcher, Times, message};

mockall::mock! {
    Object {
        fn reply(&self, request: &HttpRequest) -> Reply;
    }
}

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
        let mut object = MockObject::new();
        object.expect_reply().returning(reply);
        let expectation = mock.add(|predecessor| Expectation {
            matcher,
            location,
            predecessor,
            object,
            count: Mutex::new(Count {
                calls: 0,
                times: Times::from(1),
            }),
        });
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
        self.mock.reopen(&self.expectation);
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
    /// The expectation that must be met before, if the order matters. Weak, because dropping a long chain would overflow the
    /// stack.
    predecessor: Weak<Expectation>,
    object: MockObject,
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

    pub(super) fn has_calls_left(&self) -> bool {
        let count = self.count();
        count.calls < count.times.most
    }

    pub(super) fn accepts(&self, incoming: &Incoming<'_>) -> bool {
        // Used-up expectations are skipped before anything is compared.
        self.has_calls_left() && self.matcher.matches(incoming) && self.blocked_by().is_none()
    }

    /// Returns an earlier expectation that is not met, if the order matters.
    pub(super) fn blocked_by(&self) -> Option<Arc<Self>> {
        let mut earlier = self.predecessor.upgrade();
        while let Some(expectation) = earlier {
            if !expectation.is_met() {
                return Some(expectation);
            }
            // It was called only after those before it.
            let was_called = expectation.count().calls > 0;
            earlier = expectation.predecessor.upgrade().filter(|_| !was_called);
        }
        None
    }

    pub(super) fn reply(&self, request: &HttpRequest) -> Reply {
        self.object.reply(request)
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
