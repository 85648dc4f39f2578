//! Operations as data, and the options and context of a call.

use std::fmt;
use std::time::Duration;

use http::Method;
use serde::de::DeserializeOwned;

use crate::error::{self, DecodeError};
use crate::transport::HttpRequest;

/// An operation of Clerk's Backend API: its name, method, path, idempotency and rate limit.
///
/// Middlewares read it from the request's extensions (see [`CallContext`]), so they do not need to parse paths.
///
/// ```
/// use clerk_core::Operation;
///
/// static DELETE_IMAGE: Operation = Operation::delete("DeleteUserProfileImage", "/users/{user_id}/profile_image");
/// assert_eq!(DELETE_IMAGE.name(), "DeleteUserProfileImage");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    name: &'static str,
    method: Method,
    path: &'static str,
    is_idempotent: bool,
    rate_limit: Option<RateLimitKey>,
}

/// The key of a rate limit. Operations with the same key share the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RateLimitKey(&'static str);

impl RateLimitKey {
    /// Creates a key with this name.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Returns the name of the key.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RateLimitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Operation {
    /// Creates a `GET` operation, which is idempotent.
    ///
    /// `path` starts with a slash, does not include `/v1`, and has its parameters in braces.
    pub const fn get(name: &'static str, path: &'static str) -> Self {
        Self::with_method(name, Method::GET, path, true)
    }

    /// Creates a `POST` operation, which is not idempotent unless [marked so](Self::idempotent).
    pub const fn post(name: &'static str, path: &'static str) -> Self {
        Self::with_method(name, Method::POST, path, false)
    }

    /// Creates a `PUT` operation, which is idempotent.
    pub const fn put(name: &'static str, path: &'static str) -> Self {
        Self::with_method(name, Method::PUT, path, true)
    }

    /// Creates a `PATCH` operation, which is not idempotent unless [marked so](Self::idempotent).
    pub const fn patch(name: &'static str, path: &'static str) -> Self {
        Self::with_method(name, Method::PATCH, path, false)
    }

    /// Creates a `DELETE` operation, which is idempotent.
    pub const fn delete(name: &'static str, path: &'static str) -> Self {
        Self::with_method(name, Method::DELETE, path, true)
    }

    const fn with_method(name: &'static str, method: Method, path: &'static str, is_idempotent: bool) -> Self {
        Self {
            name,
            method,
            path,
            is_idempotent,
            rate_limit: None,
        }
    }

    /// Marks the operation as idempotent (RFC 9110, 9.2.2): sending the same request twice has the same effect as sending it
    /// once, so that it can be retried after any failure.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.is_idempotent = true;
        self
    }

    /// Counts the operation against the rate limit with this key. The default is a limit of its own, with its name as key.
    #[must_use]
    pub const fn rate_limit(mut self, key: RateLimitKey) -> Self {
        self.rate_limit = Some(key);
        self
    }

    /// Returns the name in Clerk's API description (the `operationId`), such as `CreateBulkInvitations`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the HTTP method.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the path below `/v1`, with its parameters in braces.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Returns whether the operation can be retried after a failure whose effect is unknown.
    pub const fn is_idempotent(&self) -> bool {
        self.is_idempotent
    }

    /// Returns the key of the rate limit that the operation counts against.
    pub const fn rate_limit_key(&self) -> RateLimitKey {
        match self.rate_limit {
            Some(key) => key,
            None => RateLimitKey(self.name),
        }
    }
}

/// Options of a call: timeouts, waits and retries. See [`Client::with_options`](crate::Client::with_options).
///
/// ```
/// use std::time::Duration;
/// use clerk_core::CallOptions;
///
/// let patient = CallOptions::new().max_wait(Duration::from_secs(3600)).deadline(Duration::from_secs(7200));
/// let once = CallOptions::new().no_retry().attempt_timeout(Duration::from_secs(5));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct CallOptions {
    attempt_timeout: Option<Duration>,
    deadline: Option<Duration>,
    max_wait: Option<Duration>,
    no_retry: bool,
    holds_shared_place: bool,
}

impl CallOptions {
    /// The default of the longest single wait: 30 seconds.
    pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(30);

    /// Creates options without any value set, so that the client's defaults apply.
    pub const fn new() -> Self {
        Self {
            attempt_timeout: None,
            deadline: None,
            max_wait: None,
            no_retry: false,
            holds_shared_place: false,
        }
    }

