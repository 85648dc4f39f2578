//! A transport that is told which requests to expect and what to answer.
//!
//! This is the whole test of a sign-up service that invites a team:
//!
//! ```
//! use clerk_core::api::invitations::CreateInvitation;
//! use clerk_core::{Client, SecretKey};
//! use clerk_testkit::Mock;
//! use clerk_testkit::mock::{Reply, post};
//! use serde_json::json;
//!
//! // What you have written and want to test.
//! async fn invite_team(clerk: &Client, addresses: &[&str]) -> clerk_core::Result<usize> {
//!     let link = "https://app.example.com/welcome";
//!     let people: Vec<_> = addresses.iter().map(|a| CreateInvitation::new(*a).redirect_url(link)).collect();
//!     Ok(clerk.invitations().create_bulk(&people).await?.len())
//! }
//!
//! // Its test.
//! let mock = Mock::new();
//! mock.expect(post("/v1/invitations/bulk").json(json!([
//!     { "email_address": "ada@example.com", "redirect_url": "https://app.example.com/welcome" },
//!     { "email_address": "bob@example.com", "redirect_url": "https://app.example.com/welcome" },
//! ])))
//! .respond(Reply::invitations([("inv_1", "ada@example.com"), ("inv_2", "bob@example.com")]))
//! .times(1);
//!
//! let clerk = Client::builder(SecretKey::new("sk_test_abc")?, mock.clone()).build()?;
//! let invited = pollster::block_on(invite_team(&clerk, &["ada@example.com", "bob@example.com"]))?;
//! assert_eq!(invited, 2);
//! mock.verify()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Had the service left out the redirect URL of its people, the test would end with
//!
//! ```text
//! the mock was not used as expected:
//!  1. POST /v1/invitations/bulk was not expected. The nearest expectation, at tests/invite.rs:20:6, differs in
//!      body $[0].redirect_url: expected "https://app.example.com/welcome", got nothing
//!      body $[1].redirect_url: expected "https://app.example.com/welcome", got nothing
//!  2. POST /v1/invitations/bulk, expected once at tests/invite.rs:20:6, was never called
//! ```

mod expectation;
mod matcher;
mod message;
mod reply;
mod times;

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_trait::async_trait;
use clerk_core::{Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind};

use crate::verify::{VerifyError, panic_unless_panicking};
use expectation::Expectation;
pub use expectation::{ExpectationHandle, PendingExpectation};
pub use matcher::{RequestMatcher, delete, get, patch, post, put, request};
pub use reply::Reply;
pub use times::Times;

/// What a call on the mock ends in.
type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send>>;

mockall::mock! {
    Wire {
        fn send(&self, request: HttpRequest) -> Answer;
    }
}

/// Answers the requests that it was told to expect, and no other.
///
/// Clones are handles to the same mock: give one to the client and keep one.
///
/// A request is answered by the first expectation that fits and has calls left, in the order in which they were made.
/// One that nothing fits is refused with an error that names the nearest expectation and what differs; it is not retried.
/// [`verify`](Self::verify) reports such requests and expectations that were not met. Dropping the last handle
/// does so by a panic, unless the thread is panicking already or `verify` has been called since the last request.
///
/// The messages show addresses, and never the value of `Authorization`.
#[derive(Clone, Default)]
pub struct Mock {
    shared: Arc<Shared>,
}

/// Locked in this order: the wire, then the state.
#[derive(Default)]
struct Shared {
    /// The mock object, made of the expectations when the first request after a change of them comes.
    wire: Mutex<Option<MockWire>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    expectations: Vec<Arc<Expectation>>,
    /// One message for each request that was refused.
    unexpected: Vec<String>,
    in_order: bool,
    is_verified: bool,
}

impl Mock {
    /// A mock that expects nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts an expectation; [`respond`](PendingExpectation::respond) completes it.
    #[track_caller]
    pub fn expect(&self, matcher: RequestMatcher) -> PendingExpectation<'_> {
        PendingExpectation::new(self, matcher, Location::caller())
    }

    /// From here on, each expectation is answered only after those made before it are met.
    pub fn in_order(&self) {
        self.state().in_order = true;
    }

    /// Verifies what was expected so far and starts anew without expectations.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub fn checkpoint(&self) -> Result<(), VerifyError> {
        let result = self.verify();
        self.shared.lock_wire().take();
        *self.state() = State::default();
        result
    }

    /// Whether every request was expected and every expectation met.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] lists every request and expectation that was not.
    pub fn verify(&self) -> Result<(), VerifyError> {
        let mut state = self.state();
        state.is_verified = true;
        state.check()
    }

    fn add(&self, expectation: impl FnOnce(Option<Arc<Expectation>>) -> Expectation) -> Arc<Expectation> {
        let mut state = self.state();
        let predecessor = state.expectations.last().filter(|_| state.in_order).cloned();
        let expectation = Arc::new(expectation(predecessor));
        state.expectations.push(Arc::clone(&expectation));
        state.is_verified = false;
        expectation
    }

    /// Lets the next request see that an expectation is new or has changed.
    fn forget_wire(&self) {
        self.shared.lock_wire().take();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock_state()
    }
}

impl Shared {
    fn lock_wire(&self) -> MutexGuard<'_, Option<MockWire>> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the mock object. It picks the expectation and keeps the number of calls from being exceeded; that calls
    /// are missing is left to [`State::check`], which says so in more words.
    fn make_wire(self: &Arc<Self>) -> MockWire {
        let mut wire = MockWire::new();
        for expectation in &self.lock_state().expectations {
            let calls_left = expectation.calls_left();
            if calls_left == 0 {
                continue;
            }
            let (matching, answering) = (Arc::clone(expectation), Arc::clone(expectation));
            wire.expect_send()
                .withf(move |request| matching.accepts(request))
                .times(0..calls_left.saturating_add(1))
                .returning(move |request| answering.answer(request));
        }
        // The last to be asked takes what nothing else takes.
        let shared = Arc::downgrade(self);
        wire.expect_send().returning(move |request| refuse(&shared, &request));
        wire
    }
}

fn refuse(shared: &Weak<Shared>, request: &HttpRequest) -> Answer {
    let text = match shared.upgrade() {
        Some(shared) => {
            let mut state = shared.lock_state();
            let text = message::unexpected(request, &state.expectations);
            state.unexpected.push(text.clone());
            text
        }
        None => "the mock is gone".to_owned(),
    };
    let error = TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent);
    Box::pin(std::future::ready(Err(error.with_source(VerifyError::new(text)))))
}

impl State {
    fn check(&self) -> Result<(), VerifyError> {
        let unmet = self.expectations.iter().filter(|expectation| !expectation.is_met());
        let problems: Vec<String> = self
            .unexpected
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
            wire.get_or_insert_with(|| self.shared.make_wire()).send(request)
        };
        answer.await
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Mock")
            .field("expectations", &state.expectations.len())
            .field("unexpected", &state.unexpected.len())
            .finish_non_exhaustive()
    }
}
