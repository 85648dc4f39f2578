mod policy;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::retry_after;
use crate::clock::Clock;
use crate::error::Effect;
use crate::operation::{CallContext, Replay};
use crate::transport::{HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind};

pub use policy::{AttemptOutcome, FailedAttempt, RetryDecision, RetryPolicy};

/// Sends a request again when that is safe and of use.
///
/// The [`RetryPolicy`] decides. A wait that is longer than the call allows is not begun: the last result is returned
/// at once, and its wait with it.
///
/// What the attempts came to is left as [`Attempts`] in the response's extensions or in the error.
#[derive(Debug)]
pub struct Retry<T> {
    inner: T,
    policy: RetryPolicy,
    clock: Arc<dyn Clock>,
    jitter: Mutex<fastrand::Rng>,
}

/// What the attempts of one call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    count: u32,
    earlier_effect: Effect,
}

impl Attempts {
    /// So many attempts, of which those before the last had this effect at worst.
    pub const fn new(count: u32, earlier_effect: Effect) -> Self {
        Self { count, earlier_effect }
    }

    /// How many attempts were made.
    pub const fn count(self) -> u32 {
        self.count
    }

    /// The worst effect of the attempts before the last.
    pub const fn earlier_effect(self) -> Effect {
        self.earlier_effect
    }
}

impl<T> Retry<T> {
    /// Sends requests of `inner` again as `policy` says. The same `seed` gives the same waits.
    pub fn new(inner: T, policy: RetryPolicy, clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self {
            inner,
            policy,
            clock,
            jitter: Mutex::new(fastrand::Rng::with_seed(seed)),
        }
    }

    fn wait_before_next(&self, attempt: &FailedAttempt, context: Option<&CallContext>) -> Option<Duration> {
        let wait = match self.policy.decide(attempt) {
            RetryDecision::Stop => return None,
            RetryDecision::Wait(wait) => wait,
            RetryDecision::Backoff => {
                let mut jitter = self.jitter.lock().unwrap_or_else(PoisonError::into_inner);
                self.policy.backoff(attempt.number, jitter.f64())
            }
        };
        context
            .is_none_or(|context| context.allows_wait(wait, self.clock.now()))
            .then_some(wait)
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

#[async_trait]
impl<T: HttpTransport> HttpTransport for Retry<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let context = CallContext::of(&request).cloned();
        let is_single = context.as_ref().is_some_and(CallContext::is_single_attempt);
        if is_single || self.policy.max_attempts() <= 1 {
            return finish(self.inner.send(request).await, 1, Effect::None);
        }
        let replay = context
            .as_ref()
            .map_or(Replay::Unsafe, |context| context.operation().replay_safety());
        let mut number = 1;
        let mut earlier_effect = Effect::None;
        loop {
            let result = self.inner.send(request.clone()).await;
            if matches!(&result, Ok(response) if response.status().is_success()) {
                return finish(result, number, earlier_effect);
            }
            let attempt = FailedAttempt {
                number,
                replay,
                outcome: self.outcome(&result),
            };
            let Some(wait) = self.wait_before_next(&attempt, context.as_ref()) else {
                return finish(result, number, earlier_effect);
            };
            earlier_effect = earlier_effect.max(attempt.outcome.effect());
            drop(result);
            self.clock.sleep(wait).await;
            number += 1;
        }
    }
}

/// Leaves word of the attempts. One that the SDK's own rate limit held back was none.
fn finish(
    result: Result<HttpResponse, TransportError>,
    number: u32,
    earlier_effect: Effect,
) -> Result<HttpResponse, TransportError> {
    match result {
        Ok(mut response) => {
            let attempts = Attempts::new(number, earlier_effect);
            response.extensions_mut().insert(attempts);
            Ok(response)
        }
        Err(error) => {
            let held_back = error.kind() == TransportErrorKind::RateLimited;
            let count = number - u32::from(held_back);
            Err(error.with_attempts(Attempts::new(count, earlier_effect)))
        }
    }
}
