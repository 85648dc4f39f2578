use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use http::{Method, StatusCode};

use super::watch::watch_attempt;
use crate::clock::Clock;
use crate::operation::CallContext;
use crate::transport::{HttpRequest, HttpResponse, HttpTransport, TransportError};

/// Is told of each attempt, for logs, metrics and traces.
///
/// Called on the task that makes the attempt: be quick, and do not block.
pub trait Observer: Debug + Send + Sync + 'static {
    /// An attempt ended.
    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>);
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>) {
        (**self).attempt_ended(attempt);
    }
}

/// One attempt, as an [`Observer`] sees it. It holds no body, no address and no key.
#[derive(Debug)]
#[non_exhaustive]
pub struct ObservedAttempt<'a> {
    /// The operation, such as `CreateBulkInvitations`; empty if no client made the request.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: &'a Method,
    /// The path below `/v1` with its parameters in braces, as fit for a metric's label.
    pub path: &'static str,
    /// The size of the request's body in bytes.
    pub request_bytes: usize,
    /// How long the attempt took.
    pub elapsed: Duration,
    /// How it ended.
    pub end: AttemptEnd<'a>,
}

/// How an attempt ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum AttemptEnd<'a> {
    /// A whole response arrived.
    Response {
        /// Its status.
        status: StatusCode,
        /// The size of its body in bytes.
        bytes: usize,
    },
    /// No whole response arrived. One for which the call's deadline left no time is a timeout that was not sent.
    Failure(&'a TransportError),
    /// It was dropped with the call before it ended. An attempt that took too long is a
    /// [failure](Self::Failure) of the kind [`Timeout`](crate::TransportErrorKind::Timeout).
    Abandoned,
}

/// Tells an [`Observer`] of each attempt. It stands above [`Timeout`](super::Timeout), whose failures it would otherwise not
/// tell from attempts that the caller gave up.
#[derive(Debug)]
pub struct Observe<T> {
    inner: T,
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
}

impl<T> Observe<T> {
    /// Tells `observer` of each attempt of `inner`.
    pub fn new(inner: T, observer: Arc<dyn Observer>, clock: Arc<dyn Clock>) -> Self {
        Self { inner, observer, clock }
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for Observe<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let (operation, path) = CallContext::from_request(&request).map_or(("", ""), |context| {
            (context.operation().name(), context.operation().path())
        });
        let method = request.method().clone();
        let request_bytes = request.body().len();
        let began = self.clock.now();
        let report = |result: Option<&Result<HttpResponse, TransportError>>| {
            self.observer.attempt_ended(&ObservedAttempt {
                operation,
                method: &method,
                path,
                request_bytes,
                elapsed: self.clock.now().saturating_sub(began),
                end: match result {
                    Some(Ok(response)) => AttemptEnd::Response {
                        status: response.status(),
                        bytes: response.body().len(),
                    },
                    Some(Err(error)) => AttemptEnd::Failure(error),
                    None => AttemptEnd::Abandoned,
                },
            });
        };
        watch_attempt(&self.inner, request, report).await
    }
}
