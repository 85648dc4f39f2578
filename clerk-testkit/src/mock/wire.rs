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
    pub(super) Object {
        pub(super) fn send(&self, request: HttpRequest) -> Answer;
    }
}

/// Builds the mock object, which picks the expectation and limits the number of its calls. Missing calls are left to `verify`,
/// which describes them better.
pub(super) fn mock_object(shared: &Arc<Shared>) -> MockObject {
    let mut object = MockObject::new();
    for expectation in &shared.lock_state().expectations {
        let calls_left = expectation.calls_left();
        if calls_left == 0 {
            continue;
        }
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
    object
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
