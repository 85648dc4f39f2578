//! The one trait between the client and the wire.

mod attempts;
mod effect;
mod error;
mod function;

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

pub use attempts::Attempts;
pub use effect::Effect;
pub use error::{Delivery, TransportError, TransportErrorKind};
pub use function::{FnTransport, transport_fn};

/// A request whole in memory: cloneable, recordable, comparable.
pub type HttpRequest = http::Request<Bytes>;

/// A response whole in memory.
pub type HttpResponse = http::Response<Bytes>;

/// The future that [`HttpTransport::send`] returns, as `async_trait` makes it.
///
/// Who passes an inner future on writes `send` out with it, and so does [`middleware::Retry`](crate::middleware::Retry), which
/// keeps much: of its `async fn`, `async_trait` would make a future that holds the request once more.
pub(crate) type SendFuture<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'a>>;

/// Sends one HTTP request and brings back the whole response.
///
/// Implement it to run the SDK on an HTTP stack of your own; everything else (retries, rate limits, timeouts) is
/// built on top of it. A transport makes **one** attempt and leaves retrying to [`middleware::Retry`], because only
/// the layer above knows whether the operation may be sent twice.
///
/// # What it gets
///
/// A client's request has an absolute URI and the client's headers: `Authorization` with the key, `Clerk-API-Version`,
/// `User-Agent`, `Accept`, and with a body `Content-Type`. `Host` and the length of the body are the transport's to add
/// (RFC 9112, 3.2 and 6.2).
///
/// # What an implementation owes its callers
///
/// - Any status is an `Ok`: a 404 or a 500 is an answer. `Err` is for having no whole answer.
/// - The error says what became of the request ([`Delivery`]). When in doubt it is
///   [`Delivery::MaybeDelivered`]: a wrong [`Delivery::NotSent`] can invite a person twice.
/// - Headers, method, URI and body go out as given, without following redirects.
/// - The size of the response body is capped; a larger one is
///   [`TransportErrorKind::ResponseTooLarge`].
/// - Nothing is sent before the future is polled, and dropping it abandons the attempt. Neither blocks the thread.
///
/// What the operation is travels in the request's extensions as a [`CallContext`].
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
    /// A [`TransportError`] when no whole response arrived.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError>;
}

/// Both pass the inner future on as it is: an `async fn` would box it a second time.
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
