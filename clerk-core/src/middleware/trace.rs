//! Spans and events for `tracing`, with the attribute names of OpenTelemetry's conventions for HTTP clients.
//!
//! A call has the span `clerk.call`, and each of its attempts the span `clerk.attempt` within. Waits are events. No field contains
//! a key, an email address, a query or a body.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{StatusCode, Uri};
use tracing::field::{Empty, display};
use tracing::{Instrument, Span, info, info_span};

use super::observe::{ObservedAttempt, ObservedWait, Observer, WaitReason};
use super::{retry_after, watch_attempt};
use crate::clock::Clock;
use crate::error::Error;
use crate::operation::{CallContext, Operation};
use crate::transport::{HttpRequest, HttpResponse, HttpTransport, TransportError, trace_id};

/// Creates the span of a call.
pub(crate) fn call_span(operation: &Operation) -> Span {
    info_span!(
        "clerk.call",
        otel.name = operation.name(),
        otel.status_code = Empty,
        http.request.method = operation.method().as_str(),
        url.template = %format_args!("/v1{}", operation.path()),
        http.response.status_code = Empty,
        error.type = Empty,
        clerk.operation = operation.name(),
        clerk.attempts = Empty,
        clerk.effect = Empty,
        clerk.trace_id = Empty,
    )
}

/// Records the end of a call in its span: the status, the trace id and the number of attempts, and the error if there is one.
pub(crate) fn record_call(
    span: &Span,
    (status, trace_id, attempts): (Option<StatusCode>, Option<&str>, u32),
    error: Option<&Error>,
) {
    span.record("clerk.attempts", attempts);
    span.record("http.response.status_code", status.map(|status| status.as_u16()));
    span.record("clerk.trace_id", trace_id);
    if let Some(error) = error {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", error.kind().as_str());
        span.record("clerk.effect", error.effect().as_str());
    }
}

/// Reports the wait of a run.
pub(crate) fn run_waits(wait: Duration) {
    let seconds = wait.as_secs_f64();
    info!(clerk.wait_seconds = seconds, "the run waits, {seconds} s");
}

/// Reports the waits of calls.
#[derive(Debug)]
pub(crate) struct TraceWaits;

impl Observer for TraceWaits {
    fn attempt_ended(&self, _: &ObservedAttempt<'_>) {}

    fn waiting(&self, wait: &ObservedWait) {
        let (reason, seconds) = (wait.reason, wait.wait.as_secs_f64());
        let text = match reason {
            WaitReason::RateLimit => "rate limited",
            WaitReason::RetryAfter => "retry after",
            WaitReason::Backoff => "backing off",
        };
        info!(
            clerk.operation = wait.operation,
            clerk.attempt = wait.number,
            clerk.wait_reason = reason.as_str(),
            clerk.wait_seconds = seconds,
            "{text}, {seconds} s"
        );
    }
}

/// Puts each attempt of `inner` into a span.
#[derive(Debug)]
pub(crate) struct TraceAttempts<T> {
    inner: T,
    clock: Arc<dyn Clock>,
}

impl<T> TraceAttempts<T> {
    pub(crate) fn new(inner: T, clock: Arc<dyn Clock>) -> Self {
        Self { inner, clock }
    }

    fn record(&self, span: &Span, result: Option<&Result<HttpResponse, TransportError>>) {
        let failure = match result {
            Some(Ok(response)) => {
                let status = response.status();
                span.record("http.response.status_code", status.as_u16());
                span.record("clerk.trace_id", trace_id(response.headers()));
                let wait = retry_after(response.headers(), &*self.clock);
                span.record("clerk.retry_after_seconds", wait.map(|wait| wait.as_secs_f64()));
                if status.is_client_error() || status.is_server_error() {
                    span.record("error.type", display(status.as_u16()));
                    span.record("otel.status_code", "ERROR");
                }
                return;
            }
            Some(Err(error)) => {
                span.record("clerk.delivery", error.delivery().as_str());
                error.kind().as_str()
            }
            None => "abandoned",
        };
        span.record("error.type", failure);
        span.record("otel.status_code", "ERROR");
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for TraceAttempts<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let span = attempt_span(&request);
        let record = |result: Option<&Result<HttpResponse, TransportError>>| self.record(&span, result);
        watch_attempt(&self.inner, request, record)
            .instrument(span.clone())
            .await
    }
}

fn attempt_span(request: &HttpRequest) -> Span {
    let context = CallContext::from_request(request);
    let (path, number) = context.map_or(("", 1), |context| (context.operation().path(), context.attempt()));
    let method = request.method().as_str();
    let span = info_span!(
        "clerk.attempt",
        otel.kind = "client",
        otel.name = %format_args!("{method} /v1{path}"),
        otel.status_code = Empty,
        http.request.method = method,
        http.request.resend_count = Empty,
        url.template = %format_args!("/v1{path}"),
        server.address = request.uri().host(),
        server.port = port(request.uri()),
        http.response.status_code = Empty,
        error.type = Empty,
        clerk.operation = context.map(|context| context.operation().name()),
        clerk.attempt = number,
        clerk.delivery = Empty,
        clerk.retry_after_seconds = Empty,
        clerk.trace_id = Empty,
    );
    if number > 1 {
        span.record("http.request.resend_count", number - 1);
    }
    span
}

fn port(uri: &Uri) -> u16 {
    let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    uri.port_u16().unwrap_or(default)
}
