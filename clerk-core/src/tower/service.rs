use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_service::Service;

use super::BoxError;
use super::body::{Body, ReadError, read};
use crate::transport::{Delivery, HttpTransport, TransportError, TransportErrorKind};

/// A `tower::Service` that can carry the SDK's requests.
///
/// It is implemented for every service that fits; there is nothing to implement by hand.
pub trait HttpService<B>:
    Service<
        http::Request<B>,
        Response = http::Response<<Self as HttpService<B>>::ResponseBody>,
        Error: Into<BoxError>,
        Future: Send,
    > + Clone
    + Send
    + 'static
{
    /// The body of the service's responses.
    type ResponseBody: http_body::Body<Error: Into<BoxError>> + Send;
}

impl<S, B, R> HttpService<B> for S
where
    S: Service<http::Request<B>, Response = http::Response<R>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    R: http_body::Body + Send,
    R::Error: Into<BoxError>,
{
    type ResponseBody = R;
}

/// A `tower::Service` that sends through an [`HttpTransport`].
///
/// It is always ready. Cloning is cheap, and clones share the transport.
///
/// # Cancel safety
///
/// As the transport: after its future is dropped, the server may have received the request.
///
/// ```
/// # async fn run() -> Result<(), clerk_core::TransportError> {
/// use clerk_core::tower::{Body, TransportService};
/// use clerk_core::{HttpResponse, http, transport_fn};
/// use tower::ServiceExt;
///
/// let transport = transport_fn(async |_request| Ok(HttpResponse::new("[]".into())));
/// let request = http::Request::new(Body::default());
/// let response = TransportService::new(transport).oneshot(request).await?;
/// assert_eq!(response.into_body().into_bytes(), "[]");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct TransportService {
    transport: Arc<dyn HttpTransport>,
}

impl TransportService {
    /// Creates a service that sends through `transport`.
    pub fn new(transport: impl HttpTransport) -> Self {
        Self {
            transport: Arc::new(transport),
        }
    }
}

impl<B> Service<http::Request<B>> for TransportService
where
    B: http_body::Body<Data: Send> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<Body>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, TransportError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let transport = Arc::clone(&self.transport);
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = read(body, usize::MAX).await.map_err(unreadable_request)?;
            let response = transport.send(http::Request::from_parts(head, body)).await?;
            Ok(response.map(Body::from))
        })
    }
}

fn unreadable_request(error: ReadError) -> TransportError {
    let transport_error = TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent);
    match error {
        ReadError::TooLarge => transport_error,
        ReadError::Failed(source) => transport_error.with_source(source),
    }
}
