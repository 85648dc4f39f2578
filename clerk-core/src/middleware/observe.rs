use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use http::{Method, StatusCode};

use super::watch::watch_attempt;
use crate::clock::Clock;
use crate::operation::CallContext;
use crate::transport::{HttpRequest, HttpResponse, HttpTransport, TransportError};

/// Receives a callback for each attempt, for logs, metrics and traces.
///
/// The callback runs on the task that makes the attempt, so it must be quick and must not block.
pub trait Observer: Debug + Send + Sync + 'static {
    /// Called when an attempt ends.
    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>);
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>) {
        (**self).attempt_ended(attempt);
    }
}

/// An attempt, as an [`Observer`] sees it. It contains no body, no email address and no key.
#[derive(Debug)]
#[non_exhaustive]
pub struct ObservedAttempt<'a> {
    /// The name of the operation, such as `CreateBulkInvitations`. Empty if the request does not come from a client.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: &'a Method,
    /// The path below `/v1` with its parameters in braces, suitable as a metric label.
    pub path: &'static str,
    /// The size of the request body in bytes.
    pub request_bytes: usize,
    /// The duration of the attempt.
    pub elapsed: Duration,
    /// How the attempt ended.
    pub end: AttemptEnd<'a>,
}

/// How an attempt ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum AttemptEnd<'a> {
    /// A response arrived in full.
    Response {
        /// The status of the response.
        status: StatusCode,
        /// The size of the response body in bytes.
        bytes: usize,
    },
    /// The response did not arrive in full. If the call's deadline left no time for the attempt, this is a timeout that was
    /// not sent.
    Failure(&'a TransportError),
    /// The call was dropped before the attempt ended. An attempt that timed out is a [failure](Self::Failure) of the kind
    /// [`Timeout`](crate::TransportErrorKind::Timeout) instead.
    Abandoned,
}

/// Reports each attempt to an [`Observer`].
///
/// It belongs above [`Timeout`](super::Timeout): below it, an attempt that timed out would look like one that the caller
/// dropped.
#[derive(Debug)]
pub struct Observe<T> {
    inner: T,
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
}

impl<T> Observe<T> {
    /// Reports the attempts of `inner` to `observer`.
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