    /// Sets the timeout of each attempt, response body included. The client's default is 30 seconds.
    #[must_use]
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the time limit of the whole call: all attempts and the waits between them. There is none by default.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the longest single wait, for a rate limit or before a retry. If a wait would be longer, the call fails at once
    /// instead, with the wait as the error's `retry_after`. The default is [30 seconds](Self::DEFAULT_MAX_WAIT).
    #[must_use]
    pub const fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = Some(wait);
        self
    }

    /// Disables retries.
    #[must_use]
    pub const fn no_retry(mut self) -> Self {
        self.no_retry = true;
        self
    }

    pub(crate) fn attempt_timeout_or(self, default: Duration) -> Duration {
        self.attempt_timeout.unwrap_or(default)
    }

    /// Notes that the caller has taken the call's place in the shared budget, and gives it back.
    pub(crate) const fn holding_shared_place(mut self) -> Self {
        self.holds_shared_place = true;
        self
    }

    /// Falls back to `defaults` for unset options.
    pub(crate) fn or(self, defaults: Self) -> Self {
        Self {
            attempt_timeout: self.attempt_timeout.or(defaults.attempt_timeout),
            deadline: self.deadline.or(defaults.deadline),
            max_wait: self.max_wait.or(defaults.max_wait),
            no_retry: self.no_retry || defaults.no_retry,
            holds_shared_place: self.holds_shared_place || defaults.holds_shared_place,
        }
    }
}

/// Shows the options that are set.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let durations = [
            ("attempt_timeout", self.attempt_timeout),
            ("deadline", self.deadline),
            ("max_wait", self.max_wait),
        ];
        let mut options = f.debug_struct("CallOptions");
        for (name, duration) in durations {
            if let Some(duration) = duration {
                options.field(name, &duration);
            }
        }
        if self.no_retry {
            options.field("no_retry", &true);
        }
        options.finish()
    }
}

/// The operation and the options of a call, which the client puts into the extensions of each request.
///
/// Your own middlewares read it with [`CallContext::from_request`]. A request without a context is treated as not idempotent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallContext {
    operation: Operation,
    options: CallOptions,
    deadline_at: Option<Duration>,
    attempt_limit: Option<Duration>,
    attempt: u32,
    response_check: ResponseCheck,
}

/// Decodes a body into the call's output, and drops it.
#[derive(Debug, Clone, Copy)]
struct ResponseCheck(fn(&[u8]) -> Result<(), DecodeError>);

impl PartialEq for ResponseCheck {
    /// Functions have no identity. The operation decides.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for ResponseCheck {}

impl CallContext {
    /// Creates the context of a call that starts now. `now` reads the client's [`Clock`](crate::Clock), and is called only if
    /// the options have a deadline.
    pub fn new(operation: Operation, options: CallOptions, now: impl FnOnce() -> Duration) -> Self {
        Self {
            operation,
            options,
            deadline_at: options.deadline.map(|deadline| now().saturating_add(deadline)),
            attempt_limit: None,
            attempt: 1,
            response_check: ResponseCheck(|_| Ok(())),
        }
    }

    /// Sets the type that the response decodes to.
    pub(crate) const fn decoding<T: DeserializeOwned>(mut self) -> Self {
        self.response_check = ResponseCheck(|body| error::decode::<T>(body).map(drop));
        self
    }

    /// Sets the number of the attempt.
    pub(crate) const fn with_attempt(mut self, number: u32) -> Self {
        self.attempt = number;
        self
    }

    /// Returns the context of `request`, if it has one.
    pub fn from_request(request: &HttpRequest) -> Option<&Self> {
        request.extensions().get()
    }

    /// Returns the operation.
    pub const fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Returns the number of the attempt, from 1. [`Retry`](crate::middleware::Retry) counts it.
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Checks whether a successful response with this body decodes to the call's output. Test doubles check their replies
    /// with it.
    ///
    /// # Errors
    ///
    /// The [`DecodeError`] that the call would fail with.
    pub fn check_response(&self, body: &[u8]) -> Result<(), DecodeError> {
        (self.response_check.0)(body)
    }

    /// Returns whether retries are disabled.
    pub const fn is_single_attempt(&self) -> bool {
        self.options.no_retry
    }

    /// Whether the caller has taken the call's place in the shared budget.
    pub(crate) const fn holds_shared_place(&self) -> bool {
        self.options.holds_shared_place
    }

    /// Returns the timeout of each attempt, if the call sets one.
    pub const fn attempt_timeout(&self) -> Option<Duration> {
        self.options.attempt_timeout
    }

    /// Returns how long the attempt may take, set by [`Timeout`](crate::middleware::Timeout) for the transport below it. A
    /// transport that ends an attempt a little earlier while it still connects can say that nothing was sent.
    pub const fn attempt_limit(&self) -> Option<Duration> {
        self.attempt_limit
    }

    pub(crate) const fn set_attempt_limit(&mut self, limit: Duration) {
        self.attempt_limit = Some(limit);
    }

    /// Returns the longest single wait that the call allows.
    pub fn max_wait(&self) -> Duration {
        self.options.max_wait.unwrap_or(CallOptions::DEFAULT_MAX_WAIT)
    }

    /// Returns the deadline of the whole call, as a time of the client's clock.
    pub const fn deadline_at(&self) -> Option<Duration> {
        self.deadline_at
    }

    /// Returns whether the call allows a wait of this length that starts at `now`.
    pub fn allows_wait(&self, wait: Duration, now: Duration) -> bool {
        wait <= self.max_wait()
            && self
                .deadline_at
                .is_none_or(|deadline| now.saturating_add(wait) < deadline)
    }
}
