use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use http::{Method, StatusCode};
use serde::{Serialize, Serializer};

use super::retry_after;
use super::watch::watch_attempt;
use crate::clock::Clock;
use crate::operation::CallContext;
use crate::text::text_enum;
use crate::transport::{HttpRequest, HttpResponse, HttpTransport, TransportError, trace_id};

/// Receives a callback for each attempt and each wait, for logs, metrics and traces.
///
/// The callbacks run on the task that makes the call, so they must be quick and must not block. A closure is enough to observe
/// the ends of attempts: see [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt).
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// Called when an attempt begins. Each has a matching [`attempt_ended`](Self::attempt_ended), even if the call is dropped.
    fn attempt_began(&self, attempt: &BeganAttempt<'_>) {
        let _ = attempt;
    }

    /// Called when an attempt ends.
    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>);

    /// Called when a call begins to wait, for a rate limit or before a retry.
    fn waiting(&self, wait: &ObservedWait) {
        let _ = wait;
    }
}

impl<T: Observer + ?Sized> Observer for Arc<T> {
    fn attempt_began(&self, attempt: &BeganAttempt<'_>) {
        (**self).attempt_began(attempt);
    }

    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>) {
        (**self).attempt_ended(attempt);
    }

    fn waiting(&self, wait: &ObservedWait) {
        (**self).waiting(wait);
    }
}

/// Several observers, called in order.
#[derive(Debug)]
pub(crate) struct Observers(Vec<Arc<dyn Observer>>);

impl Observers {
    /// Returns one observer for all of these, or `None` if there are none.
    pub(crate) fn combine(mut observers: Vec<Arc<dyn Observer>>) -> Option<Arc<dyn Observer>> {
        match observers.len() {
            0 | 1 => observers.pop(),
            _ => Some(Arc::new(Self(observers))),
        }
    }
}

impl Observer for Observers {
    fn attempt_began(&self, attempt: &BeganAttempt<'_>) {
        self.0.iter().for_each(|observer| observer.attempt_began(attempt));
    }

    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>) {
        self.0.iter().for_each(|observer| observer.attempt_ended(attempt));
    }

    fn waiting(&self, wait: &ObservedWait) {
        self.0.iter().for_each(|observer| observer.waiting(wait));
    }
}

/// A closure that observes the ends of attempts.
pub(crate) struct FnObserver<F>(pub(crate) F);

impl<F: Fn(&ObservedAttempt<'_>) + Send + Sync + 'static> Observer for FnObserver<F> {
    fn attempt_ended(&self, attempt: &ObservedAttempt<'_>) {
        (self.0)(attempt);
    }
}

impl<F> fmt::Debug for FnObserver<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnObserver")
    }
}

/// An attempt that begins, as an [`Observer`] sees it. It contains no body, no email address and no key.
#[derive(Debug, Clone, Copy, Serialize)]
#[non_exhaustive]
pub struct BeganAttempt<'a> {
    /// The name of the operation, such as `CreateBulkInvitations`. Empty if the request does not come from a client.
    pub operation: &'static str,
    /// The HTTP method.
    #[serde(serialize_with = "as_text")]
    pub method: &'a Method,
    /// The path below `/v1` with its parameters in braces, suitable as a metric label.
    pub path: &'static str,
    /// The number of the attempt within its call, from 1.
    pub number: u32,
    /// The size of the request body in bytes.
    pub request_bytes: usize,
}

/// An attempt that ended, as an [`Observer`] sees it. It contains no body, no email address and no key.
///
/// `Display` writes one line for a log. Serde writes an object whose `end` is the name of the end's variant.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct ObservedAttempt<'a> {
    /// The name of the operation, such as `CreateBulkInvitations`. Empty if the request does not come from a client.
    pub operation: &'static str,
    /// The HTTP method.
    #[serde(serialize_with = "as_text")]
    pub method: &'a Method,
    /// The path below `/v1` with its parameters in braces, suitable as a metric label.
    pub path: &'static str,
    /// The number of the attempt within its call, from 1.
    pub number: u32,
    /// The size of the request body in bytes.
    pub request_bytes: usize,
    /// The duration of the attempt.
    #[serde(rename = "elapsed_seconds", serialize_with = "as_seconds")]
    pub elapsed: Duration,
    /// How the attempt ended.
    #[serde(flatten)]
    pub end: AttemptEnd<'a>,
}

impl<'a> ObservedAttempt<'a> {
    /// Creates the first attempt of a call, for tests of observers.
    pub const fn new(operation: &'static str, method: &'a Method, path: &'static str, end: AttemptEnd<'a>) -> Self {
        Self {
            operation,
            method,
            path,
            number: 1,
            request_bytes: 0,
            elapsed: Duration::ZERO,
            end,
        }
    }
}

