//! The conformance suite for transports.

mod calls;
mod connections;
mod delivery;
mod polling;
mod request;
mod response;
mod secrets;
mod server;
mod size;
mod status;
mod timeout;
mod wire;

use std::pin::Pin;
use std::time::Duration;

use clerk_core::middleware::race;
use clerk_core::{Bytes, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError};
use http::{HeaderMap, HeaderValue, Method, header};

use super::{CheckOutcome, Finding, Report, ensure, with_sources, within};
use server::Server;

/// Tests that a transport keeps the promises of [`HttpTransport`], on real loopback sockets.
///
/// The transport must be allowed to call plain `http` on `127.0.0.1`. The suite takes about a second plus twice the
/// [`own_timeout`](Self::own_timeout), and opens no socket beyond the loopback interface.
///
/// ```no_run
/// use std::time::Duration;
///
/// use clerk_testkit::TransportConformance;
///
/// # #[derive(Debug)] struct MyTransport;
/// # impl MyTransport {
/// #     fn new() -> Self { Self }
/// #     fn max_response_bytes(self, _: usize) -> Self { self }
/// #     fn timeout(self, _: Duration) -> Self { self }
/// # }
/// # #[clerk_core::async_trait]
/// # impl clerk_core::HttpTransport for MyTransport {
/// #     async fn send(&self, _: clerk_core::HttpRequest) -> Result<clerk_core::HttpResponse, clerk_core::TransportError> {
/// #         Ok(clerk_core::HttpResponse::default())
/// #     }
/// # }
/// # async fn test() -> Result<(), clerk_testkit::VerifyError> {
/// let transport = MyTransport::new()
///     .max_response_bytes(64 * 1024)
///     .timeout(Duration::from_secs(1));
/// let report = TransportConformance::new(transport)
///     .response_limit(64 * 1024)
///     .own_timeout(Duration::from_secs(1))
///     .check()
///     .await;
/// println!("{report}");
/// report.verify()
/// # }
/// ```
///
/// The suite polls the transport on the thread that polls [`check`](Self::check). A transport that blocks the thread
/// fails, and the checks that need calls to overlap are then not tried.
///
/// The suite's servers speak HTTP/1.1 without TLS.
///
/// A retry without any delay after a refused connection is the one fault that the suite cannot see: a refused connection
/// leaves no trace at the server.
#[derive(Debug)]
pub struct TransportConformance {
    transport: Box<dyn HttpTransport>,
    response_limit: Option<usize>,
    own_timeout: Option<Duration>,
    abandons_dropped_calls: bool,
}

/// One check. Its name says what a transport that passes does.
struct Check {
    name: &'static str,
    run: for<'a> fn(&'a TransportConformance) -> Running<'a>,
}

/// Lists checks as `name => function`.
macro_rules! checks {
    ($($name:literal => $run:ident,)+) => {
        &[$(Check { name: $name, run: |it| Box::pin($run(it)) }),+]
    };
}

use checks;

type Running<'a> = Pin<Box<dyn Future<Output = Finding> + Send + 'a>>;

/// The limit for one check, on top of the transport's own timeout. Servers respond immediately, or deliberately never.
const CHECK_LIMIT: Duration = Duration::from_secs(10);

/// The key and the email address in the suite's requests. Neither may show in an error.
const KEY: &str = "sk_test_conformance0123456789";
const ADDRESS: &str = "ada.conformance@example.com";

/// A response without a body.
const EMPTY: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

impl TransportConformance {
    /// Creates a suite for `transport`.
    pub fn new(transport: impl HttpTransport) -> Self {
        Self {
            transport: Box::new(transport),
            response_limit: None,
            own_timeout: None,
            abandons_dropped_calls: true,
        }
    }

