//! The client, which turns endpoints into HTTP requests and responses into values.

mod base_url;
mod builder;
mod headers;
mod response;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;
#[cfg(feature = "tracing")]
use tracing::Instrument;

use crate::clock::Clock;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::Result;
use crate::middleware::SharedBudget;
#[cfg(feature = "tracing")]
use crate::middleware::trace;
use crate::operation::{CallContext, CallOptions};
use crate::secret_key::{Environment, SecretKey};
use crate::transport::{HttpRequest, HttpTransport};

use base_url::BaseUrl;
pub use builder::ClientBuilder;
pub use response::Response;

/// A client of Clerk's Backend API.
///
/// Cloning is cheap, and clones share the transport and the rate limits.
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
    /// The middlewares around `innermost`.
    transport: Box<dyn HttpTransport>,
    /// The transport that the builder was given, for `Debug`.
    innermost: Arc<dyn HttpTransport>,
    clock: Arc<dyn Clock>,
    base_url: BaseUrl,
    environment: Environment,
    /// See [`Client::account`].
    account: u128,
    shared_budget: Option<Arc<dyn SharedBudget>>,
    attempt_timeout: Duration,
}

impl Client {
    /// The base URL of Clerk's Backend API.
    pub const DEFAULT_BASE_URL: &'static str = "https://api.clerk.com";

    /// The version of the API that each request asks for in the header `Clerk-API-Version`.
    pub const API_VERSION: &'static str = "2026-05-12";

    /// Creates a builder of a client that sends its requests through `transport`.
    pub fn builder(secret_key: SecretKey, transport: impl HttpTransport) -> ClientBuilder {
        ClientBuilder::new(secret_key, Arc::new(transport))
    }

    /// Returns a client whose calls use these options. Unset options keep their current values.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            options: options.or(self.options),
        }
    }

    /// Returns the kind of instance that the client's key belongs to.
    pub fn environment(&self) -> Environment {
        self.inner.environment
    }

    /// Returns a hash of the base URL and the secret key: two clients with the same one reach the same instance. The key cannot
    /// be derived from it.
    pub(crate) fn account(&self) -> u128 {
        self.inner.account
    }

    /// Returns the budget that the client shares with other processes, and how long an attempt takes at most.
    pub(crate) fn shared_budget(&self) -> Option<(&Arc<dyn SharedBudget>, Duration)> {
        let budget = self.inner.shared_budget.as_ref()?;
        Some((budget, self.options.attempt_timeout_or(self.inner.attempt_timeout)))
    }

    /// Returns the client's clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Calls an endpoint and returns the decoded response body. The endpoint can be one of the SDK or your own.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`](crate::Error), whose [`kind`](crate::Error::kind) says what to do about it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future abandons the call at once and sends no further attempt. An attempt that was already sent may still
    /// take effect, and its outcome is lost. So dropping is safe for operations that only read. For others, read the current
    /// state from Clerk before you repeat a call that must not be applied twice.
    ///
    /// A web framework drops the future of a handler when the browser disconnects, and with it a call under way. Spawn a call
    /// that creates something as a task of its own, and wait for the task: dropping the handle does not stop it.
    pub async fn execute<E: Endpoint + ?Sized>(&self, endpoint: &E) -> Result<E::Output> {
        self.send(endpoint).await.map(Response::into_value)
    }

    /// Calls an endpoint and returns the whole response: value, status, headers and trace id.
    ///
    /// # Errors
    ///
    /// Those of [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// As for [`execute`](Self::execute).
    pub async fn send<E: Endpoint + ?Sized>(&self, endpoint: &E) -> Result<Response<E::Output>> {
        let request = endpoint.request()?;
        let operation = request.operation().name();
        let only_reads = request.operation().method().is_safe();
        #[cfg(feature = "tracing")]
        let span = trace::call_span(request.operation());
        let request = self.http_request::<E::Output>(request)?;
        let sending = self.inner.transport.send(request);
        #[cfg(feature = "tracing")]
        let sending = sending.instrument(span.clone());
        let result = response::read(operation, sending.await, &*self.inner.clock)
            .map_err(|error| if only_reads { error.without_effect() } else { error });
        #[cfg(feature = "tracing")]
        match &result {
            Ok(response) => {
                let facts = (Some(response.status()), response.trace_id(), response.attempts());
                trace::record_call(&span, facts, None);
            }
            Err(error) => trace::record_call(&span, (error.status(), error.trace_id(), error.attempts()), Some(error)),
        }
        result
    }

    fn http_request<T: DeserializeOwned>(&self, request: EndpointRequest) -> Result<HttpRequest> {
        if request.path().contains('{') {
            let missing = request.invalid("a parameter of its path was not set");
            return Err(missing.into());
        }
        let Some(uri) = self.inner.base_url.join(request.path(), request.query_string()) else {
            return Err(request.invalid("its path is invalid or too long").into());
        };
        let (operation, headers, body) = request.into_parts();
        let mut request = HttpRequest::new(body.unwrap_or_else(Bytes::new));
        *request.method_mut() = operation.method().clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let context = CallContext::new(operation, self.options, || self.inner.clock.now()).decoding::<T>();
        request.extensions_mut().insert(context);
        Ok(request)
    }
}

/// Shows the API, the options and the transport that the client was given.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.base_url)
            .field("environment", &self.inner.environment)
            .field("options", &self.options)
            .field("transport", &self.inner.innermost)
            .finish()
    }
}
