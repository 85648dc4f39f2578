//! The client: makes requests of endpoints, sends them, and reads the answers.

mod base_url;
mod builder;
mod headers;
mod response;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::clock::Clock;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::Result;
use crate::operation::{CallContext, CallOptions};
use crate::secret_key::{Environment, SecretKey};
use crate::transport::{HttpRequest, HttpTransport};

use base_url::BaseUrl;
pub use builder::ClientBuilder;
pub use response::Response;

/// Calls Clerk's Backend API. Cloning it is cheap, and clones share their transport and rate limits.
///
/// ```
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// use clerk_core::api::invitations::CreateInvitation;
/// use clerk_core::{Client, HttpResponse, SecretKey, transport_fn};
///
/// let transport = transport_fn(async |_request| Ok(HttpResponse::new("[]".into())));
/// let clerk = Client::builder(SecretKey::new("sk_test_abc")?, transport).build()?;
/// clerk.invitations().create_bulk(&[CreateInvitation::new("ada@example.com")]).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    options: CallOptions,
}

struct Inner {
    transport: Box<dyn HttpTransport>,
    clock: Arc<dyn Clock>,
    base_url: BaseUrl,
    environment: Environment,
}

impl Client {
    /// Where Clerk's Backend API is, unless the builder says otherwise.
    pub const DEFAULT_BASE_URL: &'static str = "https://api.clerk.com";

    /// The version of the API that every request names in `Clerk-API-Version`.
    pub const API_VERSION: &'static str = "2026-05-12";

    /// Starts a client that sends through `transport`.
    pub fn builder(secret_key: SecretKey, transport: impl HttpTransport) -> ClientBuilder {
        ClientBuilder::new(secret_key, Box::new(transport))
    }

    /// The same client, whose calls are made with these options; what they leave open stays as it was.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            options: options.or(self.options),
        }
    }

    /// The kind of instance that the client's key belongs to.
    pub fn environment(&self) -> Environment {
        self.inner.environment
    }

    /// The client's clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Calls an endpoint, the SDK's or your own, and gives the value of its answer.
    ///
    /// # Errors
    ///
    /// An [`Error`](crate::Error): its [`kind`](crate::Error::kind) says what to do about it.
    pub async fn execute<E: Endpoint + ?Sized>(&self, endpoint: &E) -> Result<E::Output> {
        self.send(endpoint).await.map(Response::into_value)
    }

    /// Calls an endpoint and gives the whole response: value, status, headers, trace id.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub async fn send<E: Endpoint + ?Sized>(&self, endpoint: &E) -> Result<Response<E::Output>> {
        let request = endpoint.request()?;
        let operation = request.operation().name();
        let only_reads = request.operation().method().is_safe();
        let request = self.http_request(request)?;
        let result = self.inner.transport.send(request).await;
        response::read(operation, result, &*self.inner.clock)
            .map_err(|error| if only_reads { error.without_effect() } else { error })
    }

    fn http_request(&self, request: EndpointRequest) -> Result<HttpRequest> {
        if request.path().contains('{') {
            let missing = request.invalid("a parameter of its path was not given");
            return Err(missing.into());
        }
        let Some(uri) = self.inner.base_url.join(request.path(), request.query_string()) else {
            return Err(request.invalid("its path is not one, or too long").into());
        };
        let (operation, body) = request.into_parts();
        let mut request = HttpRequest::new(body.unwrap_or_else(Bytes::new));
        *request.method_mut() = operation.method().clone();
        *request.uri_mut() = uri;
        let context = CallContext::new(operation, self.options, self.inner.clock.now());
        request.extensions_mut().insert(context);
        Ok(request)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.base_url)
            .field("environment", &self.inner.environment)
            .field("options", &self.options)
            .field("transport", &self.inner.transport)
            .finish()
    }
}
