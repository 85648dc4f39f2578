use std::any::type_name;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use super::BoxError;
use super::body::{Body, ReadError, read};
use super::service::HttpService;
use crate::transport::{Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind};

/// An [`HttpTransport`] that sends through a `tower::Service`.
///
/// `B` is the body that the service takes, made of `Bytes`: `http_body_util::Full<Bytes>` for hyper's clients, or
/// [`Body`](super::Body).
///
/// Each request runs on a clone of the service, which is polled until it is ready before it is called. The service needs to be `Clone`
/// and `Send`, but not `Sync`, so `tower::util::BoxCloneService` works. For a service that is not `Clone`, use `tower::buffer`.
///
/// [The module](super) documents how errors are classified.
///
/// # Cancel safety
///
/// Dropping the future of a request drops the future of the service. The server may have received the request.
///
/// ```
/// # type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// # fn run<S>(http_client: S) -> clerk_core::tower::TowerTransport<impl clerk_core::tower::HttpService<clerk_core::tower::Body, Error = BoxError>>
/// # where
/// #     S: clerk_core::tower::HttpService<clerk_core::tower::Body>,
/// #     S::Error: Into<BoxError> + std::fmt::Display + Send + Sync + 'static,
/// # {
/// use std::time::Duration;
/// use clerk_core::tower::TowerTransport;
/// use clerk_core::{Delivery, TransportErrorKind};
/// use tower::timeout::TimeoutLayer;
/// use tower::timeout::error::Elapsed;
///
/// let service = tower::ServiceBuilder::new()
///     .layer(TimeoutLayer::new(Duration::from_secs(5)))
///     .service(http_client);
/// TowerTransport::new(service).classify(|error: &BoxError| {
///     if error.is::<Elapsed>() {
///         (TransportErrorKind::Timeout, Delivery::MaybeDelivered)
///     } else {
///         (TransportErrorKind::Other, Delivery::MaybeDelivered)
///     }
/// })
/// # }
/// ```
pub struct TowerTransport<S: HttpService<B>, B = Body> {
    service: Mutex<S>,
    classify: Box<Classify<S::Error>>,
    max_response_bytes: usize,
}

type Classify<E> = dyn Fn(&E) -> (TransportErrorKind, Delivery) + Send + Sync;

impl<S: HttpService<B>, B> TowerTransport<S, B> {
    /// The size limit for response bodies by default: 16 MiB.
    pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 16 * 1024 * 1024;

    /// Creates a transport that sends through `service`.
    pub fn new(service: S) -> Self {
        Self {
            service: Mutex::new(service),
            classify: Box::new(|_| (TransportErrorKind::Other, Delivery::MaybeDelivered)),
            max_response_bytes: Self::DEFAULT_MAX_RESPONSE_BYTES,
        }
    }

    /// Classifies the service's errors with `classify`, which returns what failed and whether the request may have been
    /// delivered.
    ///
    /// Return [`Delivery::NotSent`] only if no byte of the request can have been acted on. The result for an error that contains a
    /// [`TransportError`] is ignored, and so is the delivery for an error of `poll_ready`.
    #[must_use]
    pub fn classify<F>(mut self, classify: F) -> Self
    where
        F: Fn(&S::Error) -> (TransportErrorKind, Delivery) + Send + Sync + 'static,
    {
        self.classify = Box::new(classify);
        self
    }

    /// Reads response bodies of at most `bytes` bytes instead of 16 MiB. A larger body fails with
    /// [`TransportErrorKind::ResponseTooLarge`].
    #[must_use]
    pub const fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    fn not_ready(&self, error: S::Error) -> TransportError {
        let (kind, _) = (self.classify)(&error);
        TransportError::new(kind, Delivery::NotSent).with_source(error)
    }

    fn failed(&self, error: S::Error) -> TransportError {
        let (kind, delivery) = (self.classify)(&error);
        let error = match error.into().downcast::<TransportError>() {
            Ok(error) => return *error,
            Err(error) => error,
        };
        let inner = inner_transport_error(&error);
        inner
            .unwrap_or_else(|| TransportError::new(kind, delivery))
            .with_source(error)
    }
}

#[async_trait]
impl<S, B> HttpTransport for TowerTransport<S, B>
where
    S: HttpService<B>,
    B: From<Bytes> + 'static,
{
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let mut service = self.service.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let ready = poll_fn(|context| service.poll_ready(context)).await;
        ready.map_err(|error| self.not_ready(error))?;
        let response = service.call(request.map(B::from)).await;
        let (head, body) = response.map_err(|error| self.failed(error))?.into_parts();
        let body = read(body, self.max_response_bytes).await.map_err(unreadable_response)?;
        Ok(HttpResponse::from_parts(head, body))
    }
}

fn unreadable_response(error: ReadError) -> TransportError {
    match error {
        ReadError::TooLarge => TransportError::new(TransportErrorKind::ResponseTooLarge, Delivery::MaybeDelivered),
        ReadError::Failed(source) => {
            TransportError::new(TransportErrorKind::Closed, Delivery::MaybeDelivered).with_source(source)
        }
    }
}

/// Copies the transport error that a layer has wrapped in an error of its own, without its source.
fn inner_transport_error(error: &BoxError) -> Option<TransportError> {
    let inner = std::iter::successors(error.source(), |error| error.source());
    let inner: &TransportError = inner.filter_map(|error| error.downcast_ref()).next()?;
    let mut copy = TransportError::new(inner.kind(), inner.delivery());
    if let Some(wait) = inner.retry_after() {
        copy = copy.with_retry_after(wait);
    }
    if let Some(attempts) = inner.attempts() {
        copy = copy.with_attempts(attempts);
    }
    Some(copy)
}

/// Shows the type of the service, which need not implement `Debug`.
impl<S: HttpService<B>, B> fmt::Debug for TowerTransport<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TowerTransport")
            .field("service", &format_args!("{}", type_name::<S>()))
            .finish_non_exhaustive()
    }
}
