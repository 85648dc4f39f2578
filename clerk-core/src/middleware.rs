//! What stands between the client and the wire: each wraps a transport and is one.
//!
//! The client stacks them in this order, outermost first: [`Retry`], [`RateLimit`], [`Observe`], [`Timeout`], and then the
//! transport that it was given. They learn from the request's [`CallContext`](crate::CallContext) what is called.

pub(crate) mod budget;
mod observe;
pub(crate) mod race;
mod rate_limit;
mod retry;
mod retry_after;
mod timeout;
mod watch;

pub use observe::{AttemptEnd, Observe, ObservedAttempt, Observer};
pub use rate_limit::{InvalidRateLimits, Quota, RateLimit, RateLimits};
pub use retry::{AttemptOutcome, FailedAttempt, Retry, RetryDecision, RetryPolicy};
pub(crate) use retry_after::retry_after;
pub use timeout::Timeout;
#[doc(hidden)]
pub use watch::watch_attempt;
