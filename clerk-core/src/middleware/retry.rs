mod policy;
mod retryable_request;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::observe::{ObservedWait, Observer, WaitReason};
use super::retry_after;
use crate::clock::Clock;
use crate::operation::CallContext;
use crate::transport::{
    Attempts, Effect, HttpRequest, HttpResponse, HttpTransport, SendFuture, TransportError, TransportErrorKind,
};

use retryable_request::RetryableRequest;

pub use policy::{AttemptOutcome, FailedAttempt, RetryDecision, RetryPolicy};

/// Retries a request when that is safe and can help.
///
/// The [`RetryPolicy`] decides. If the wait would be longer than the call allows, the last result is returned at once.
///
/// The number of attempts is recorded as [`Attempts`] in the response's extensions or in the error. A response to the first
/// attempt has none.
#[derive(Debug)]
pub struct Retry<T> {
    inner: T,
    policy: RetryPolicy,
    clock: Arc<dyn Clock>,
    jitter: Mutex<fastrand::Rng>,
    observer: Option<Arc<dyn Observer>>,
}

impl<T> Retry<T> {
    /// Retries requests to `inner` by `policy`. The `seed` determines the jitter of the waits.
    pub fn new(inner: T, policy: RetryPolicy, clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self {
            inner,
            policy,
            clock,
            jitter: Mutex::new(fastrand::Rng::with_seed(seed)),
            observer: None,
        }
    }

    /// Reports the waits before retries to an observer.
    #[must_use]
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    fn wait_before_next(&self, attempt: &FailedAttempt, context: Option<&CallContext>) -> Option<Duration> {
        let (reason, wait) = match self.policy.decide(attempt) {
            RetryDecision::Stop => return None,
            RetryDecision::Wait(wait) => (WaitReason::RetryAfter, wait),
            RetryDecision::Backoff => {
                let mut jitter = self.jitter.lock().unwrap_or_else(PoisonError::into_inner);
                (WaitReason::Backoff, self.policy.backoff(attempt.number, jitter.f64()))
            }
        };
        if context.is_some_and(|context| !context.allows_wait(wait, self.clock.now())) {
            return None;
        }
        if let Some(observer) = &self.observer {
            observer.waiting(&ObservedWait::new(context, attempt.number + 1, reason, wait));
        }
        Some(wait)
    }

    fn outcome(&self, result: &Result<HttpResponse, TransportError>) -> AttemptOutcome {
        match result {
            Ok(response) => AttemptOutcome::Response {
                status: response.status(),
                retry_after: retry_after(response.headers(), &*self.clock),
            },
            Err(error) => AttemptOutcome::Failure {
                kind: error.kind(),
                delivery: error.delivery(),
            },
        }
    }
}

impl<T: HttpTransport> HttpTransport for Retry<T> {
    fn send<'a, 'b>(&'a self, request: HttpRequest) -> SendFuture<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let is_single = CallContext::from_request(&request).is_some_and(CallContext::is_single_attempt);
            if is_single || self.policy.max_attempts() <= 1 {
                return finish(self.inner.send(request).await, 1, Effect::NotApplied);
            }
            let retryable = RetryableRequest::new(&request);
            let mut attempt = self.inner.send(request);
            let mut number = 1;
            let mut earlier_effect = Effect::NotApplied;
            loop {
                let result = attempt.await;
                if matches!(&result, Ok(response) if response.status().is_success()) {
                    return finish(result, number, earlier_effect);
                }
                let context = retryable.context();
                let failed = FailedAttempt {
                    number,
                    is_idempotent: context.is_some_and(|context| context.operation().is_idempotent()),
                    outcome: self.outcome(&result),
                };
                let Some(wait) = self.wait_before_next(&failed, context) else {
                    return finish(result, number, earlier_effect);
                };
                earlier_effect = earlier_effect.max(failed.outcome.effect());
                drop(result);
                self.clock.sleep(wait).await;
                number += 1;
                attempt = self.inner.send(retryable.request(number));
            }
        })
    }
}

/// Records the attempt count. An attempt that the client's own rate limit blocked does not count.
fn finish(
    result: Result<HttpResponse, TransportError>,
    number: u32,
    earlier_effect: Effect,
) -> Result<HttpResponse, TransportError> {
    match result {
        Ok(mut response) => {
            if number > 1 {
                let attempts = Attempts::new(number, earlier_effect);
                response.extensions_mut().insert(attempts);
            }
            Ok(response)
        }
        Err(error) => {
            let was_blocked = error.kind() == TransportErrorKind::RateLimited;
            let count = number - u32::from(was_blocked);
            Err(error.with_attempts(Attempts::new(count, earlier_effect)))
        }
    }
}
