//! Runs clients with tower layers and on tower services.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::cell::Cell;
use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::{Ready, pending, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use clerk_core::api::invitations::{CreateInvitation, ListInvitations};
use clerk_core::tower::{Body, TowerTransport, TransportService};
use clerk_core::{
    Attempts, Bytes, Client, Delivery, Effect, HttpRequest, HttpResponse, HttpTransport, SecretKey, TransportError,
    TransportErrorKind, http, transport_fn,
};
use clerk_testkit::{FakeClerk, ManualClock};
use http_body_util::{BodyExt, Full};
use tower::timeout::TimeoutLayer;
use tower::util::BoxCloneService;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_http::trace::TraceLayer;

type BoxError = Box<dyn Error + Send + Sync>;

fn key() -> SecretKey {
    SecretKey::new(FakeClerk::SECRET_KEY).expect("a key")
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(future)
}

fn send(transport: &impl HttpTransport) -> Result<HttpResponse, TransportError> {
    let request = http::Request::post("https://api.clerk.com/v1/x").body(Bytes::from("{}"));
    block_on(transport.send(request.expect("a request")))
}

/// Records the text of each request that passes: method, URL and headers.
#[derive(Clone)]
struct Log(Arc<Mutex<Vec<String>>>);

impl<S> Layer<S> for Log {
    type Service = LogService<S>;

    fn layer(&self, inner: S) -> LogService<S> {
        LogService {
            log: self.clone(),
            inner,
        }
    }
}

#[derive(Clone)]
struct LogService<S> {
    log: Log,
    inner: S,
}

impl<S: Service<http::Request<Body>>> Service<http::Request<Body>> for LogService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> S::Future {
        self.log.0.lock().expect("no panic").push(format!("{request:?}"));
        self.inner.call(request)
    }
}

#[test]
fn a_client_with_a_timeout_and_a_trace_invites_a_person() {
    let log = Log(Arc::default());
    let seen = Arc::clone(&log.0);
    let trace = TraceLayer::new_for_http().on_request(move |request: &http::Request<Body>, _: &tracing::Span| {
        seen.lock().expect("no panic").push(format!("{request:?}"));
    });
    let fake = FakeClerk::new();
    let clerk = Client::builder(key(), fake.clone())
        .layer_attempt(TimeoutLayer::new(Duration::from_secs(10)))
        .layer_call(trace)
        .build()
        .expect("a client");
    let created = block_on(async {
        clerk
            .invitations()
            .create(&CreateInvitation::new("ada@example.com"))
            .await
    });
    assert_eq!(created.expect("an invitation").email_address, "ada@example.com");
    assert_eq!(fake.mails_to("ada@example.com"), 1);
    let log = log.0.lock().expect("no panic");
    assert_eq!(log.len(), 1);
    assert!(log[0].contains("/v1/invitations"), "{log:?}");
}

#[test]
fn call_layers_see_calls_and_attempt_layers_see_attempts_and_neither_sees_the_key() {
    let (calls, attempts) = (Log(Arc::default()), Log(Arc::default()));
    let down = transport_fn(async |request: HttpRequest| {
        assert!(request.headers().contains_key("authorization"));
        let mut response = HttpResponse::default();
        *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
        Ok(response)
    });
    let clock = ManualClock::new();
    let clerk = Client::builder(key(), down)
        .clock(clock.clone())
        .layer_call(calls.clone())
        .layer_attempt(attempts.clone())
        .build()
        .expect("a client");
    let error = clock
        .drive(clerk.invitations().list(&ListInvitations::new()))
        .expect("no stall");
    assert_eq!(error.expect_err("it is down").attempts(), 3);
    let (calls, attempts) = (calls.0.lock().expect("no panic"), attempts.0.lock().expect("no panic"));
    assert_eq!((calls.len(), attempts.len()), (1, 3));
    for request in calls.iter().chain(&*attempts) {
        assert!(
            !request.contains("authorization") && !request.contains("sk_test"),
            "{request}"
        );
    }
}

