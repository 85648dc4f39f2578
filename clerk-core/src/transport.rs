//! The trait between the client and the network, and its types.

mod attempts;
mod effect;
mod error;
mod function;

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;

use crate::safe_to_log::is_safe_to_log;

pub use attempts::Attempts;
pub use effect::Effect;
pub use error::{Delivery, TransportError, TransportErrorKind};
pub use function::{FnTransport, transport_fn};

/// A request whose body is in memory, so that it can be cloned, recorded and compared.
pub type HttpRequest = http::Request<Bytes>;

/// A response whose body is in memory.
pub type HttpResponse = http::Response<Bytes>;

/// The future that [`HttpTransport::send`] returns, as `async_trait` declares it.
///
/// Wrappers that forward an inner future implement `send` by hand and return it unchanged. So does
/// [`middleware::Retry`](crate::middleware::Retry), because the future that `async_trait` creates would hold the request twice.
pub(crate) type SendFuture<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'a>>;

/// Sends an HTTP request and returns the response.
///
/// Implement it to run the SDK on your own HTTP stack. Everything else, such as retries, rate limits and timeouts, is built
/// on top of it. A transport makes **one** attempt and leaves retries to [`middleware::Retry`], which knows whether the
/// operation is safe to repeat.
///
/// # Requests
///
/// A client's requests have an absolute URI and the client's headers: `Authorization` with the secret key,
/// `Clerk-API-Version`, `User-Agent`, `Accept`, and `Content-Type` if there is a body. The transport adds `Host` and the
/// length of the body (RFC 9112, 3.2 and 6.2). The request's extensions contain the [`CallContext`].
///
/// # Requirements
///
/// - Every status is `Ok`, including 404 and 500. `Err` means that the response did not arrive in full.
/// - The error says whether the request may have reached the server ([`Delivery`]). If that is uncertain, it must be
///   [`Delivery::MaybeDelivered`]: a wrong [`Delivery::NotSent`] can invite a person twice.
/// - Headers, method, URI and body are sent unchanged, and redirects are not followed.
/// - The size of the response body is limited. Larger responses fail with [`TransportErrorKind::ResponseTooLarge`].
/// - Nothing is sent before the future is polled. Dropping the future abandons the attempt. Neither blocks the thread.
///
/// The conformance suite of `clerk-testkit` checks these requirements.
///
/// ```
/// use clerk_core::{HttpRequest, HttpResponse, HttpTransport, TransportError, async_trait};
///
/// #[derive(Debug)]
/// struct Canned;
///
/// #[async_trait]
/// impl HttpTransport for Canned {
///     async fn send(&self, _request: HttpRequest) -> Result<HttpResponse, TransportError> {
///         Ok(HttpResponse::new("[]".into()))
///     }
/// }
/// ```
///
/// [`CallContext`]: crate::CallContext
/// [`middleware::Retry`]: crate::middleware::Retry
#[async_trait]
pub trait HttpTransport: Debug + Send + Sync + 'static {
    /// Sends `request` once and returns its response, body included.
    ///
    /// # Errors
    ///
    /// Returns [`TransportError`] if the response did not arrive in full.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future abandons the attempt. The server may have received the request.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError>;
}

/// Forwards the inner future unchanged, because an `async fn` would box it a second time.
macro_rules! transport_through_pointer {
    ($($pointer:ident),*) => {$(
        impl<T: HttpTransport + ?Sized> HttpTransport for $pointer<T> {
            fn send<'a, 'b>(&'a self, request: HttpRequest) -> SendFuture<'b>
            where
                'a: 'b,
                Self: 'b,
            {
                (**self).send(request)
            }
        }
    )*};
}

transport_through_pointer!(Arc, Box);

/// Returns the id by which Clerk's support can find the request, if it is safe to log.
pub(crate) fn trace_id(headers: &HeaderMap) -> Option<&str> {
    ["clerk-trace-id", "cf-ray"]
        .into_iter()
        .filter_map(|name| headers.get(name)?.to_str().ok())
        .find(|id| is_safe_to_log(id))
}
