#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod builder;
mod classify;
mod connect;
mod dial;
mod error;
#[cfg(doc)]
pub mod guide;
mod proxy;
mod setup;
mod tls;
mod tokio_clock;
mod transport;

pub use clerk_core::*;
/// The TLS library, whose types [`HyperTransportBuilder`] takes. A new incompatible version of it makes a new incompatible
/// version of this crate.
pub use rustls;

pub use builder::HyperTransportBuilder;
pub use error::SetupError;
pub use proxy::{InvalidProxy, Proxy, ProxyError, TunnelError};
pub use setup::{builder, builder_from_env, builder_with, client, from_env};
pub use tokio_clock::TokioClock;
pub use transport::HyperTransport;

/// Compiles the code in the project's README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct ProjectReadme;
