//! The mock object that `mockall` generates, and how it is built from the expectations.

use std::future::ready;
use std::pin::Pin;
use std::sync::{Arc, Weak};

use clerk_core::{Delivery, HttpRequest, HttpResponse, TransportError, TransportErrorKind};

use super::message;
use super::transport::Shared;
use crate::verify::VerifyError;

pub(super) type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send>>;

mockall::mock! {
    Object {
        fn send(&self, request: HttpRequest) -> Answer;
    }
}

/// A mock object with the expectations that had calls left when it was built.
pub(super) struct Wire {
    object: MockObject,
    expectations: usize,
    calls: usize,
}

impl Wire {
    /// The mock object picks the expectation and limits the number of its calls. Missing calls are left to `verify`, which
    /// describes them better.
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        let mut object = MockObject::new();
        let mut expectations = 0;
        for expectation in &shared.lock_state().expectations {
            let calls_left = expectation.calls_left();
            if calls_left == 0 {
                continue;
            }
            expectations += 1;
            let (matching, answering) = (Arc::clone(expectation), Arc::clone(expectation));
            let reporting = Arc::downgrade(shared);
            object
                .expect_send()
                .withf(move |request| matching.accepts(request))
                .times(0..calls_left.saturating_add(1))
                .returning(move |request| answering.answer(request, &reporting));
        }
        // The last expectation gets the requests that no other one accepts.
        let shared = Arc::downgrade(shared);
        object.expect_send().returning(move |request| refuse(&shared, &request));
        Self {
            object,
            expectations,
            calls: 0,
        }
    }

    pub(super) fn send(&mut self, request: HttpRequest) -> Answer {
        self.calls += 1;
        self.object.send(request)
    }

    /// Whether so many expectations may be used up that a new object is worth its cost.
    pub(super) const fn is_stale(&self) -> bool {
        self.calls > 16 + self.expectations / 2
    }
}

fn refuse(shared: &Weak<Shared>, request: &HttpRequest) -> Answer {
    let text = match shared.upgrade() {
        Some(shared) => {
            let mut state = shared.lock_state();
            let text = message::unexpected(request, &state.expectations);
            state.problems.push(text.clone());
            text
        }
        None => "the mock was dropped".to_owned(),
    };
    let error = TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent);
    Box::pin(ready(Err(error.with_source(VerifyError::new(text)))))
}
