use std::fmt;
use std::sync::Arc;

use clerk_core::{HttpRequest, Operation};
use http::Method;
use serde::de::DeserializeOwned;

use super::instance::PathParams;
use super::routes::match_path;
use crate::mock::Reply;

type Handle = Arc<dyn Fn(&EndpointCall<'_>) -> Reply + Send + Sync>;

/// An operation that an application adds to the fake.
#[derive(Clone)]
pub(super) struct FakeEndpoint {
    pub(super) operation: Operation,
    handle: Handle,
}

/// A call of an operation that was added with [`FakeClerkBuilder::endpoint`](super::FakeClerkBuilder::endpoint).
#[derive(Debug, Clone, Copy)]
pub struct EndpointCall<'a> {
    request: &'a HttpRequest,
    params: &'a PathParams,
}

impl FakeEndpoint {
    pub(super) fn new(
        operation: Operation,
        handle: impl Fn(&EndpointCall<'_>) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self {
            operation,
            handle: Arc::new(handle),
        }
    }

    /// Returns the parameters of the path if the operation has this method and path.
    pub(super) fn params(&self, method: &Method, path: &str) -> Option<PathParams> {
        let below_v1 = path.strip_prefix("/v1").filter(|_| self.operation.method() == method)?;
        match_path(self.operation.path(), below_v1)
    }

    pub(super) fn handle(&self, request: &HttpRequest, params: &PathParams) -> Reply {
        (self.handle)(&EndpointCall { request, params })
    }
}

impl fmt::Debug for FakeEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeEndpoint")
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

impl<'a> EndpointCall<'a> {
    /// Returns the request.
    pub const fn request(&self) -> &'a HttpRequest {
        self.request
    }

    /// Returns the decoded parameter of the path, or an empty string if the path has no parameter of this name.
    pub fn param(&self, name: &str) -> &'a str {
        self.params.get(name)
    }

    /// Decodes the body.
    ///
    /// # Errors
    ///
    /// The error of `serde_json` if the body is no JSON of this type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(self.request.body())
    }
}
