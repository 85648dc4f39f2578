//! A transport that looks on.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use clerk_core::{CallContext, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind};
use serde::de::DeserializeOwned;

/// Keeps every request that passes through it, and what became of it.
///
/// Clones are handles to the same spy: give one to the client and keep one. It stands at the wire, so it sees each
/// attempt of a call that is retried.
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
    calls: Arc<Mutex<Vec<SpyCall>>>,
}

/// One request that a [`SpyTransport`] saw.
///
/// `Debug` shows neither body nor key.
#[derive(Clone)]
pub struct SpyCall {
    request: HttpRequest,
    outcome: SpyOutcome,
}

/// What became of a request.
///
/// `Debug` shows of a response its status alone.
#[derive(Clone)]
#[non_exhaustive]
pub enum SpyOutcome {
    /// It has not ended yet.
    InFlight,
    /// A whole response came.
    Response(HttpResponse),
    /// No whole response came.
    Failure {
        /// What kept it from coming.
        kind: TransportErrorKind,
        /// What became of the request.
        delivery: Delivery,
    },
    /// It was dropped before it ended: by a timeout, or with the call.
    Abandoned,
}

impl<T> SpyTransport<T> {
    /// Looks on at what passes through `inner`.
    pub fn new(inner: T) -> Self {
        Self {
            inner: Arc::new(inner),
            calls: Arc::default(),
        }
    }

    /// The transport that is looked at.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// The requests so far, in the order in which they were sent.
    pub fn calls(&self) -> Vec<SpyCall> {
        lock(&self.calls).clone()
    }
}

impl SpyCall {
    /// The request, with its extensions. Its `Authorization` header holds the key.
    pub const fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// What became of it.
    pub const fn outcome(&self) -> &SpyOutcome {
        &self.outcome
    }

    /// The name of the operation that was called; empty if no client made the request.
    pub fn operation(&self) -> &'static str {
        CallContext::from_request(&self.request).map_or("", |context| context.operation().name())
    }

    /// The request's body, read as JSON.
    ///
    /// # Errors
    ///
    /// Those of [`serde_json::from_slice`].
    pub fn json<V: DeserializeOwned>(&self) -> serde_json::Result<V> {
        serde_json::from_slice(self.request.body())
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for SpyTransport<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let mut watch = Watch::begin(&self.calls, &request);
        let result = self.inner.send(request).await;
        watch.end(match &result {
            Ok(response) => SpyOutcome::Response(response.clone()),
            Err(error) => SpyOutcome::Failure {
                kind: error.kind(),
                delivery: error.delivery(),
            },
        });
        result
    }
}

/// Notes the outcome of one call: what it is told, or that it was dropped before.
struct Watch<'a> {
    calls: &'a Mutex<Vec<SpyCall>>,
    index: usize,
    ended: bool,
}

impl<'a> Watch<'a> {
    fn begin(calls: &'a Mutex<Vec<SpyCall>>, request: &HttpRequest) -> Self {
        let mut list = lock(calls);
        list.push(SpyCall {
            request: request.clone(),
            outcome: SpyOutcome::InFlight,
        });
        Self {
            calls,
            index: list.len() - 1,
            ended: false,
        }
    }

    fn end(&mut self, outcome: SpyOutcome) {
        self.ended = true;
        lock(self.calls)[self.index].outcome = outcome;
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.end(SpyOutcome::Abandoned);
        }
    }
}

fn lock(calls: &Mutex<Vec<SpyCall>>) -> MutexGuard<'_, Vec<SpyCall>> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Clone for SpyTransport<T> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            calls: Arc::clone(&self.calls),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for SpyTransport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpyTransport")
            .field("inner", &self.inner)
            .field("calls", &lock(&self.calls).len())
            .finish()
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
            Self::Failure { kind, delivery } => f
                .debug_struct("Failure")
                .field("kind", kind)
                .field("delivery", delivery)
                .finish(),
            Self::Abandoned => f.write_str("Abandoned"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Duration;

    use clerk_core::{CallOptions, Client, SecretKey, transport_fn};

    use super::*;
    use crate::ManualClock;

    fn client(spy: &SpyTransport<impl HttpTransport>, clock: &ManualClock) -> Client {
        let key = SecretKey::new("sk_test_abc").expect("a key");
        let builder = Client::builder(key, spy.clone()).clock(clock.clone());
        builder.build().expect("a client")
    }

    #[test]
    fn every_attempt_is_seen_with_what_became_of_it() {
        let clock = ManualClock::new();
        let refused =
            transport_fn(async |_request| Err(TransportError::new(TransportErrorKind::Connect, Delivery::NotSent)));
        let spy = SpyTransport::new(refused);
        let list = clerk_core::api::invitations::ListInvitations::new();
        let result = clock
            .drive(client(&spy, &clock).invitations().list(&list))
            .expect("no stall");
        assert_eq!(result.expect_err("refused").attempts(), 3);
        let calls = spy.calls();
        assert_eq!(calls.len(), 3);
        for call in &calls {
            assert_eq!(call.operation(), "ListInvitations");
            let (kind, delivery) = (TransportErrorKind::Connect, Delivery::NotSent);
            assert!(
                matches!(call.outcome(), SpyOutcome::Failure { kind: k, delivery: d } if (*k, *d) == (kind, delivery))
            );
        }
        assert!(!format!("{calls:?}").contains("sk_test"));
    }

    #[test]
    fn an_attempt_that_was_given_up_is_told_from_one_that_still_runs() {
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
        clock.drive(work).expect("no stall");
        assert!(matches!(spy.calls()[0].outcome(), SpyOutcome::Abandoned));
    }
}
