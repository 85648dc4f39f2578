//! Whom the program talks to: Clerk, or the demo's fake.

use std::sync::Arc;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_core::{Client, ClientBuilder, Clock, Environment, SecretKey};
use clerk_hyper::{HyperTransport, TokioClock};

use crate::api_url::ApiUrl;
use crate::args::Args;
use crate::demo::Demo;
use crate::key;
use crate::summary::DemoFacts;

/// The demo's key. It opens nothing but the fake.
const DEMO_KEY: &str = "sk_test_demo";

/// A client, and what it talks to.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) client: Client,
    pub(crate) limits: RateLimits,
    demo: Option<Demo>,
}

impl Target {
    /// Clerk if there is a key, and the demo if not or if asked for. Needs a Tokio runtime.
    pub(crate) async fn new(args: &Args) -> Result<Self, String> {
        let key = if args.demo { None } else { key::from_env()? };
        let Some(key) = key else {
            return Self::demo(args).await;
        };
        let limits = limits(args, key.environment())?;
        let mut builder = configure(Client::builder(key, transport(args)?), args).clock(TokioClock::new());
        let api_url = ApiUrl::of(args.api_url.as_deref())?;
        if let Some(url) = &api_url {
            builder = builder.base_url(url.as_str());
        }
        let client = builder.build().map_err(|error| match &api_url {
            Some(url) => url.problem(&error),
            None => error.to_string(),
        })?;
        Ok(Self {
            client,
            limits,
            demo: None,
        })
    }

    async fn demo(args: &Args) -> Result<Self, String> {
        if args.api_url.is_some() {
            return Err("--api-url needs a key: set CLERK_SECRET_KEY".to_owned());
        }
        let key = SecretKey::new(DEMO_KEY).map_err(|error| error.to_string())?;
        let limits = limits(args, key.environment())?;
        let demo = Demo::start(key.clone(), args).await;
        let demo = demo.map_err(|error| format!("the demo could not listen on this machine: {error}"))?;
        let transport = demo.watch(transport(args)?);
        let builder = configure(Client::builder(key, transport), args)
            .base_url(demo.url())
            .clock(demo.clock());
        let client = builder.build().map_err(|error| error.to_string())?;
        Ok(Self {
            client,
            limits,
            demo: Some(demo),
        })
    }

    /// Whether it is the demo.
    pub(crate) const fn is_demo(&self) -> bool {
        self.demo.is_some()
    }

    /// The clock that the run goes by.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(self.client.clock())
    }

    /// The time since the start that passed for a person who watches.
    pub(crate) fn real_elapsed(&self) -> Duration {
        match &self.demo {
            Some(demo) => demo.clock().real_elapsed(),
            None => self.client.clock().now(),
        }
    }

    /// What only the demo knows.
    pub(crate) fn demo_facts(&self) -> Option<DemoFacts> {
        self.demo.as_ref().map(Demo::facts)
    }
}

fn limits(args: &Args, environment: Environment) -> Result<RateLimits, String> {
    RateLimits::parse(&args.limits, environment).map_err(|error| format!("--limits: {error}"))
}

fn transport(args: &Args) -> Result<HyperTransport, String> {
    let builder = HyperTransport::builder().connect_timeout(args.connect_timeout);
    builder.build().map_err(|error| error.to_string())
}

/// The limits are the run's to keep, not the client's.
fn configure(builder: ClientBuilder, args: &Args) -> ClientBuilder {
    builder
        .user_agent(concat!("bulk-invite/", env!("CARGO_PKG_VERSION")))
        .retry_seed(args.seed)
        .attempt_timeout(args.timeout)
}
