use clerk_core::{
    Bytes, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind, async_trait,
};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

use crate::classify::{classify, classify_body};

/// Sends requests with a [`reqwest::Client`].
///
/// [`from_builder`](Self::from_builder) is the constructor to prefer: it turns off the settings that a transport must not have.
/// Cloning is cheap, and clones share their connections.
///
/// Like reqwest itself, the transport needs a running Tokio runtime.
///
/// # Cancel safety
///
/// Dropping the future of a request abandons the attempt. The server may have received the request.
///
/// # Delivery of failed requests
///
/// | Failure | [`kind`](TransportError::kind) | [`delivery`](TransportError::delivery) |
/// |---|---|---|
/// | `is_builder()`: reqwest refuses the request, such as plain `http` on an `https_only` client | `InvalidRequest` | `NotSent` |
/// | the URL would be changed on its way through reqwest | `InvalidRequest` | `NotSent` |
/// | `is_connect()`: name not found, connection refused, TLS failed, a proxy refused the tunnel | `Connect` | `NotSent` |
/// | `is_connect()` and `is_timeout()`: the `connect_timeout` expired | `Timeout` | `NotSent` |
/// | `is_timeout()`: the client's `timeout` or `read_timeout` expired | `Timeout` | `MaybeDelivered` |
/// | the client followed a redirect | `Other` | `MaybeDelivered` |
/// | the response is larger than [`max_response_bytes`](Self::max_response_bytes) | `ResponseTooLarge` | `MaybeDelivered` |
/// | anything else | `Closed` | `MaybeDelivered` |
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    client: Client,
    max_response_bytes: usize,
}

impl ReqwestTransport {
    /// The size limit for response bodies by default: 16 MiB.
    pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

    /// Creates a transport on a client with reqwest's defaults and without a proxy.
    ///
    /// # Errors
    ///
    /// The error of [`ClientBuilder::build`], for instance when TLS cannot be initialized.
    pub fn new() -> reqwest::Result<Self> {
        Self::from_builder(Client::builder().no_proxy())
    }

    /// Builds the client from `builder` with redirects and reqwest's own retries turned off. All other settings are kept.
    ///
    /// # Errors
    ///
    /// The error of [`ClientBuilder::build`], for instance when TLS cannot be initialized.
    pub fn from_builder(builder: ClientBuilder) -> reqwest::Result<Self> {
        let builder = builder.redirect(Policy::none()).retry(reqwest::retry::never());
        builder.build().map(Self::from_client)
    }

    /// Sends through a client that exists already, to share its connections.
    ///
    /// Build that client with [`redirect::Policy::none()`](Policy::none) and [`retry::never()`](reqwest::retry::never): a
    /// finished client has no way to turn them off. A response that arrives after a redirect is reported as an error that
    /// may have been delivered, but a redirect that ends in a failed connection looks like a request that was not sent.
    pub const fn from_client(client: Client) -> Self {
        Self {
            client,
            max_response_bytes: Self::DEFAULT_MAX_RESPONSE_BYTES,
        }
    }

    /// Reads response bodies of at most `bytes` bytes instead of 16 MiB. A larger body fails with
    /// [`TransportErrorKind::ResponseTooLarge`].
    #[must_use]
    pub const fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Bytes, TransportError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(classify_body)? {
            if body.len() + chunk.len() > self.max_response_bytes {
                let error = TransportError::new(TransportErrorKind::ResponseTooLarge, Delivery::MaybeDelivered);
                return Err(error.with_source(format!("more than {} bytes", self.max_response_bytes)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }
}

#[async_trait]
impl HttpTransport for ReqwestTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let request = convert(request)?;
        let url = request.url().clone();
        let mut response = self.client.execute(request).await.map_err(classify)?;
        if *response.url() != url {
            let error = TransportError::new(TransportErrorKind::Other, Delivery::MaybeDelivered);
            return Err(error.with_source(
                "the reqwest client followed a redirect: build it with redirect::Policy::none(), \
                 or use ReqwestTransport::from_builder",
            ));
        }
        let mut converted = HttpResponse::default();
        *converted.status_mut() = response.status();
        *converted.version_mut() = response.version();
        *converted.headers_mut() = std::mem::take(response.headers_mut());
        *converted.body_mut() = self.read(response).await?;
        Ok(converted)
    }
}

/// Converts the request, unless reqwest's URL type would send another path or query than the one given: it resolves
/// `%2e%2e`, for instance.
fn convert(request: HttpRequest) -> Result<reqwest::Request, TransportError> {
    let invalid = || TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent);
    let uri = request.uri().clone();
    let request = reqwest::Request::try_from(request).map_err(|error| invalid().with_source(error.without_url()))?;
    let url = request.url();
    if url.path() != uri.path() || url.query() != uri.query() {
        return Err(invalid().with_source("reqwest would change the path or the query of the URL"));
    }
    Ok(request)
}
