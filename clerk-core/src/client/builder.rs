use std::fmt;
use std::hash::Hasher;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use siphasher::sip128::{Hasher128, SipHasher13};

use super::base_url::BaseUrl;
use super::headers::SetHeaders;
use super::{Client, Inner};
use crate::clock::{self, Clock};
use crate::error::BuildError;
#[cfg(feature = "tracing")]
use crate::middleware::trace::{TraceAttempts, TraceWaits};
use crate::middleware::{
    FnObserver, Observe, ObservedAttempt, Observer, Observers, RateLimit, RateLimits, Retry, RetryPolicy, SharedBudget,
    Timeout,
};
use crate::operation::CallOptions;
use crate::secret_key::SecretKey;
#[cfg(feature = "tower")]
use crate::tower::{Body, HttpService, TransportLayer, TransportService, transport_layer};
use crate::transport::HttpTransport;

/// A builder of a [`Client`], created by [`Client::builder`].
///
/// By default, a client makes up to 3 attempts, waits as long as a 429 asks it to, limits each attempt to 30 seconds, and has
/// no rate limits of its own.
///
/// Clients of clones of a builder share its transport, observers and, if one is set, its clock, and nothing else.
#[must_use]
#[derive(Clone)]
pub struct ClientBuilder {
    secret_key: SecretKey,
    transport: Arc<dyn HttpTransport>,
    base_url: String,
    allow_insecure_http: bool,
    user_agent: Option<String>,
    /// The machine's clock if there is none. It is created late, because it cannot be on every target.
    clock: Option<Arc<dyn Clock>>,
    retry: RetryPolicy,
    retry_seed: Option<u64>,
    rate_limits: RateLimits,
    shared_budget: Option<Arc<dyn SharedBudget>>,
    attempt_timeout: Duration,
    observers: Vec<Arc<dyn Observer>>,
    options: CallOptions,
    #[cfg(feature = "tower")]
    attempt_layers: Vec<TransportLayer>,
    #[cfg(feature = "tower")]
    call_layers: Vec<TransportLayer>,
}

impl ClientBuilder {
    pub(super) fn new(secret_key: SecretKey, transport: Arc<dyn HttpTransport>) -> Self {
        Self {
            secret_key,
            transport,
            base_url: Client::DEFAULT_BASE_URL.to_owned(),
            allow_insecure_http: false,
            user_agent: None,
            clock: None,
            retry: RetryPolicy::default(),
            retry_seed: None,
            rate_limits: RateLimits::none(),
            shared_budget: None,
            attempt_timeout: Timeout::<()>::DEFAULT,
            observers: Vec::new(),
            options: CallOptions::new(),
            #[cfg(feature = "tower")]
            attempt_layers: Vec::new(),
            #[cfg(feature = "tower")]
            call_layers: Vec::new(),
        }
    }

    /// Sets the base URL, with or without `/v1`. The default is [`Client::DEFAULT_BASE_URL`].
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Allows a plain `http` base URL whose host is not loopback. The secret key is then sent unencrypted.
    pub const fn allow_insecure_http(mut self) -> Self {
        self.allow_insecure_http = true;
        self
    }

    /// Sets the name of the application, such as `my-app/1.2`, which precedes the SDK's in `User-Agent` (RFC 9110, 10.1.5).
    pub fn user_agent(mut self, application: impl Into<String>) -> Self {
        self.user_agent = Some(application.into());
        self
    }

    /// Sets the clock. The default is [`SystemClock`](crate::SystemClock).
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Sets the retry policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the seed of the backoffs' jitter, to make it reproducible. By default, each client has a random seed.
    pub const fn retry_seed(mut self, seed: u64) -> Self {
        self.retry_seed = Some(seed);
        self
    }

