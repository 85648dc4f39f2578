//! The headers that every request of a client carries.

use std::fmt;
use std::mem;
use std::sync::Arc;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Client;
use crate::secret_key::SecretKey;
use crate::transport::{HttpRequest, HttpTransport, SendFuture};

static CLERK_API_VERSION: HeaderName = HeaderName::from_static("clerk-api-version");
static JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Sets a client's headers on each request, right before the transport that the client was given. Headers that the request has
/// already replace them, except for the key.
///
/// This way no middleware sees the key, and the copy that [`Retry`](crate::middleware::Retry) keeps has no headers to clone.
pub(super) struct SetHeaders {
    transport: Arc<dyn HttpTransport>,
    without_body: HeaderMap,
    with_body: HeaderMap,
}

impl SetHeaders {
    /// The client's headers, those of the connection, and some of the caller.
    const CAPACITY: usize = 10;

    pub(super) fn new(transport: Arc<dyn HttpTransport>, secret_key: &SecretKey, user_agent: HeaderValue) -> Self {
        // Copies keep the room, so that adding the connection's headers does not hash all of them again.
        let mut without_body = HeaderMap::with_capacity(Self::CAPACITY);
        without_body.extend([
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
    fn send<'a, 'b>(&'a self, mut request: HttpRequest) -> SendFuture<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        let headers = if request.body().is_empty() {
            &self.without_body
        } else {
            &self.with_body
        };
        let own = mem::replace(request.headers_mut(), headers.clone());
        for (name, value) in &own {
            if name != AUTHORIZATION {
                request.headers_mut().insert(name.clone(), value.clone());
            }
        }
        self.transport.send(request)
    }
}

/// Shows only the transport, because the headers contain the key.
impl fmt::Debug for SetHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.transport.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use http::StatusCode;
    use http::header::RETRY_AFTER;

    use super::*;
    use crate::api::invitations::{CreateInvitation, ListInvitations};
    use crate::operation::Operation;
    use crate::transport::{HttpResponse, transport_fn};

    /// Answers the first attempt with 429 and the others with an empty list.
    fn rate_limited_once(requests: Arc<Mutex<Vec<HttpRequest>>>) -> impl HttpTransport {
        transport_fn(move |request| {
            let mut requests = requests.lock().expect("no panic before");
            let mut response = HttpResponse::new("[]".into());
            if requests.is_empty() {
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from_static("0"));
            }
            requests.push(request);
            std::future::ready(Ok(response))
        })
    }

    #[test]
    fn a_request_can_set_headers_and_the_version_but_not_the_key() {
        let requests = Arc::default();
        let key = SecretKey::new("sk_test_abc").expect("a key");
        let builder = Client::builder(key, rate_limited_once(Arc::clone(&requests)));
        let clerk = builder.build().expect("a client");
        let list = || Operation::get("ListInvitations", "/invitations").request();
        let versioned = list()
            .api_version("2025-11-10")
            .and_then(|request| request.header("X-Tenant", "a"));
        pollster::block_on(clerk.execute(&versioned.expect("valid headers"))).expect("the second attempt");
        assert!(list().header("authorization", "Bearer sk_test_b").is_err());
        assert!(list().header("x-tenant", "a\nb").is_err());

        let requests = requests.lock().expect("no panic before");
        assert_eq!(requests.len(), 2);
        for attempt in requests.iter() {
            assert_eq!(attempt.headers()["clerk-api-version"], "2025-11-10");
            assert_eq!(attempt.headers()["x-tenant"], "a");
            assert_eq!(attempt.headers()[AUTHORIZATION], "Bearer sk_test_abc");
        }
    }

    #[test]
    fn sets_all_headers_on_each_attempt_and_a_content_type_only_with_a_body() {
        let requests = Arc::default();
        let key = SecretKey::new("sk_test_abc").expect("a key");
        let builder = Client::builder(key, rate_limited_once(Arc::clone(&requests))).user_agent("app/1");
        let clerk = builder.build().expect("a client");
        let people = [CreateInvitation::new("ada@example.com")];
        pollster::block_on(clerk.invitations().create_bulk(&people)).expect("the second attempt");
        pollster::block_on(clerk.invitations().list(&ListInvitations::new())).expect("a list");

        let requests = requests.lock().expect("no panic before");
        let [first, second, list] = requests.as_slice() else {
            panic!("{} requests", requests.len());
        };
        let mut expected = HeaderMap::new();
        let sdk = concat!("app/1 clerk-core/", env!("CARGO_PKG_VERSION"));
        expected.insert(AUTHORIZATION, HeaderValue::from_static("Bearer sk_test_abc"));
        expected.insert("clerk-api-version", HeaderValue::from_static("2026-05-12"));
        expected.insert(USER_AGENT, HeaderValue::from_static(sdk));
        expected.insert(ACCEPT, HeaderValue::from_static("application/json"));
        assert_eq!(*list.headers(), expected);
        expected.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for attempt in [first, second] {
            assert_eq!(*attempt.headers(), expected);
            assert!(attempt.headers()[AUTHORIZATION].is_sensitive());
            assert_eq!(attempt.body(), first.body());
        }
    }
}