    /// Sets the largest response body, in bytes, that the transport is configured to read.
    ///
    /// The suite then checks that a body of this size arrives and that a larger one is an error. Choose a few kilobytes:
    /// the suite sends bodies of this size. Without this setting, the checks of the limit are not tried.
    #[must_use]
    pub const fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = Some(bytes);
        self
    }

    /// Sets the timeout that the transport, or the HTTP client below it, applies to a whole call by itself.
    ///
    /// The suite then checks how the transport reports that timeout. Configure about a second: the suite waits for it, and
    /// its other checks must not run into it. Without this setting, the check is not tried. Most HTTP clients have such a
    /// timeout, some by default, so leave this out only for a client that has none.
    #[must_use]
    pub const fn own_timeout(mut self, timeout: Duration) -> Self {
        self.own_timeout = Some(timeout);
        self
    }

    /// Sets whether dropping a call abandons its request. The default is `true`, as [`HttpTransport`] requires.
    ///
    /// Declare `false` for an HTTP stack that cannot abandon a request, such as a blocking client on a thread of its own.
    /// The check of abandonment is then not tried, and the report says so.
    #[must_use]
    pub const fn abandons_dropped_calls(mut self, abandons: bool) -> Self {
        self.abandons_dropped_calls = abandons;
        self
    }

    /// Runs every check, one after another, and drops the transport in the last one.
    ///
    /// The call itself does not fail: the report has the outcome of each check. Each check has a time limit.
    pub async fn check(self) -> Report {
        let mut report = Report::new("transport");
        let blocking = self.run(&polling::RETURNS_WHILE_WAITING).await;
        let blocks = blocking.is_err();
        report.add(polling::RETURNS_WHILE_WAITING.name, blocking);
        let groups = [
            polling::CHECKS,
            request::CHECKS,
            response::CHECKS,
            status::CHECKS,
            size::CHECKS,
            delivery::CHECKS,
            timeout::CHECKS,
            secrets::CHECKS,
            connections::CHECKS,
        ];
        for check in groups.into_iter().flatten() {
            report.add(check.name, self.run(check).await);
        }
        for check in calls::CHECKS {
            let finding = if blocks {
                let reason = "the transport blocks the thread, so its calls cannot overlap";
                Ok(CheckOutcome::NotTried(reason.to_owned()))
            } else {
                self.run(check).await
            };
            report.add(check.name, finding);
        }
        report.add(
            connections::CLOSED_WITH_TRANSPORT,
            connections::closed_with_transport(self).await,
        );
        report
    }

    async fn run(&self, check: &Check) -> Finding {
        let limit = CHECK_LIMIT + self.own_timeout.unwrap_or_default() * 2;
        within(limit, (check.run)(self)).await.unwrap_or_else(|| {
            Err(format!(
                "the transport returned neither a response nor an error within {} s: return an error as soon as the \
                 connection fails or closes",
                limit.as_secs()
            ))
        })
    }

    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<HttpResponse, TransportError>> + Send {
        self.transport.send(request)
    }
}

/// Builds a request to `server` with the headers that a client adds.
fn request(server: &Server, method: Method, target: &str, body: impl Into<Bytes>) -> Result<HttpRequest, String> {
    let body = body.into();
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("http://{}{target}", server.address()))
        .body(body)
        .map_err(|error| error.to_string())?;
    let has_body = !request.body().is_empty();
    *request.headers_mut() = client_headers(has_body)?;
    Ok(request)
}

fn post(server: &Server) -> Result<HttpRequest, String> {
    request(server, Method::POST, "/v1/invitations", "{}")
}

fn get(server: &Server) -> Result<HttpRequest, String> {
    request(server, Method::GET, "/v1/invitations", "")
}

fn client_headers(has_body: bool) -> Result<HeaderMap, String> {
    let mut authorization = HeaderValue::from_str(&format!("Bearer {KEY}")).map_err(|error| error.to_string())?;
    authorization.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, authorization);
    headers.insert("clerk-api-version", HeaderValue::from_static("2026-05-12"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("conformance/1"));
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    if has_body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(headers)
}

/// Polls `call` until the server has read its request. Returns the result of a call that ends before that.
async fn until_received<T>(call: Pin<&mut impl Future<Output = T>>, server: &Server) -> Option<T> {
    race(call, server.received(1)).await
}

/// Returns the response to `what`. An error fails the check.
fn expect_response(result: Result<HttpResponse, TransportError>, what: &str) -> Result<HttpResponse, String> {
    result.map_err(|error| {
        format!(
            "{what} returned an error instead of a response: {}",
            with_sources(&error)
        )
    })
}

/// Returns the error of `what`, which must be reported as `MaybeDelivered`.
fn expect_maybe_delivered(result: Result<HttpResponse, TransportError>, what: &str) -> Result<TransportError, String> {
    let error = match result {
        Ok(response) => {
            return Err(format!(
                "{what} returned a response ({}) instead of an error: return Ok only for a response that arrived in \
                 full",
                response.status()
            ));
        }
        Err(error) => error,
    };
    ensure(error.delivery() == Delivery::MaybeDelivered, || {
        format!(
            "{what} was reported as NotSent, although the server had read the request: report MaybeDelivered for every \
             error after the connection was made, because a retry after NotSent can invite a person twice (the error \
             was: {})",
            with_sources(&error)
        )
    })?;
    Ok(error)
}
