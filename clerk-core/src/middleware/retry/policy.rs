//! The decision whether to retry, as a pure function of the failed attempt.

use std::time::Duration;

use http::StatusCode;

use crate::transport::{Delivery, Effect, TransportErrorKind};

/// Decides when a request is retried.
///
/// - After a failure without effect (not sent, or 429), every operation is retried.
/// - After a failure that may have taken effect (5xx, 408, maybe delivered), only
///   [idempotent](crate::Operation::idempotent) operations are retried.
/// - After any other failure, nothing is retried.
///
/// The wait before a retry is the response's `Retry-After`, or else an exponential backoff with jitter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
}

impl Default for RetryPolicy {
    /// Returns the default policy: 3 attempts, with backoffs from 500 milliseconds to 8 seconds.
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
        }
    }
}

/// An attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedAttempt {
    /// The number of the attempt, starting at 1.
    pub number: u32,
    /// Whether the operation is idempotent.
    pub is_idempotent: bool,
    /// How the attempt ended.
    pub outcome: AttemptOutcome,
}

/// How a failed attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// With a response that is not a success.
    Response {
        /// The status of the response.
        status: StatusCode,
        /// The wait that the response requests.
        retry_after: Option<Duration>,
    },
    /// Without a complete response.
    Failure {
        /// Why the response did not arrive.
        kind: TransportErrorKind,
        /// Whether the request may have reached the server.
        delivery: Delivery,
    },
}

impl AttemptOutcome {
    /// Returns the effect of the attempt, as far as it is known without the response body.
    pub fn effect(self) -> Effect {
        match self {
            Self::Response { status, .. } => Effect::from_status(status, false),
            Self::Failure { delivery, .. } => delivery.into(),
        }
    }
}

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryDecision {
    /// Return the result to the caller.
    Stop,
    /// Wait this long, then retry.
    Wait(Duration),
    /// Wait for the [backoff](RetryPolicy::backoff), then retry.
    Backoff,
}

impl RetryPolicy {
    /// Creates a policy that never retries.
    pub fn never() -> Self {
        Self::default().with_max_attempts(1)
    }

    /// Sets the maximum number of attempts, including the first. 0 counts as 1.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the backoff: at most `base` after the first attempt, doubled after each further one, and never more than `max`.
    #[must_use]
    pub const fn with_backoff(mut self, base: Duration, max: Duration) -> Self {
        self.base_delay = base;
        self.max_delay = max;
        self
    }

    /// Returns the maximum number of attempts.
    pub const fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// Returns what to do after `attempt`.
    pub fn decide(&self, attempt: &FailedAttempt) -> RetryDecision {
        let may_repeat = match attempt.outcome.effect() {
            Effect::NotApplied => true,
            Effect::Unknown => attempt.is_idempotent,
            Effect::Applied => false,
        };
        if attempt.number >= self.max_attempts || !may_repeat || !may_pass(attempt.outcome) {
            return RetryDecision::Stop;
        }
        match attempt.outcome {
            AttemptOutcome::Response {
                retry_after: Some(wait),
                ..
            } => RetryDecision::Wait(wait),
            _ => RetryDecision::Backoff,
        }
    }

    /// Returns the backoff after attempt `number`, which starts at 1. `jitter`, from 0 to 1, scales its second half.
    pub fn backoff(&self, number: u32, jitter: f64) -> Duration {
        let doublings = number.saturating_sub(1).min(31);
        let full = self.base_delay.saturating_mul(1 << doublings).min(self.max_delay);
        let jitter = if jitter.is_nan() { 0.0 } else { jitter.clamp(0.0, 1.0) };
        (full / 2).saturating_add((full / 2).mul_f64(jitter))
    }
}

/// Returns whether the same request can succeed later.
fn may_pass(outcome: AttemptOutcome) -> bool {
    match outcome {
        AttemptOutcome::Response { status, .. } => {
            matches!(status.as_u16(), 408 | 429 | 500 | 502..=504)
        }
        AttemptOutcome::Failure { kind, .. } => !matches!(
            kind,
            TransportErrorKind::RateLimited | TransportErrorKind::InvalidRequest | TransportErrorKind::ResponseTooLarge
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Delivery::{MaybeDelivered, NotSent};
    use RetryDecision::{Backoff, Stop, Wait};

    fn response(status: u16, retry_after: Option<u64>) -> AttemptOutcome {
        AttemptOutcome::Response {
            status: StatusCode::from_u16(status).expect("a status"),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    fn failure(kind: TransportErrorKind, delivery: Delivery) -> AttemptOutcome {
        AttemptOutcome::Failure { kind, delivery }
    }

    #[test]
    fn retries_only_what_is_safe_and_can_succeed_later() {
        use TransportErrorKind as Kind;
        let seven = Wait(Duration::from_secs(7));
        // outcome, if idempotent, if not
        let cases = [
            (response(429, Some(7)), seven, seven),
            (response(429, None), Backoff, Backoff),
            (response(500, None), Backoff, Stop),
            (response(502, None), Backoff, Stop),
            (response(503, Some(7)), seven, Stop),
            (response(504, None), Backoff, Stop),
            (response(408, None), Backoff, Stop),
            (response(501, None), Stop, Stop),
            (response(400, None), Stop, Stop),
            (response(401, Some(7)), Stop, Stop),
            (response(404, None), Stop, Stop),
            (response(422, None), Stop, Stop),
            (response(302, None), Stop, Stop),
            (failure(Kind::Connect, NotSent), Backoff, Backoff),
            (failure(Kind::Connect, MaybeDelivered), Backoff, Stop),
            (failure(Kind::Closed, NotSent), Backoff, Backoff),
            (failure(Kind::Closed, MaybeDelivered), Backoff, Stop),
            (failure(Kind::Timeout, MaybeDelivered), Backoff, Stop),
            (failure(Kind::Other, MaybeDelivered), Backoff, Stop),
            (failure(Kind::RateLimited, NotSent), Stop, Stop),
            (failure(Kind::InvalidRequest, NotSent), Stop, Stop),
            (failure(Kind::ResponseTooLarge, MaybeDelivered), Stop, Stop),
        ];
        let policy = RetryPolicy::default();
        for (outcome, if_idempotent, otherwise) in cases {
            for (is_idempotent, expected) in [(true, if_idempotent), (false, otherwise)] {
                let attempt = |number| FailedAttempt {
                    number,
                    is_idempotent,
                    outcome,
                };
                assert_eq!(
                    policy.decide(&attempt(1)),
                    expected,
                    "idempotent: {is_idempotent}, {outcome:?}"
                );
                assert_eq!(policy.decide(&attempt(3)), Stop, "no retry after the third attempt");
            }
        }
    }

    #[test]
    fn backoff_doubles_up_to_its_limit() {
        let policy = RetryPolicy::default();
        let range = |number| {
            let millis = |jitter| policy.backoff(number, jitter).as_millis();
            (millis(0.0), millis(1.0))
        };
        let ranges = [1, 2, 3, 5, 6, u32::MAX].map(range);
        let expected = [
            (250, 500),
            (500, 1000),
            (1000, 2000),
            (4000, 8000),
            (4000, 8000),
            (4000, 8000),
        ];
        assert_eq!(ranges, expected);

        assert_eq!(policy.backoff(1, f64::NAN).as_millis(), 250);
        let endless = RetryPolicy::default().with_backoff(Duration::MAX, Duration::MAX);
        assert_eq!(endless.backoff(9, 1.0), Duration::MAX);
    }
}
