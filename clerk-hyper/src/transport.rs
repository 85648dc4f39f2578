use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use clerk_core::{Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind, async_trait};
use http::Method;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tokio::runtime::Handle;

use crate::body;
use crate::builder::{HyperTransportBuilder, Settings};
use crate::classify::classify;
use crate::connect::Connector;
use crate::setup::SetupError;

/// How often a request in flight on HTTP/2 asks whether the other side is still there, and how long it waits for the
/// answer. Together they are less than the default time for an attempt, so that the next attempt gets another
/// connection.
const HTTP2_PING_INTERVAL: Duration = Duration::from_secs(10);
const HTTP2_PING_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests with hyper: HTTP/1.1 and HTTP/2, TLS by rustls with verified certificates, pooled connections.
///
/// - Needs a Tokio runtime with I/O and time enabled, as `#[tokio::main]` has. Outside of one a request fails with
///   [`TransportErrorKind::InvalidRequest`] and was not sent. Connections live on the runtime that made them: give each
///   runtime a transport of its own.
/// - Follows no redirects, sends no cookies, uses no proxy, and asks for no compression.
/// - A pooled connection that turns out closed before a request was written to it is replaced by a new one; no request
///   is ever written twice.
/// - Dropping the future abandons the attempt: an HTTP/2 stream is reset, an HTTP/1.1 connection is closed.
///
/// Cloning it is cheap, and clones share their connections. It has no time limit for a whole attempt:
/// [`middleware::Timeout`](clerk_core::middleware::Timeout), which every client has, is there for that.
///
/// # What became of a request that failed
///
/// | What happened | [`kind`](TransportError::kind) | [`delivery`](TransportError::delivery) |
/// |---|---|---|
/// | name not found, refused, certificate not trusted | `Connect` | `NotSent` |
/// | connecting took too long | `Timeout` | `NotSent` |
/// | the connection was gone before the request was written | `Closed` | `NotSent` |
/// | HTTP/2: `REFUSED_STREAM`, or for a request with a body a `GOAWAY` below the stream | `Closed` | `NotSent` |
/// | HTTP/2: the server no longer answers a ping, for 20 seconds | `Timeout` | `MaybeDelivered` |
/// | the connection ended later, at whatever point | `Closed` | `MaybeDelivered` |
/// | the response was too large | `ResponseTooLarge` | `MaybeDelivered` |
/// | the response was not HTTP, anything else | `Other` | `MaybeDelivered` |
#[derive(Clone)]
pub struct HyperTransport {
    client: Client<Connector, Full<Bytes>>,
    settings: Settings,
}

impl HyperTransport {
    /// A transport with the defaults of its [builder](Self::builder).
    ///
    /// It reads the system's root certificates from disk, so make one and keep it.
    ///
    /// # Errors
    ///
    /// [`SetupError::NoRootCertificates`].
    pub fn new() -> Result<Self, SetupError> {
        Self::builder().build()
    }

    /// Starts a transport with settings of your own.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::new()
    }

    pub(crate) fn with_settings(settings: Settings, tls: ClientConfig) -> Self {
        let connector = Connector::new(tls, settings.http2_only, settings.connect_timeout);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(settings.pool_idle_timeout)
            .retry_canceled_requests(true)
            .http2_only(settings.http2_only)
            .http2_keep_alive_interval(HTTP2_PING_INTERVAL)
            .http2_keep_alive_timeout(HTTP2_PING_TIMEOUT)
            .build(connector);
        Self { client, settings }
    }
}

#[async_trait]
impl HttpTransport for HyperTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        check(&request)?;
        let has_body = !request.body().is_empty();
        let response = self
            .client
            .request(request.map(Full::new))
            .await
            .map_err(|error| classify(error, has_body))?;
        let (head, body) = response.into_parts();
        let body = body::read(body, self.settings.max_response_bytes).await?;
        Ok(HttpResponse::from_parts(head, body))
    }
}

/// Refuses what hyper cannot send.
fn check(request: &HttpRequest) -> Result<(), TransportError> {
    let problem = if Handle::try_current().is_err() {
        "there is no Tokio runtime: call it from a task of one, for instance below #[tokio::main]"
    } else if request.uri().scheme().is_none() || request.uri().authority().is_none() {
        "its URI is not absolute"
    } else if request.method() == Method::CONNECT {
        "CONNECT makes a tunnel, which has no response to read"
    } else {
        return Ok(());
    };
    Err(TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent).with_source(problem))
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
