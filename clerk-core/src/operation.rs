//! What an operation is, as data that travels with each request.

use std::fmt;
use std::time::Duration;

use http::Method;

use crate::transport::HttpRequest;

/// One operation of Clerk's Backend API: its name, method, path and how it may be sent.
///
/// Middlewares read it from the request's extensions (see [`CallContext`]) and so need no knowledge of paths.
///
/// ```
/// use clerk_core::Operation;
///
/// static BAN_USER: Operation = Operation::post("BanUser", "/users/{user_id}/ban").idempotent();
/// assert_eq!(BAN_USER.name(), "BanUser");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    name: &'static str,
    method: Method,
    path: &'static str,
    is_idempotent: bool,
    rate_limit: Option<RateLimitKey>,
}

/// The name of a budget of calls. Operations with the same key share the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RateLimitKey(&'static str);

impl RateLimitKey {
    /// A budget of this name.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name of the budget.
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
    /// A `GET`, idempotent. `path` starts with a slash, has no `/v1`, and names its parameters in braces.
    pub const fn get(name: &'static str, path: &'static str) -> Self {
        Self::with_method(name, Method::GET, path, true)
    }

    /// A `POST`, not idempotent unless [marked so](Self::idempotent).
    pub const fn post(name: &'static str, path: &'static str) -> Self {
        Self::with_method(name, Method::POST, path, false)
    }

    /// A `PUT`, idempotent.
    pub const fn put(name: &'static str, path: &'static str) -> Self {
        Self::with_method(name, Method::PUT, path, true)
    }

    /// A `PATCH`, not idempotent unless [marked so](Self::idempotent).
    pub const fn patch(name: &'static str, path: &'static str) -> Self {
        Self::with_method(name, Method::PATCH, path, false)
    }

    /// A `DELETE`, idempotent.
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

    /// Marks the operation as idempotent (RFC 9110, 9.2.2): sending the same request twice has the effect of sending it
    /// once, so it may be sent again after any failure.
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.is_idempotent = true;
        self
    }

    /// The same operation on a budget that it shares with others. Its own name is the default.
    #[must_use]
    pub const fn rate_limit(mut self, key: RateLimitKey) -> Self {
        self.rate_limit = Some(key);
        self
    }

    /// The name in Clerk's API description (its `operationId`), such as `CreateBulkInvitations`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The HTTP method.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The path below `/v1`, with its parameters in braces.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Whether it may be sent again after a failure that leaves open what happened.
    pub const fn is_idempotent(&self) -> bool {
        self.is_idempotent
    }

    /// The budget of calls that it draws on.
    pub const fn rate_limit_key(&self) -> RateLimitKey {
        match self.rate_limit {
            Some(key) => key,
            None => RateLimitKey(self.name),
        }
    }
}

/// How one call is to be made: what [`Client::with_options`](crate::Client::with_options) takes.
///
/// ```
/// use std::time::Duration;
/// use clerk_core::CallOptions;
///
/// let patient = CallOptions::new().max_wait(Duration::from_secs(3600)).deadline(Duration::from_secs(7200));
/// let once = CallOptions::new().no_retry().attempt_timeout(Duration::from_secs(5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallOptions {
    attempt_timeout: Option<Duration>,
    deadline: Option<Duration>,
    max_wait: Option<Duration>,
    no_retry: bool,
}

impl CallOptions {
    /// The longest single wait unless said otherwise: 30 seconds.
    pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(30);

    /// The client's defaults.
    pub const fn new() -> Self {
        Self {
            attempt_timeout: None,
            deadline: None,
            max_wait: None,
            no_retry: false,
        }
    }

    /// Gives each attempt this long, response body included. The client's default is 30 seconds.
    #[must_use]
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Gives the whole call this long: all attempts and the waits between them. There is none by default.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Waits at most this long at a time, for a rate limit or before another attempt. A longer wait is not begun:
    /// the call ends at once with an error whose `retry_after` names it. The default is
    /// [30 seconds](Self::DEFAULT_MAX_WAIT).
    #[must_use]
    pub const fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = Some(wait);
        self
    }

    /// Makes one attempt only.
    #[must_use]
    pub const fn no_retry(mut self) -> Self {
        self.no_retry = true;
        self
    }

    /// These options where they say something, `defaults` where they do not.
    pub(crate) fn or(self, defaults: Self) -> Self {
        Self {
            attempt_timeout: self.attempt_timeout.or(defaults.attempt_timeout),
            deadline: self.deadline.or(defaults.deadline),
            max_wait: self.max_wait.or(defaults.max_wait),
            no_retry: self.no_retry || defaults.no_retry,
        }
    }
}

/// What travels with a request through the middlewares, in its extensions.
///
/// A middleware of your own reads it with [`CallContext::from_request`]. A request without one is treated as not idempotent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallContext {
    operation: Operation,
    options: CallOptions,
    deadline_at: Option<Duration>,
}

impl CallContext {
    /// The context of a call that begins at `now`, a time of the client's [`Clock`](crate::Clock).
    pub fn new(operation: Operation, options: CallOptions, now: Duration) -> Self {
        Self {
            operation,
            options,
            deadline_at: options.deadline.map(|deadline| now.saturating_add(deadline)),
        }
    }

    /// The context of `request`, if a client made it.
    pub fn from_request(request: &HttpRequest) -> Option<&Self> {
        request.extensions().get()
    }

    /// The operation that is called.
    pub const fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Whether only one attempt may be made.
    pub const fn is_single_attempt(&self) -> bool {
        self.options.no_retry
    }

    /// The time for one attempt, where the call has one of its own.
    pub const fn attempt_timeout(&self) -> Option<Duration> {
        self.options.attempt_timeout
    }

    /// The longest single wait that the caller allows.
    pub fn max_wait(&self) -> Duration {
        self.options.max_wait.unwrap_or(CallOptions::DEFAULT_MAX_WAIT)
    }

    /// When the whole call must have ended, as a time of the client's clock.
    pub const fn deadline_at(&self) -> Option<Duration> {
        self.deadline_at
    }

    /// Whether the caller allows a wait of this length, begun at `now`.
    pub fn allows_wait(&self, wait: Duration, now: Duration) -> bool {
        wait <= self.max_wait()
            && self
                .deadline_at
                .is_none_or(|deadline| now.saturating_add(wait) < deadline)
    }
}
