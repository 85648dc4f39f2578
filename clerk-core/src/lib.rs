#![doc = include_str!("../README.md")]

pub mod api;
mod client;
pub mod clock;
mod endpoint;
pub mod error;
#[doc(hidden)]
pub mod json;
pub mod middleware;
pub mod model;
mod operation;
mod paging;
pub mod run;
mod secret_key;
mod transport;

pub use async_trait::async_trait;
pub use bytes::Bytes;
pub use http;

pub use client::{Client, ClientBuilder, Response};
pub use clock::{Clock, SystemClock};
pub use endpoint::{Endpoint, EndpointRequest};
pub use error::{ApiError, BuildError, Effect, Error, ErrorCode, ErrorKind, InvalidRequest, Result};
pub use operation::{CallContext, CallOptions, Operation, RateLimitKey};
pub use paging::{Items, Paged, Pages};
pub use secret_key::{Environment, InvalidSecretKey, SecretKey};
pub use transport::{
    Delivery, FnTransport, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind, transport_fn,
};
