#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
mod client;
mod clock;
mod endpoint;
mod error;
mod error_chain;
#[doc(hidden)]
pub mod json;
pub mod middleware;
pub mod model;
mod nullable;
mod operation;
mod paging;
pub mod run;
mod safe_to_log;
mod secret_key;
mod sensitive;
mod text;
#[cfg(feature = "tower")]
pub mod tower;
mod transport;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use async_trait::async_trait;
pub use bytes::Bytes;
pub use http;

pub use client::{Client, ClientBuilder, Response};
pub use clock::{Clock, Sleep, SystemClock};
pub use endpoint::{Endpoint, EndpointRequest, Multipart};
pub use error::{ApiError, BuildError, DecodeError, Error, ErrorCode, ErrorKind, InvalidRequest, Result};
pub use error_chain::ErrorChain;
pub use nullable::Nullable;
pub use operation::{CallContext, CallOptions, Operation, RateLimitKey};
pub use paging::{Items, Pages};
pub use secret_key::{Environment, InvalidSecretKey, SecretKey};
pub use sensitive::Sensitive;
pub use text::UnknownName;
pub use transport::{
    Attempts, Delivery, Effect, FnTransport, HttpRequest, HttpResponse, HttpTransport, TransportError,
    TransportErrorKind, transport_fn,
};
