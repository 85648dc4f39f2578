//! Proof that a transport of your own keeps what [`HttpTransport`] promises, on real loopback sockets.
//!
//! The checks need the feature `conformance`, and a transport that may call plain `http` on `127.0.0.1`. They run under the
//! executor that the transport needs, take about a second, and open no socket elsewhere.
//!
//! `send` must not block the thread: what it waits for has to be awaited, and a blocking HTTP client belongs on a thread of
//! its own. The suite polls the transport on the thread that polls [`Conformance::check`], beside the timer that ends a check
//! and the wait for what a server sees. So a transport that blocks there has no time limit but its own: at a server that
//! does not answer, as that of the checks of dropped calls, the suite hangs instead of reporting a failure.
//!
//! ```no_run
//! use clerk_testkit::Conformance;
//!
//! # #[derive(Debug)] struct MyTransport;
//! # impl MyTransport { fn with_response_limit(_: usize) -> Self { Self } }
//! # #[clerk_core::async_trait]
//! # impl clerk_core::HttpTransport for MyTransport {
//! #     async fn send(&self, _: clerk_core::HttpRequest) -> Result<clerk_core::HttpResponse, clerk_core::TransportError> {
//! #         Ok(clerk_core::HttpResponse::default())
//! #     }
//! # }
//! # async fn test() -> Result<(), clerk_testkit::VerifyError> {
//! let transport = MyTransport::with_response_limit(64 * 1024);
//! let report = Conformance::new(transport).response_limit(64 * 1024).check().await;
//! report.verify()
//! # }
//! ```

mod abandon;
mod concurrency;
mod delivery;
mod fidelity;
mod report;
mod server;
mod size;

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use clerk_core::{
    Bytes, Clock, Delivery, HttpRequest, HttpResponse, HttpTransport, SystemClock, TransportError, TransportErrorKind,
};
use http::Method;

pub use report::{CheckOutcome, Report};
use server::Server;

/// Checks a transport; [`check`](Self::check) runs it.
#[derive(Debug)]
pub struct Conformance {
    transport: Box<dyn HttpTransport>,
    response_limit: Option<usize>,
}

/// One check: its name says what holds if it passes.
struct Check {
    name: &'static str,
    run: fn(&Conformance) -> Running<'_>,
}

type Running<'a> = Pin<Box<dyn Future<Output = CheckOutcome> + Send + 'a>>;

/// What a check says that found nothing, or what it found.
type Finding = Result<(), String>;

/// A check that takes longer has failed: every server answers at once or, on purpose, never.
const PATIENCE: Duration = Duration::from_secs(10);

impl Conformance {
    /// Checks `transport`.
    pub fn new(transport: impl HttpTransport) -> Self {
        Self {
            transport: Box::new(transport),
            response_limit: None,
        }
    }

    /// Checks that the transport reads bodies of up to so many bytes and no larger ones. At most some megabytes make sense.
    #[must_use]
    pub const fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = Some(bytes);
        self
    }

    /// Runs every check, one after another. It does not fail itself: the report tells, also of a check that took longer than
    /// ten seconds. But it never ends if the transport [blocks the thread](crate::conformance) and has no timeout.
    pub async fn check(&self) -> Report {
        let clock = SystemClock::new();
        let mut report = Report::default();
        let groups = [
            fidelity::CHECKS,
            delivery::CHECKS,
            size::CHECKS,
            abandon::CHECKS,
            concurrency::CHECKS,
        ];
        for check in groups.into_iter().flatten() {
            let outcome = or_timeout((check.run)(self), clock.sleep(PATIENCE)).await;
            report.add(check.name, outcome);
        }
        report
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        self.transport.send(request).await
    }
}

async fn or_timeout(check: Running<'_>, limit: impl Future<Output = ()>) -> CheckOutcome {
    let (mut check, mut limit) = (check, pin!(limit));
    poll_fn(|context| {
        if let Poll::Ready(outcome) = check.as_mut().poll(context) {
            return Poll::Ready(outcome);
        }
        let failed = || CheckOutcome::Failed(format!("no result after {} s", PATIENCE.as_secs()));
        limit.as_mut().poll(context).map(|()| failed())
    })
    .await
}

/// A request to `server`.
fn request(
    server: &Server,
    method: Method,
    path_and_query: &str,
    body: impl Into<Bytes>,
) -> Result<HttpRequest, String> {
    let uri = format!("http://{}{path_and_query}", server.address());
    let request = http::Request::builder().method(method).uri(uri);
    request.body(body.into()).map_err(|error| error.to_string())
}

/// The response, or that there is none.
fn response(result: Result<HttpResponse, TransportError>, to: &str) -> Result<HttpResponse, String> {
    result.map_err(|error| format!("{to} gave an error instead of a response: {}", describe(&error)))
}

/// The error, if what became of the request is `delivery`.
fn failure(
    result: Result<HttpResponse, TransportError>,
    to: &str,
    delivery: Delivery,
) -> Result<TransportErrorKind, String> {
    match result {
        Ok(response) => Err(format!(
            "{to} gave a response, {}, instead of an error",
            response.status()
        )),
        Err(error) if error.delivery() == delivery => Ok(error.kind()),
        Err(error) => Err(format!(
            "{to} is to be {}, and was: {}",
            delivery.as_str(),
            describe(&error)
        )),
    }
}

fn describe(error: &TransportError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

/// Fails with a text unless something holds.
fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Finding {
    if holds { Ok(()) } else { Err(otherwise()) }
}
