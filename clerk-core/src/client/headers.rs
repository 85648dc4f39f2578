//! The headers that every request of a client carries.

use std::fmt;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Client;
use crate::secret_key::SecretKey;
use crate::transport::{HttpRequest, HttpTransport, Sending};

static CLERK_API_VERSION: HeaderName = HeaderName::from_static("clerk-api-version");
static JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Puts a client's headers on each request, right before the transport that the client was given.
///
/// So none of the middlewares holds the key, and what they keep of a request for another attempt is less.
pub(super) struct SetHeaders {
    transport: Box<dyn HttpTransport>,
    without_body: HeaderMap,
    with_body: HeaderMap,
}

impl SetHeaders {
    pub(super) fn new(transport: Box<dyn HttpTransport>, secret_key: &SecretKey, user_agent: HeaderValue) -> Self {
        let without_body = HeaderMap::from_iter([
            (AUTHORIZATION, secret_key.authorization()),
            (CLERK_API_VERSION.clone(), HeaderValue::from_static(Client::API_VERSION)),
            (USER_AGENT, user_agent),
            (ACCEPT, JSON.clone()),
        ]);
        let mut with_body = without_body.clone();
        with_body.insert(CONTENT_TYPE, JSON.clone());
        Self {
            transport,
            without_body,
            with_body,
        }
    }
}

impl HttpTransport for SetHeaders {
    fn send<'a, 'b>(&'a self, mut request: HttpRequest) -> Sending<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        let headers = if request.body().is_empty() {
            &self.without_body
        } else {
            &self.with_body
        };
        *request.headers_mut() = headers.clone();
        self.transport.send(request)
    }
}

/// Shows the transport alone.
impl fmt::Debug for SetHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.transport.fmt(f)
    }
}
