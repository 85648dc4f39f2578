use std::fmt;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use clerk_core::{
    CallContext, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind, async_trait,
};
use http::{Method, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tokio::runtime::Handle;

use crate::body;
use crate::classify::classify;
use crate::connect::{ConnectTimedOut, Connector};
use crate::dial::Dial;
use crate::tokio_clock::within;

/// The interval between HTTP/2 pings while a request is in flight, and the time limit for their answers. Together they
/// are shorter than the default attempt timeout, so that the next attempt gets a new connection.
const HTTP2_PING_INTERVAL: Duration = Duration::from_secs(10);
const HTTP2_PING_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests with hyper: HTTP/1.1 and HTTP/2, TLS with rustls, and a connection pool.
///
/// - It requires a Tokio runtime with I/O and time enabled, as `#[tokio::main]` provides. Outside of a runtime, a
///   request fails with [`TransportErrorKind::InvalidRequest`] and is not sent. A connection belongs to the runtime that
///   created it, so each runtime needs its own transport.
/// - It follows no redirects, stores no cookies, and requests no compression. It uses a proxy only if
///   [one is set](crate::HyperTransportBuilder::proxy).
/// - If a pooled connection is closed before the request is written to it, the transport uses a new connection. It
///   never writes a request twice.
/// - It limits the time for connecting, but not for a whole attempt. Every client does that with
///   [`middleware::Timeout`](clerk_core::middleware::Timeout).
///
/// Clones are cheap and share their connections.
///
/// # Cancel safety
///
/// Dropping the future of [`send`](HttpTransport::send) abandons the attempt: an HTTP/2 stream is reset, an HTTP/1.1
/// connection is closed. The server may have processed the request.
///
/// # Failed requests
///
/// | Failure | [`kind`](TransportError::kind) | [`delivery`](TransportError::delivery) |
/// |---|---|---|
/// | DNS lookup failed, connection refused, certificate not trusted | `Connect` | `NotSent` |
/// | no connection through the proxy, with a [`TunnelError`](crate::TunnelError) as a source | `Connect` | `NotSent` |
/// | connecting exceeded its time limit, or that of the attempt | `Timeout` | `NotSent` |
/// | the connection closed before the request was written | `Closed` | `NotSent` |
/// | HTTP/2: `REFUSED_STREAM`, or a `GOAWAY` that excludes the stream of a request with a body | `Closed` | `NotSent` |
/// | HTTP/2: no answer to a ping for 20 seconds | `Timeout` | `MaybeDelivered` |
/// | the connection closed at any later point | `Closed` | `MaybeDelivered` |
/// | the response exceeded the size limit | `ResponseTooLarge` | `MaybeDelivered` |
/// | the response was not HTTP, or any other failure | `Other` | `MaybeDelivered` |
#[derive(Clone)]
pub struct HyperTransport {
    client: Client<Connector, Full<Bytes>>,
    settings: Settings,
}

/// The settings of a transport, except TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Duration,
    pub(crate) pool_idle_timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) http2_only: bool,
}

impl HyperTransport {
    pub(crate) fn with_settings(settings: Settings, tls: ClientConfig, dial: Dial) -> Self {
        let connector = Connector::new(tls, dial, settings.http2_only, settings.connect_timeout);
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
        let response = match self.connect_limit(&request) {
            Some(limit) => self.request_unless_still_connecting(request, limit).await?,
            None => self.client.request(request.map(Full::new)).await,
        };
        let response = response.map_err(|error| classify(error, has_body))?;
        let (head, body) = response.into_parts();
        let body = body::read(body, self.settings.max_response_bytes).await?;
        Ok(HttpResponse::from_parts(head, body))
    }
}

impl HyperTransport {
    /// Returns the time that an attempt has to connect, if the whole attempt has less than the limit for connecting.
    fn connect_limit(&self, request: &HttpRequest) -> Option<Duration> {
        let limit = CallContext::from_request(request)?.attempt_limit()?;
        // It ends before the timeout of the attempt does, which cannot know what was sent.
        (limit <= self.settings.connect_timeout).then(|| limit * 19 / 20)
    }

    /// Sends a request, and fails as not sent if it has no connection after `limit`.
    async fn request_unless_still_connecting(
        &self,
        request: HttpRequest,
        limit: Duration,
    ) -> Result<Result<Response<Incoming>, legacy::Error>, TransportError> {
        let mut request = request.map(Full::new);
        let connection = capture_connection(&mut request);
        let mut sending = pin!(self.client.request(request));
        if let Some(result) = within(limit, sending.as_mut()).await {
            return Ok(result);
        }
        if connection.connection_metadata().is_none() {
            let error = TransportError::new(TransportErrorKind::Timeout, Delivery::NotSent);
            return Err(error.with_source(ConnectTimedOut(limit)));
        }
        Ok(sending.await)
    }
}

/// Refuses a request that hyper cannot send.
fn check(request: &HttpRequest) -> Result<(), TransportError> {
    let problem = if Handle::try_current().is_err() {
        "it was sent outside of a Tokio runtime; send it from a task of one, for example under #[tokio::main]"
    } else if request.uri().scheme().is_none() || request.uri().authority().is_none() {
        "its URI is not absolute; include the scheme and the host"
    } else if request.method() == Method::CONNECT {
        "CONNECT opens a tunnel and has no response; use another method"
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
