use std::fmt;

use async_trait::async_trait;

use super::{HttpRequest, HttpResponse, HttpTransport, TransportError};

/// Creates a transport from an async closure, for tests and small adapters.
///
/// ```
/// use clerk_core::{HttpResponse, transport_fn};
///
/// let empty_list = transport_fn(async |_request| Ok(HttpResponse::new("[]".into())));
/// ```
pub fn transport_fn<F, Fut>(send: F) -> FnTransport<F>
where
    F: Fn(HttpRequest) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<HttpResponse, TransportError>> + Send,
{
    FnTransport { send }
}

/// The transport that [`transport_fn`] returns.
#[derive(Clone)]
pub struct FnTransport<F> {
    send: F,
}

impl<F> fmt::Debug for FnTransport<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnTransport")
    }
}

#[async_trait]
impl<F, Fut> HttpTransport for FnTransport<F>
where
    F: Fn(HttpRequest) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<HttpResponse, TransportError>> + Send,
{
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        (self.send)(request).await
    }
}
