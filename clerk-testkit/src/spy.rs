//! A transport that keeps the requests that pass through it.

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use clerk_core::middleware::watch_attempt;
use clerk_core::model::Timestamp;
use clerk_core::{
    CallContext, Clock, Delivery, HttpRequest, HttpResponse, HttpTransport, SystemClock, TransportError,
    TransportErrorKind,
};
use serde::de::DeserializeOwned;

/// Keeps every request that passes through it, and the outcome.
///
/// Clones are handles to the same spy: give one to the client and keep one. It sits below the client's retries, so it sees
/// each attempt of a call.
///
/// ```
/// use clerk_core::api::invitations::CreateInvitation;
/// use clerk_core::{Client, HttpResponse, SecretKey, transport_fn};
/// use clerk_testkit::SpyTransport;
///
/// let spy = SpyTransport::new(transport_fn(async |_request| Ok(HttpResponse::new("[]".into()))));
/// let clerk = Client::builder(SecretKey::new("sk_test_abc")?, spy.clone()).build()?;
/// let people = [CreateInvitation::new("ada@example.com"), CreateInvitation::new("bob@example.com")];
/// pollster::block_on(clerk.invitations().create_bulk(&people))?;
///
/// let calls = spy.calls();
/// assert_eq!(calls.len(), 1);
/// assert_eq!(calls[0].operation(), "CreateBulkInvitations");
/// assert_eq!(calls[0].json::<serde_json::Value>()?[1]["email_address"], "bob@example.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SpyTransport<T> {
    inner: Arc<T>,
    clock: Arc<dyn Clock>,
    log: CallLog,
}

/// A request that a [`SpyTransport`] saw.
///
/// `Debug` shows neither the body nor the key.
#[derive(Clone)]
pub struct SpyCall {
    request: HttpRequest,
    outcome: SpyOutcome,
    elapsed: Duration,
    began_at: Timestamp,
}

/// The outcome of a request.
///
/// `Debug` shows the status of a response, and not its body.
#[derive(Clone)]
#[non_exhaustive]
pub enum SpyOutcome {
    /// The request has not ended yet.
    InFlight,
    /// The response arrived in full.
    Response(HttpResponse),
    /// The response did not arrive in full.
    #[non_exhaustive]
    Failure {
        /// The kind of the error.
        kind: TransportErrorKind,
        /// Whether the request can have reached the server.
        delivery: Delivery,
        /// The delay that the error asks for.
        retry_after: Option<Duration>,
        /// The messages of the error's sources, outermost first.
        message: Option<String>,
    },
    /// The request was dropped before it ended, by a timeout or with the call.
    Abandoned,
}

/// The calls that a spy has seen, in the order in which they were sent.
#[derive(Clone, Default)]
pub(crate) struct CallLog(Arc<Mutex<LogState>>);

#[derive(Default)]
struct LogState {
    calls: Vec<SpyCall>,
    changes: u64,
}

impl<T> SpyTransport<T> {
    /// Watches the requests that pass through `inner`.
    pub fn new(inner: T) -> Self {
        Self::with_clock(inner, Arc::new(SystemClock::new()))
    }

    pub(crate) fn with_clock(inner: T, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner: Arc::new(inner),
            clock,
            log: CallLog::default(),
        }
    }

    /// Returns the inner transport.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// Returns the requests so far, in the order in which they were sent.
    pub fn calls(&self) -> Vec<SpyCall> {
        self.log.calls()
    }

    pub(crate) fn log(&self) -> CallLog {
        self.log.clone()
    }
}

impl SpyCall {
    /// Returns the request with its extensions. Its `Authorization` header holds the key.
    pub const fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// Returns the outcome of the request.
    pub const fn outcome(&self) -> &SpyOutcome {
        &self.outcome
    }

    /// Returns the duration of the request, or zero while it is in flight.
    pub(crate) const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns the wall time at which the request was sent.
    pub(crate) const fn began_at(&self) -> Timestamp {
        self.began_at
    }

    /// Returns the name of the operation, or an empty string if the request was not made by a client.
    pub fn operation(&self) -> &'static str {
        CallContext::from_request(&self.request).map_or("", |context| context.operation().name())
    }

    /// Parses the request's body as JSON.
    ///
    /// # Errors
    ///
    /// Those of [`serde_json::from_slice`].
    pub fn json<V: DeserializeOwned>(&self) -> serde_json::Result<V> {
        serde_json::from_slice(self.request.body())
    }
}

impl CallLog {
    pub(crate) fn calls(&self) -> Vec<SpyCall> {
        self.lock().calls.clone()
    }

    /// Returns how many requests and outcomes were added.
    pub(crate) fn changes(&self) -> u64 {
        self.lock().changes
    }