#[test]
fn a_layer_added_later_wraps_the_ones_before() {
    let order: Arc<Mutex<Vec<&'static str>>> = Arc::default();
    let note = |name: &'static str| {
        let order = Arc::clone(&order);
        tower::util::MapRequestLayer::new(move |request: http::Request<Body>| {
            order.lock().expect("no panic").push(name);
            request
        })
    };
    let empty = transport_fn(async |_| Ok(HttpResponse::new("[]".into())));
    let clerk = Client::builder(key(), empty)
        .layer_attempt(note("inner attempt"))
        .layer_attempt(note("outer attempt"))
        .layer_call(note("inner call"))
        .layer_call(note("outer call"));
    let clerk = clerk.build().expect("a client");
    block_on(async { clerk.invitations().list(&ListInvitations::new()).await }).expect("a list");
    let order = order.lock().expect("no panic");
    assert_eq!(*order, ["outer call", "inner call", "outer attempt", "inner attempt"]);
}

#[test]
fn an_attempt_that_a_tower_timeout_ended_may_have_been_delivered() {
    let silent = transport_fn(|_| pending());
    let clerk = Client::builder(key(), silent)
        .layer_attempt(TimeoutLayer::new(Duration::from_secs(1)))
        .build()
        .expect("a client");
    let created = block_on(async {
        clerk
            .invitations()
            .create(&CreateInvitation::new("ada@example.com"))
            .await
    });
    let error = created.expect_err("no response");
    assert_eq!(error.effect(), Effect::Unknown);
    assert_eq!(error.attempts(), 1, "an invitation is not sent again");
}

/// An error of a layer, with the transport's error as its source.
#[derive(Debug)]
struct LayerError(TransportError);

impl fmt::Display for LayerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the layer failed")
    }
}

impl Error for LayerError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn a_transport_error_keeps_its_kind_and_delivery_through_layers() {
    let refused = || {
        TransportError::new(TransportErrorKind::Connect, Delivery::NotSent)
            .with_retry_after(Duration::from_secs(7))
            .with_attempts(Attempts::new(2, Effect::Unknown))
    };
    let assert_kept = |error: &TransportError| {
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::Connect, Delivery::NotSent)
        );
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.attempts().map(Attempts::count), Some(2));
    };
    let transport = transport_fn(move |_| ready(Err(refused())));
    let service = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(1)))
        .service(TransportService::new(transport));
    let error = send(&TowerTransport::<_, Body>::new(service)).expect_err("refused");
    assert_kept(&error);

    let wrapped =
        service_fn(move |_: http::Request<Body>| ready(Err::<http::Response<Body>, _>(LayerError(refused()))));
    let error = send(&TowerTransport::new(wrapped)).expect_err("refused");
    assert_kept(&error);
    assert!(error.source().is_some_and(|source| source.is::<LayerError>()));
}

#[test]
fn other_errors_are_classified_by_the_hook_or_may_have_been_delivered() {
    let service = service_fn(|_: http::Request<Body>| {
        let error = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        ready(Err::<http::Response<Body>, _>(error))
    });
    let error = send(&TowerTransport::new(service)).expect_err("refused");
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::Other, Delivery::MaybeDelivered)
    );

    let transport = TowerTransport::new(service).classify(|error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::ConnectionRefused => (TransportErrorKind::Connect, Delivery::NotSent),
        _ => (TransportErrorKind::Other, Delivery::MaybeDelivered),
    });
    let error = send(&transport).expect_err("refused");
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::Connect, Delivery::NotSent)
    );
}

/// Fails before it is called.
#[derive(Clone)]
struct NeverReady;

impl Service<http::Request<Body>> for NeverReady {
    type Response = http::Response<Body>;
    type Error = TransportError;
    type Future = Ready<Result<Self::Response, TransportError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Err(TransportError::other("the worker has stopped")))
    }

    fn call(&mut self, _: http::Request<Body>) -> Self::Future {
        ready(Err(TransportError::other("called before it was ready")))
    }
}

