//! Middlewares: transports that wrap another transport and add retries, rate limits, observation or timeouts.
//!
//! The client stacks them in this order, outermost first: [`Retry`], [`RateLimit`], [`Observe`], [`Timeout`], and then the
//! transport that it was given. Each reads the operation and the call's options from the request's
//! [`CallContext`](crate::CallContext).

pub(crate) mod budget;
mod observe;
pub(crate) mod race;
mod rate_limit;
mod retry;
mod retry_after;
mod shared_budget;
mod timeout;
#[cfg(feature = "tracing")]
pub(crate) mod trace;
mod watch;

pub use observe::{AttemptEnd, BeganAttempt, Observe, ObservedAttempt, ObservedWait, Observer, WaitReason};
pub(crate) use observe::{FnObserver, Observers};
#[doc(hidden)]
pub use race::race;
pub use rate_limit::{InvalidRateLimits, Quota, RateLimit, RateLimits};
pub use retry::{AttemptOutcome, FailedAttempt, Retry, RetryDecision, RetryPolicy};
pub(crate) use retry_after::retry_after;
pub use shared_budget::{Acquired, SharedBudget, SharedBudgetError, SharedPlace};
pub use timeout::Timeout;
#[doc(hidden)]
pub use watch::watch_attempt;