    fn begin(&self, request: &HttpRequest, began_at: Timestamp) -> usize {
        let mut state = self.lock();
        state.changes += 1;
        state.calls.push(SpyCall {
            request: request.clone(),
            outcome: SpyOutcome::InFlight,
            elapsed: Duration::ZERO,
            began_at,
        });
        state.calls.len() - 1
    }

    fn end(&self, index: usize, outcome: SpyOutcome, elapsed: Duration) {
        let mut state = self.lock();
        state.changes += 1;
        let call = &mut state.calls[index];
        (call.outcome, call.elapsed) = (outcome, elapsed);
    }

    fn lock(&self) -> MutexGuard<'_, LogState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpyOutcome {
    fn new(result: Option<&Result<HttpResponse, TransportError>>) -> Self {
        match result {
            Some(Ok(response)) => Self::Response(response.clone()),
            Some(Err(error)) => {
                let sources = std::iter::successors(error.source(), |&error| error.source());
                let messages: Vec<String> = sources.map(ToString::to_string).collect();
                Self::Failure {
                    kind: error.kind(),
                    delivery: error.delivery(),
                    retry_after: error.retry_after(),
                    message: (!messages.is_empty()).then(|| messages.join(": ")),
                }
            }
            None => Self::Abandoned,
        }
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for SpyTransport<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let index = self.log.begin(&request, self.clock.wall());
        let began = self.clock.now();
        let end = |result: Option<&Result<HttpResponse, TransportError>>| {
            let elapsed = self.clock.now().saturating_sub(began);
            self.log.end(index, SpyOutcome::new(result), elapsed);
        };
        watch_attempt(&*self.inner, request, end).await
    }
}

impl<T> Clone for SpyTransport<T> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            clock: Arc::clone(&self.clock),
            log: self.log.clone(),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for SpyTransport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpyTransport")
            .field("inner", &self.inner)
            .field("calls", &self.log.lock().calls.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SpyCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpyCall")
            .field("method", self.request.method())
            .field("path", &self.request.uri().path())
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SpyOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InFlight => f.write_str("InFlight"),
            Self::Response(response) => f.debug_tuple("Response").field(&response.status()).finish(),
            Self::Failure { kind, delivery, .. } => f
                .debug_struct("Failure")
                .field("kind", kind)
                .field("delivery", delivery)
                .finish_non_exhaustive(),
            Self::Abandoned => f.write_str("Abandoned"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use clerk_core::{CallOptions, Client, SecretKey, transport_fn};

    use super::*;
    use crate::ManualClock;

    fn client(spy: &SpyTransport<impl HttpTransport>, clock: &ManualClock) -> Client {
        let key = SecretKey::new("sk_test_abc").expect("a key");
        let builder = Client::builder(key, spy.clone()).clock(clock.clone());
        builder.build().expect("a client")
    }

    #[test]
    fn records_every_attempt_with_its_outcome() {
        let clock = ManualClock::new();
        let refused =
            transport_fn(async |_request| Err(TransportError::new(TransportErrorKind::Connect, Delivery::NotSent)));
        let spy = SpyTransport::new(refused);
        let list = clerk_core::api::invitations::ListInvitations::new();
        let result = clock
            .drive(client(&spy, &clock).invitations().list(&list))
            .expect("does not stall");
        assert_eq!(result.expect_err("refused").attempts(), 3);
        let calls = spy.calls();
        assert_eq!(calls.len(), 3);
        for call in &calls {
            assert_eq!(call.operation(), "ListInvitations");
            let (kind, delivery) = (TransportErrorKind::Connect, Delivery::NotSent);
            assert!(
                matches!(call.outcome(), SpyOutcome::Failure { kind: k, delivery: d, .. } if (*k, *d) == (kind, delivery))
            );
        }
        assert!(!format!("{calls:?}").contains("sk_test"));
    }

    #[test]
    fn tells_an_abandoned_attempt_from_one_in_flight() {
        let clock = ManualClock::new();
        let spy = SpyTransport::new(transport_fn(async |_request| pending().await));
        let once = CallOptions::new().no_retry().attempt_timeout(Duration::from_secs(5));
        let client = client(&spy, &clock).with_options(once);
        let looking = spy.clone();
        let list = clerk_core::api::invitations::ListInvitations::new();
        let work = async {
            let invitations = client.invitations();
            let mut call = Box::pin(invitations.list(&list));
            std::future::poll_fn(|context| {
                assert!(call.as_mut().poll(context).is_pending());
                std::task::Poll::Ready(())
            })
            .await;
            assert!(matches!(looking.calls()[0].outcome(), SpyOutcome::InFlight));
            call.await.expect_err("a timeout");
        };
        clock.drive(work).expect("does not stall");
        assert!(matches!(spy.calls()[0].outcome(), SpyOutcome::Abandoned));
    }
}
