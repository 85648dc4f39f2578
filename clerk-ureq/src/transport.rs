use std::thread;
use std::time::Duration;

use clerk_core::{
    Bytes, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind, async_trait,
};
use futures_channel::oneshot;
use ureq::{Agent, AsSendBody};

use crate::classify::{classify, classify_body};

/// Sends each request with a [`ureq::Agent`], on a thread of its own.
///
/// The future that waits for the thread works under any executor, [`block_on`](crate::block_on) included, and never blocks
/// the executor. Cloning is cheap, and clones share their connections.
///
/// # Cancel safety
///
/// Dropping the future of a request abandons the attempt. The server may have received the request, and can still receive it: a
/// blocking call cannot be interrupted, so its thread ends only when the server answers or when one of the agent's timeouts
/// expires.
///
/// # Delivery of failed requests
///
/// | Failure | [`kind`](TransportError::kind) | [`delivery`](TransportError::delivery) |
/// |---|---|---|
/// | `BadUri`, `RequireHttpsOnly`, `InvalidProxyUrl` | `InvalidRequest` | `NotSent` |
/// | `HostNotFound`, `ConnectionFailed`, `TlsRequired`, `ConnectProxyFailed`, `Io` with `ConnectionRefused` | `Connect` | `NotSent` |
/// | `Timeout` of `Resolve` or `Connect` | `Timeout` | `NotSent` |
/// | no thread could be started | `Other` | `NotSent` |
/// | any other `Timeout` | `Timeout` | `MaybeDelivered` |
/// | any other `Io`, a failed TLS handshake included | `Closed` | `MaybeDelivered` |
/// | the response is larger than [`max_response_bytes`](Self::max_response_bytes) | `ResponseTooLarge` | `MaybeDelivered` |
/// | anything else | `Other` | `MaybeDelivered` |
#[derive(Debug, Clone)]
pub struct UreqTransport {
    agent: Agent,
    max_response_bytes: u64,
}

impl UreqTransport {
    /// The size limit for response bodies by default: 16 MiB.
    pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

    /// The time that the agent of [`new`](Self::new) gives a connection: 10 seconds.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

    /// The time that the agent of [`new`](Self::new) gives a whole request, which bounds the life of an abandoned thread: 5
    /// minutes.
    pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(300);

    /// Creates a transport on an agent with ureq's defaults, without a proxy, and with the timeouts
    /// [`CONNECT_TIMEOUT`](Self::CONNECT_TIMEOUT) and [`REQUEST_TIMEOUT`](Self::REQUEST_TIMEOUT).
    pub fn new() -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .timeout_connect(Some(Self::CONNECT_TIMEOUT))
            .timeout_global(Some(Self::REQUEST_TIMEOUT));
        Self::from_agent(config.build().new_agent())
    }

    /// Sends through an agent of your application, and shares its connections.
    ///
    /// The transport overrides, for its own requests, the settings that a transport must not have: a status is never an error,
    /// and redirects are not followed. Everything else is kept. ureq has no timeouts by default: set at least
    /// `timeout_global`, so that the thread of an abandoned request ends.
    pub const fn from_agent(agent: Agent) -> Self {
        Self {
            agent,
            max_response_bytes: Self::DEFAULT_MAX_RESPONSE_BYTES as u64,
        }
    }

    /// Reads response bodies of at most `bytes` bytes instead of 16 MiB. A larger body fails with
    /// [`TransportErrorKind::ResponseTooLarge`].
    #[must_use]
    pub const fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes as u64;
        self
    }

    /// Blocks until the response has arrived.
    fn send_blocking(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        if request.body().is_empty() {
            self.run(request.map(|_| ()))
        } else {
            self.run(request.map(|body| body.to_vec()))
        }
    }

    fn run(&self, request: clerk_core::http::Request<impl AsSendBody>) -> Result<HttpResponse, TransportError> {
        let request = self
            .agent
            .configure_request(request)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .build();
        let (parts, mut body) = self.agent.run(request).map_err(classify)?.into_parts();
        let body = body.with_config().limit(self.max_response_bytes);
        let body = body.read_to_vec().map_err(classify_body)?;
        Ok(HttpResponse::from_parts(parts, Bytes::from(body)))
    }
}

impl Default for UreqTransport {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl HttpTransport for UreqTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let (sender, receiver) = oneshot::channel();
        let transport = self.clone();
        let work = move || {
            // Nobody receives the result if the future was dropped.
            let _ = sender.send(transport.send_blocking(request));
        };
        thread::Builder::new()
            .name("clerk-ureq".to_owned())
            .spawn(work)
            .map_err(|error| TransportError::new(TransportErrorKind::Other, Delivery::NotSent).with_source(error))?;
        let panicked = |_| TransportError::other("the thread of the request panicked");
        receiver.await.map_err(panicked)?
    }
}
