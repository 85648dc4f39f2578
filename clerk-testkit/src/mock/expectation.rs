use std::fmt;
use std::future::pending;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clerk_core::HttpRequest;

use super::{Answer, Mock, Reply, RequestMatcher, Times};

/// An expectation that has no answer yet: [`respond`](Self::respond) or [`respond_with`](Self::respond_with) makes it
/// one.
#[derive(Debug)]
#[must_use = "nothing is expected until it is said how to respond"]
pub struct PendingExpectation<'a> {
    mock: &'a Mock,
    matcher: RequestMatcher,
    location: &'static Location<'static>,
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
        }
    }

    /// Answers each such request with `reply`.
    pub fn respond(self, reply: Reply) -> ExpectationHandle<'a> {
        self.respond_with(move |_| reply.clone())
    }

    /// Answers each such request with what `reply` makes of it.
    pub fn respond_with(self, reply: impl Fn(&HttpRequest) -> Reply + Send + Sync + 'static) -> ExpectationHandle<'a> {
        let expectation = self.mock.add(|predecessor| Expectation {
            matcher: self.matcher,
            location: self.location,
            predecessor,
            reply: Arc::new(reply),
            count: Mutex::new(Count {
                calls: 0,
                times: Times::from(1),
            }),
        });
        self.mock.forget_wire();
        ExpectationHandle {
            mock: self.mock,
            expectation,
        }
    }
}

impl ExpectationHandle<'_> {
    /// Says how often such a request is to come instead of once: `2`, `1..`, `..=3`, `..` for any number.
    pub fn times(self, times: impl Into<Times>) -> Self {
        self.expectation.count().times = times.into();
        self.mock.forget_wire();
        self
    }

    /// How often such a request has come.
    pub fn calls(&self) -> usize {
        self.expectation.count().calls
    }
}

/// What is expected, and how often it has come.
pub(super) struct Expectation {
    pub(super) matcher: RequestMatcher,
    pub(super) location: &'static Location<'static>,
    /// What has to be met before, when the order matters.
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
        self.blocked_by().is_none() && self.matcher.differences(request).is_empty()
    }

    /// The first of those before it that is not met, when the order matters.
    pub(super) fn blocked_by(&self) -> Option<&Self> {
        let predecessor = self.predecessor.as_deref()?;
        predecessor
            .blocked_by()
            .or((!predecessor.is_met()).then_some(predecessor))
    }

    pub(super) fn answer(&self, request: HttpRequest) -> Answer {
        self.count().calls += 1;
        let reply = Arc::clone(&self.reply);
        Box::pin(async move {
            match reply(&request).into_result() {
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
