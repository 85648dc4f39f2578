//! The call without the client: a prepared request goes through middlewares to a transport.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clerk_hyper::api::invitations::RATE_LIMIT_BULK;
use clerk_hyper::middleware::{
    Observe, ObservedAttempt, Observer, Quota, RateLimit, RateLimits, Retry, RetryPolicy, Timeout,
};
use clerk_hyper::{
    Bytes, Client, Clock, HttpRequest, HttpResponse, HttpTransport, HyperTransport, SecretKey, TokioClock, transport_fn,
};
use clerk_testkit::SpyTransport;

use super::Peer;
use super::clerk::people;
use crate::workload;

/// The middlewares around the transport.
#[derive(Clone, Copy)]
pub(crate) enum Middlewares {
    None,
    Retry,
    RateLimit,
    Timeout,
    Observe,
    /// All four, in the client's order.
    All,
}

impl Middlewares {
    /// All variants except `None`, with their names.
    pub(crate) const NAMED: [(&str, Self); 5] = [
        ("retry", Self::Retry),
        ("rate-limit", Self::RateLimit),
        ("timeout", Self::Timeout),
        ("observe", Self::Observe),
        ("all-middlewares", Self::All),
    ];
}

/// Returns [`HyperTransport`] alone: the call without the client and without JSON.
pub(crate) fn on_hyper(server: SocketAddr) -> ThroughTransport {
    ThroughTransport::new(
        HyperTransport::new().expect("root certificates"),
        server,
        Middlewares::None,
    )
}

/// Returns middlewares around a transport in memory, so that the figures are theirs and hardly vary.
pub(crate) fn in_memory(middlewares: Middlewares) -> ThroughTransport {
    let server = SocketAddr::from(([127, 0, 0, 1], 1));
    let response = Bytes::from(workload::response());
    let transport = transport_fn(move |_request| {
        let response = response.clone();
        async move {
            // Gives middlewares that wait for something else, such as a timeout, a reason to do so.
            tokio::task::yield_now().await;
            Ok(HttpResponse::new(response))
        }
    });
    let mut layered = ThroughTransport::new(transport, server, middlewares);
    // The client adds its headers below its middlewares.
    *layered.request.headers_mut() = http::HeaderMap::new();
    layered
}

pub(crate) struct ThroughTransport {
    request: HttpRequest,
    transport: Box<dyn HttpTransport>,
    response_bytes: usize,
}

impl ThroughTransport {
    fn new(transport: impl HttpTransport, server: SocketAddr, middlewares: Middlewares) -> Self {
        Self {
            request: request(server),
            transport: around(transport, middlewares),
            response_bytes: workload::response().len(),
        }
    }
}

fn around(transport: impl HttpTransport, middlewares: Middlewares) -> Box<dyn HttpTransport> {
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::new());
    let timeout = Timeout::<()>::DEFAULT;
    // Neither limit is ever reached.
    let plenty = Quota::new(u32::MAX, Duration::from_secs(10));
    let limits = RateLimits::none().with_all(plenty).with(RATE_LIMIT_BULK, plenty);
    let policy = RetryPolicy::default();
    let observer = Arc::new(NoopObserver);
    match middlewares {
        Middlewares::None => Box::new(transport),
        Middlewares::Retry => Box::new(Retry::new(transport, policy, clock, 1)),
        Middlewares::RateLimit => Box::new(RateLimit::new(transport, limits, clock)),
        Middlewares::Timeout => Box::new(Timeout::new(transport, timeout, clock)),
        Middlewares::Observe => Box::new(Observe::new(transport, observer, clock)),
        Middlewares::All => {
            let timed = Timeout::new(transport, timeout, Arc::clone(&clock));
            let observed = Observe::new(timed, observer, Arc::clone(&clock));
            let limited = RateLimit::new(observed, limits, Arc::clone(&clock));
            Box::new(Retry::new(limited, policy, clock, 1))
        }
    }
}

/// Returns the request that the client sends for the call.
fn request(server: SocketAddr) -> HttpRequest {
    let spy = SpyTransport::new(transport_fn(async |_request| Ok(HttpResponse::new("[]".into()))));
    let key = SecretKey::new(workload::SECRET_KEY).expect("a key");
    let client = Client::builder(key, spy.clone()).base_url(format!("http://{server}"));
    let client = client.build().expect("a client");
    pollster::block_on(client.invitations().create_bulk(&people())).expect("a response");
    spy.calls()[0].request().clone()
}

impl Peer for ThroughTransport {
    async fn call(&self) {
        let response = self.transport.send(self.request.clone()).await.expect("a response");
        assert!(response.status().is_success() && response.body().len() == self.response_bytes);
    }
}

#[derive(Debug)]
struct NoopObserver;

impl Observer for NoopObserver {
    fn attempt_ended(&self, _attempt: &ObservedAttempt<'_>) {}
}