impl fmt::Display for ObservedAttempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, method, path) = (self.operation, self.method, self.path);
        write!(f, "{operation} {method} {path}, attempt {}: ", self.number)?;
        match &self.end {
            AttemptEnd::Response { status, .. } => write!(f, "status {}", status.as_u16())?,
            AttemptEnd::Failure(error) => write!(f, "{error}")?,
            AttemptEnd::Abandoned => f.write_str("abandoned")?,
        }
        write!(f, " after {} s", self.elapsed.as_secs_f64())?;
        if let AttemptEnd::Response {
            retry_after, trace_id, ..
        } = &self.end
        {
            if let Some(wait) = retry_after {
                write!(f, ", retry after {} s", wait.as_secs_f64())?;
            }
            if let Some(trace_id) = trace_id {
                write!(f, " (trace id {trace_id})")?;
            }
        }
        Ok(())
    }
}

/// How an attempt ended.
#[derive(Debug, Serialize)]
#[serde(tag = "end", rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttemptEnd<'a> {
    /// A response arrived in full.
    Response {
        /// The status of the response.
        #[serde(serialize_with = "as_number")]
        status: StatusCode,
        /// The size of the response body in bytes.
        bytes: usize,
        /// The id by which Clerk's support can find the request.
        trace_id: Option<&'a str>,
        /// How long the response asks to wait, by `Retry-After`.
        #[serde(rename = "retry_after_seconds", serialize_with = "as_seconds_if_any")]
        retry_after: Option<Duration>,
    },
    /// The response did not arrive in full. If the call's deadline left no time for the attempt, this is a timeout that was
    /// not sent.
    Failure(&'a TransportError),
    /// The call was dropped before the attempt ended. An attempt that timed out is a [failure](Self::Failure) of the kind
    /// [`Timeout`](crate::TransportErrorKind::Timeout) instead.
    Abandoned,
}

/// A wait of a call, as an [`Observer`] sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ObservedWait {
    /// The name of the operation. Empty if the request does not come from a client.
    pub operation: &'static str,
    /// The number of the attempt that follows the wait.
    pub number: u32,
    /// Why the call waits.
    pub reason: WaitReason,
    /// How long the call waits.
    #[serde(rename = "wait_seconds", serialize_with = "as_seconds")]
    pub wait: Duration,
}

impl ObservedWait {
    pub(super) fn new(context: Option<&CallContext>, number: u32, reason: WaitReason, wait: Duration) -> Self {
        Self {
            operation: context.map_or("", |context| context.operation().name()),
            number,
            reason,
            wait,
        }
    }
}

impl fmt::Display for ObservedWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, seconds, number) = (self.operation, self.wait.as_secs_f64(), self.number);
        write!(
            f,
            "{operation} waits {seconds} s before attempt {number} ({})",
            self.reason
        )
    }
}

text_enum! {
    /// Why a call waits.
    #[non_exhaustive]
    pub enum WaitReason {
        /// The client's own rate limit, or an earlier 429 of the endpoint.
        RateLimit = "rate_limit",
        /// The response to the last attempt asks for it.
        RetryAfter = "retry_after",
        /// The last attempt failed.
        Backoff = "backoff",
    }
}

fn as_text<S: Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

fn as_number<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

fn as_seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

fn as_seconds_if_any<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration.map(|duration| duration.as_secs_f64()).serialize(serializer)
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

    fn end<'r>(&self, result: Option<&'r Result<HttpResponse, TransportError>>) -> AttemptEnd<'r> {
        match result {
            Some(Ok(response)) => AttemptEnd::Response {
                status: response.status(),
                bytes: response.body().len(),
                trace_id: trace_id(response.headers()),
                retry_after: retry_after(response.headers(), &*self.clock),
            },
            Some(Err(error)) => AttemptEnd::Failure(error),
            None => AttemptEnd::Abandoned,
        }
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for Observe<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let (operation, path, number) = CallContext::from_request(&request).map_or(("", "", 1), |context| {
            let operation = context.operation();
            (operation.name(), operation.path(), context.attempt())
        });
        let method = request.method().clone();
        let request_bytes = request.body().len();
        let began = self.clock.now();
        self.observer.attempt_began(&BeganAttempt {
            operation,
            method: &method,
            path,
            number,
            request_bytes,
        });
        let report = |result: Option<&Result<HttpResponse, TransportError>>| {
            self.observer.attempt_ended(&ObservedAttempt {
                operation,
                method: &method,
                path,
                number,
                request_bytes,
                elapsed: self.clock.now().saturating_sub(began),
                end: self.end(result),
            });
        };
        watch_attempt(&self.inner, request, report).await
    }
}