#[test]
fn an_error_of_poll_ready_is_not_sent() {
    let error = send(&TowerTransport::new(NeverReady)).expect_err("it is not ready");
    assert_eq!(error.delivery(), Delivery::NotSent);
}

/// Becomes ready at the second poll, and panics if another clone than the ready one is called.
#[derive(Default)]
struct Permit(Cell<u8>);

impl Clone for Permit {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<http::Request<Full<Bytes>>> for Permit {
    type Response = http::Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.set(self.0.get() + 1);
        if self.0.get() == 2 {
            return Poll::Ready(Ok(()));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn call(&mut self, _: http::Request<Full<Bytes>>) -> Self::Future {
        assert_eq!(self.0.get(), 2, "called on the clone that is ready");
        ready(Ok(http::Response::new(Full::new("[]".into()))))
    }
}

#[test]
fn a_service_that_is_not_sync_is_called_on_the_clone_that_is_ready() {
    let transport = TowerTransport::<Permit, Full<Bytes>>::new(Permit::default());
    for _ in 0..2 {
        assert_eq!(send(&transport).expect("a response").body(), "[]");
    }
    let boxed: BoxCloneService<_, _, BoxError> = BoxCloneService::new(Permit::default().map_err(BoxError::from));
    assert_eq!(
        send(&TowerTransport::<_, Full<Bytes>>::new(boxed))
            .expect("a response")
            .body(),
        "[]"
    );
}

/// A body of several chunks and trailers, of which the last chunk can be an error.
struct Chunks(Vec<Result<Bytes, &'static str>>);

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, BoxError>>> {
        let next = (!self.0.is_empty()).then(|| self.0.remove(0));
        Poll::Ready(next.map(|chunk| chunk.map(http_body::Frame::data).map_err(BoxError::from)))
    }
}

#[test]
fn a_response_body_is_read_to_its_end_and_up_to_its_limit() {
    let answer = |chunks: &'static [Result<&'static str, &'static str>]| {
        let service = service_fn(move |_: http::Request<Body>| {
            let chunks = chunks.iter().map(|chunk| chunk.map(Bytes::from)).collect();
            ready(Ok::<_, Infallible>(http::Response::new(Chunks(chunks))))
        });
        send(&TowerTransport::new(service).max_response_bytes(4))
    };
    assert_eq!(answer(&[]).expect("a response").body(), "");
    assert_eq!(
        answer(&[Ok("ab"), Ok(""), Ok("cd")]).expect("a response").body(),
        "abcd"
    );
    let error = answer(&[Ok("ab"), Ok("cde")]).expect_err("too large");
    assert_eq!(error.kind(), TransportErrorKind::ResponseTooLarge);
    assert_eq!(error.delivery(), Delivery::MaybeDelivered);
    let error = answer(&[Ok("ab"), Err("reset")]).expect_err("cut off");
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::Closed, Delivery::MaybeDelivered)
    );
}

#[test]
fn a_transport_is_a_service_for_requests_with_any_body() {
    let echo = transport_fn(async |request: HttpRequest| Ok(HttpResponse::new(request.into_body())));
    let service = TransportService::new(echo);
    let chunks = http::Request::new(Chunks(vec![Ok("ab".into()), Ok("cd".into())]));
    let response = block_on(async { service.clone().oneshot(chunks).await }).expect("a response");
    let body = block_on(response.into_body().collect()).expect("a body in memory");
    assert_eq!(body.to_bytes(), "abcd");
    let broken = http::Request::new(Chunks(vec![Err("reset")]));
    let error = block_on(async { service.oneshot(broken).await }).expect_err("an unreadable request");
    assert_eq!(error.delivery(), Delivery::NotSent);
}

#[test]
fn debug_shows_the_service_and_no_content() {
    assert_eq!(
        format!("{:?}", Body::from(Bytes::from("ada@example.com"))),
        "Body(15 bytes)"
    );
    let shown = format!("{:?}", TowerTransport::new(NeverReady));
    assert!(shown.contains("NeverReady"), "{shown}");
}
