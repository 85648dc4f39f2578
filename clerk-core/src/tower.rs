//! Connects the SDK to [tower](https://docs.rs/tower): services as transports, transports as services, and layers in a client.
//!
//! Needs the feature `tower` of `clerk-core`; `clerk-hyper` then re-exports the module.
//!
//! - [`TowerTransport`] sends through any `tower::Service` of HTTP requests.
//! - [`TransportService`] is a `tower::Service` that sends through any [`HttpTransport`].
//! - [`ClientBuilder::layer_call`] and [`ClientBuilder::layer_attempt`] insert a `tower::Layer` into a client.
//!
//! A client with a timeout for each attempt, and a trace span for each call:
//!
//! ```
//! # fn run(key: clerk_core::SecretKey, transport: impl clerk_core::HttpTransport) -> Result<(), clerk_core::BuildError> {
//! use std::time::Duration;
//! use clerk_core::Client;
//! use tower::timeout::TimeoutLayer;
//! use tower_http::trace::TraceLayer;
//!
//! let clerk = Client::builder(key, transport)
//!     .layer_attempt(TimeoutLayer::new(Duration::from_secs(10)))
//!     .layer_call(TraceLayer::new_for_http())
//!     .build()?;
//! # Ok(()) }
//! ```
//!
//! # Delivery of failed requests
//!
//! A transport says of each failed request whether the server may have acted on it. tower's errors do not say that, so the
//! following rules apply. A wrong [`Delivery::NotSent`] can invite a person twice.
//!
//! | Failure | [`delivery`](crate::TransportError::delivery) |
//! |---|---|
//! | `poll_ready` fails | `NotSent`: the service was never called |
//! | `call` fails, and the error or one of its sources is a [`TransportError`](crate::TransportError) | that error's |
//! | `call` fails otherwise | the one that [`TowerTransport::classify`] returns, `MaybeDelivered` by default |
//! | the body of the response cannot be read | `MaybeDelivered` |
//!
//! Layers that send a request more than once (`tower::retry`, `tower::hedge`, redirects of tower-http) break these rules: the
//! error of the last attempt says nothing about the ones before. Leave retries to the [client](crate::middleware::Retry).
//!
//! [`HttpTransport`]: crate::HttpTransport
//! [`Delivery::NotSent`]: crate::Delivery::NotSent
//! [`ClientBuilder::layer_call`]: crate::ClientBuilder::layer_call
//! [`ClientBuilder::layer_attempt`]: crate::ClientBuilder::layer_attempt

mod body;
mod layer;
mod service;
mod transport;

pub use body::Body;
pub(crate) use layer::{TransportLayer, transport_layer};
pub use service::{HttpService, TransportService};
pub use transport::TowerTransport;

use std::error::Error as StdError;

type BoxError = Box<dyn StdError + Send + Sync>;
