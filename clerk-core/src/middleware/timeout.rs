use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::race::race;
use crate::clock::Clock;
use crate::operation::CallContext;
use crate::transport::{Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind};

/// Ends an attempt that takes too long. The time includes the response body.
///
/// The timeout is [`CallOptions::attempt_timeout`](crate::CallOptions::attempt_timeout) if set, or else the default given to
/// [`new`](Self::new), and never more than the time left until the call's deadline. The request of an attempt that timed out
/// may have been delivered.
#[derive(Debug)]
pub struct Timeout<T> {
    inner: T,
    default: Duration,
    clock: Arc<dyn Clock>,
}

impl<T> Timeout<T> {
    /// The default timeout: 30 seconds.
    pub const DEFAULT: Duration = Duration::from_secs(30);

    /// Limits each attempt of `inner` to `default`, unless the call sets its own timeout.
    pub fn new(inner: T, default: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { inner, default, clock }
    }

    fn time_for(&self, request: &HttpRequest) -> Duration {
        let Some(context) = CallContext::from_request(request) else {
            return self.default;
        };
        let timeout = context.attempt_timeout().unwrap_or(self.default);
        match context.deadline_at() {
            Some(deadline) => timeout.min(deadline.saturating_sub(self.clock.now())),
            None => timeout,
        }
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for Timeout<T> {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let time = self.time_for(&request);
        if time.is_zero() {
            return Err(timed_out(Delivery::NotSent));
        }
        if let Some(context) = request.extensions_mut().get_mut::<CallContext>() {
            context.set_attempt_limit(time);
        }
        race(self.inner.send(request), self.clock.sleep(time))
            .await
            .unwrap_or_else(|| Err(timed_out(Delivery::MaybeDelivered)))
    }
}

const fn timed_out(delivery: Delivery) -> TransportError {
    TransportError::new(TransportErrorKind::Timeout, delivery)
}
