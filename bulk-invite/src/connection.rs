//! The client, connected to Clerk or to the demo's fake.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
#[cfg(feature = "postgres")]
use clerk_core::middleware::SharedBudget;
use clerk_core::{Client, ClientBuilder, Clock, Environment, SecretKey};
use clerk_hyper::{HyperTransport, TokioClock};
use http::Uri;

use crate::api_url::ApiUrl;
use crate::args::Args;
use crate::demo::{Demo, DemoFacts};
use crate::key;

/// The demo's key, which only the fake accepts.
const DEMO_KEY: &str = "sk_test_demo";

/// A client with the rate limits of its instance.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) limits: RateLimits,
    /// The host and port of the API, for messages.
    server: String,
    demo: Option<Demo>,
}

impl Connection {
    /// Connects to Clerk, or to the demo if there is no key or `--demo` is given. Must be called within a Tokio runtime.
    pub(crate) async fn new(args: &Args) -> Result<Self, String> {
        let key = if args.demo { None } else { key::from_env()? };
        let Some(key) = key else {
            return Self::demo(args).await;
        };
        let limits = limits(args, key.environment())?;
        let api_url = ApiUrl::from_option_or_env(args.api_url.as_deref())?;
        let client = build(builder(key, args, api_url.as_ref())?, api_url.as_ref())?;
        Ok(Self {
            client,
            limits,
            server: host_and_port(api_url.as_ref().map_or(Client::DEFAULT_BASE_URL, ApiUrl::as_str)),
            demo: None,
        })
    }

    /// Returns a client to the same instance that shares its limits with other processes.
    #[cfg(feature = "postgres")]
    pub(crate) fn sharing(&self, args: &Args, budget: impl SharedBudget) -> Result<Client, String> {
        let key = key::from_env()?.ok_or("a shared budget needs a key: set CLERK_SECRET_KEY")?;
        let api_url = ApiUrl::from_option_or_env(args.api_url.as_deref())?;
        let builder = builder(key, args, api_url.as_ref())?
            .rate_limits(self.limits.clone())
            .shared_budget(budget);
        build(builder, api_url.as_ref())
    }

    async fn demo(args: &Args) -> Result<Self, String> {
        if args.api_url.is_some() {
            return Err("--api-url needs a key: set CLERK_SECRET_KEY".to_owned());
        }
        let key = SecretKey::new(DEMO_KEY).map_err(|error| error.to_string())?;
        let limits = limits(args, key.environment())?;
        let demo = Demo::start(key.clone(), args).await;
        let demo = demo.map_err(|error| format!("cannot start the demo's server on this machine: {error}"))?;
        let transport = demo.track(transport(args)?);
        let builder = configure(Client::builder(key, transport), args)
            .base_url(demo.url())
            .clock(demo.clock());
        let client = builder.build().map_err(|error| error.to_string())?;
        Ok(Self {
            client,
            limits,
            server: host_and_port(&demo.url()),
            demo: Some(demo),
        })
    }

    pub(crate) const fn is_demo(&self) -> bool {
        self.demo.is_some()
    }

    /// Returns the host and port of the API, for messages.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Returns the clock of the client and its runs.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(self.client.clock())
    }

    /// Returns the real time since the start, which in the demo is shorter than the clock's.
    pub(crate) fn real_elapsed(&self) -> Duration {
        match &self.demo {
            Some(demo) => demo.clock().real_elapsed(),
            None => self.client.clock().now(),
        }
    }

    /// Returns what only the demo knows.
    pub(crate) fn demo_facts(&self) -> Option<DemoFacts> {
        self.demo.as_ref().map(Demo::facts)
    }
}

/// Returns the host of a URL, with the port if the URL names one. The rest of a URL can contain a password.
fn host_and_port(url: &str) -> String {
    let uri = url.parse::<Uri>().unwrap_or_default();
    let host = uri.host().unwrap_or_default();
    match uri.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn limits(args: &Args, environment: Environment) -> Result<RateLimits, String> {
    let limits = RateLimits::parse(&args.limits, environment).map_err(|error| format!("invalid --limits: {error}"))?;
    Ok(limits.share(args.share))
}

fn transport(args: &Args) -> Result<HyperTransport, String> {
    let mut builder = HyperTransport::builder().connect_timeout(args.connect_timeout);
    builder = match &args.proxy {
        Some(Ok(proxy)) => builder.proxy(proxy.clone()),
        Some(Err(error)) => return Err(format!("invalid --proxy: {error}")),
        None => builder.proxy_from_env().map_err(|error| with_source(&error))?,
    };
    if let Some(file) = &args.ca_cert {
        let added = builder.add_root_certificates_from_file(file);
        builder = added.map_err(|error| format!("invalid --ca-cert: {}", with_source(&error)))?;
    }
    builder.build().map_err(|error| with_source(&error))
}

fn with_source(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn builder(key: SecretKey, args: &Args, api_url: Option<&ApiUrl>) -> Result<ClientBuilder, String> {
    let builder = configure(Client::builder(key, transport(args)?), args).clock(TokioClock::new());
    Ok(match api_url {
        Some(url) => builder.base_url(url.as_str()),
        None => builder,
    })
}

fn build(builder: ClientBuilder, api_url: Option<&ApiUrl>) -> Result<Client, String> {
    builder.build().map_err(|error| match api_url {
        Some(url) => url.describe(&error),
        None => error.to_string(),
    })
}

/// Configures a client without rate limits of its own, because the run enforces them.
fn configure(builder: ClientBuilder, args: &Args) -> ClientBuilder {
    builder
        .user_agent(concat!("bulk-invite/", env!("CARGO_PKG_VERSION")))
        .retry_seed(args.seed)
        .attempt_timeout(args.timeout)
}