    /// Sets rate limits for the client's calls. By default there are none, and the client only waits as 429 responses ask.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.rate_limits = limits;
        self
    }

    /// Shares the limits of the endpoints with other processes, in the client's calls and in its invitation runs. By default,
    /// each process counts its own calls.
    pub fn shared_budget(mut self, budget: impl SharedBudget) -> Self {
        self.shared_budget = Some(Arc::new(budget));
        self
    }

    /// Sets the timeout of each attempt, response body included. The default is 30 seconds.
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Adds an observer, which receives a callback for each attempt and each wait.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Adds a closure, which is called at the end of each attempt.
    ///
    /// ```
    /// # fn f(builder: clerk_core::ClientBuilder) -> clerk_core::ClientBuilder {
    /// builder.on_attempt(|attempt| eprintln!("{attempt}"))
    /// # }
    /// ```
    pub fn on_attempt(self, observer: impl Fn(&ObservedAttempt<'_>) + Send + Sync + 'static) -> Self {
        self.observer(FnObserver(observer))
    }

    /// Sets the default options of all calls.
    pub const fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Wraps each call in a tower layer, outside of the client's retries: the layer sees one request and one response per
    /// call. A layer added later wraps the ones added before.
    ///
    /// The layer never sees the secret key. [`crate::tower`] documents how its errors are classified.
    #[cfg(feature = "tower")]
    pub fn layer_call<L>(mut self, layer: L) -> Self
    where
        L: tower_layer::Layer<TransportService, Service: HttpService<Body>> + Send + Sync + 'static,
    {
        self.call_layers.push(transport_layer(layer));
        self
    }

    /// Wraps each attempt in a tower layer, within the client's retries, rate limits and attempt timeout. A layer added later
    /// wraps the ones added before.
    ///
    /// The layer never sees the secret key, which is added below it. It must not send a request twice; [`crate::tower`]
    /// documents how its errors are classified.
    #[cfg(feature = "tower")]
    pub fn layer_attempt<L>(mut self, layer: L) -> Self
    where
        L: tower_layer::Layer<TransportService, Service: HttpService<Body>> + Send + Sync + 'static,
    {
        self.attempt_layers.push(transport_layer(layer));
        self
    }

    /// Builds the client. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Returns [`BuildError`] if the base URL or the user agent is invalid.
    pub fn build(self) -> Result<Client, BuildError> {
        let base_url = BaseUrl::parse(&self.base_url, self.allow_insecure_http)?;
        let user_agent = self.user_agent_header()?;
        let environment = self.secret_key.environment();
        let account = account(&self.base_url, &self.secret_key);
        let clock = clock::or_system(self.clock.as_ref());
        let options = self.options;
        let inner = Inner {
            innermost: Arc::clone(&self.transport),
            shared_budget: self.shared_budget.clone(),
            attempt_timeout: self.attempt_timeout,
            transport: self.stack(user_agent, Arc::clone(&clock)),
            clock,
            base_url,
            environment,
            account,
        };
        Ok(Client {
            inner: Arc::new(inner),
            options,
        })
    }

    fn user_agent_header(&self) -> Result<HeaderValue, BuildError> {
        let sdk = concat!("clerk-core/", env!("CARGO_PKG_VERSION"));
        match &self.user_agent {
            Some(application) => {
                HeaderValue::try_from(format!("{application} {sdk}")).map_err(|_| BuildError::UserAgent)
            }
            None => Ok(HeaderValue::from_static(sdk)),
        }
    }

    fn stack(self, user_agent: HeaderValue, clock: Arc<dyn Clock>) -> Box<dyn HttpTransport> {
        let observer = Observers::combine(self.observers);
        #[cfg(feature = "tracing")]
        let of_waits = Observers::combine(observer.iter().cloned().chain([Arc::new(TraceWaits) as _]).collect());
        #[cfg(not(feature = "tracing"))]
        let of_waits = observer.clone();
        let transport = SetHeaders::new(self.transport, &self.secret_key, user_agent);
        #[cfg(feature = "tower")]
        let transport = apply(self.attempt_layers, Box::new(transport));
        let timed = Timeout::new(transport, self.attempt_timeout, Arc::clone(&clock));
        let observed: Box<dyn HttpTransport> = match observer {
            Some(observer) => Box::new(Observe::new(timed, observer, Arc::clone(&clock))),
            None => Box::new(timed),
        };
        #[cfg(feature = "tracing")]
        let observed = TraceAttempts::new(observed, Arc::clone(&clock));
        let mut limited = RateLimit::new(observed, self.rate_limits, Arc::clone(&clock));
        if let Some(budget) = self.shared_budget {
            limited = limited.with_shared_budget(budget, self.attempt_timeout);
        }
        if let Some(observer) = &of_waits {
            limited = limited.with_observer(Arc::clone(observer));
        }
        let seed = self.retry_seed.unwrap_or_else(|| fastrand::u64(..));
        let mut retried = Retry::new(limited, self.retry, clock, seed);
        if let Some(observer) = of_waits {
            retried = retried.with_observer(observer);
        }
        let retried = Box::new(retried);
        #[cfg(feature = "tower")]
        let retried = apply(self.call_layers, retried);
        retried
    }
}

/// Wraps `transport` in `layers`, the first one innermost.
#[cfg(feature = "tower")]
fn apply(layers: Vec<TransportLayer>, transport: Box<dyn HttpTransport>) -> Box<dyn HttpTransport> {
    layers.into_iter().fold(transport, |transport, layer| layer(transport))
}

fn account(base_url: &str, secret_key: &SecretKey) -> u128 {
    let mut hasher = SipHasher13::new();
    hasher.write(secret_key.authorization().as_bytes());
    hasher.write(base_url.trim_end_matches('/').as_bytes());
    hasher.finish128().as_u128()
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("secret_key", &self.secret_key)
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}
