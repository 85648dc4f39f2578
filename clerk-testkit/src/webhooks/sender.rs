use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use bytes::Bytes;
use clerk_core::webhooks::WebhookSecret;
use clerk_core::{Clock, SystemClock};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use tower_service::Service;

use super::WebhookDelivery;
use crate::FakeClerk;
use crate::fake::{Delivered, MessagePosition, WebhookMessage};

/// Signs the messages of a fake and delivers them, each once, in the order of their events.
///
/// A message that the receiver does not accept with a 2xx is sent again before the next one, up to
/// [`attempts`](Self::attempts) times.
pub struct WebhookSender {
    fake: FakeClerk,
    secret: WebhookSecret,
    clock: Arc<dyn Clock>,
    uri: Uri,
    attempts: u32,
    position: MessagePosition,
    /// The origin of the links in the messages, if it is not that of the fake.
    #[cfg(feature = "server")]
    link_origin: Option<String>,
}

impl WebhookSender {
    /// The default number of attempts.
    pub const DEFAULT_ATTEMPTS: u32 = 3;

    /// Creates a sender of the messages of `fake`, including those of earlier events.
    pub fn new(fake: &FakeClerk, secret: WebhookSecret) -> Self {
        Self {
            fake: fake.clone(),
            secret,
            clock: Arc::new(SystemClock::new()),
            uri: Uri::from_static("http://localhost/webhooks"),
            attempts: Self::DEFAULT_ATTEMPTS,
            position: MessagePosition::default(),
            #[cfg(feature = "server")]
            link_origin: None,
        }
    }

    /// Sets the clock of the signatures. The default is [`SystemClock`], as for
    /// [`WebhookVerifier`](clerk_core::webhooks::WebhookVerifier).
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the URI of the requests. The default is `http://localhost/webhooks`.
    #[must_use]
    pub fn uri(mut self, uri: Uri) -> Self {
        self.uri = uri;
        self
    }

    /// Sets the largest number of attempts for a message, at least 1. The default is 3.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    #[cfg(feature = "server")]
    pub(crate) fn link_origin(mut self, origin: String) -> Self {
        self.link_origin = Some(origin);
        self
    }

    /// Signs a message, and returns the request that delivers it.
    pub fn sign(&self, message: &WebhookMessage) -> Request<Bytes> {
        let sent_at = self.clock.wall();
        let body = self.body(message);
        let signature = self.secret.sign(message.id(), sent_at, &body);
        let seconds = sent_at.as_millis().div_euclid(1000).to_string();
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [
            ("svix-id", message.id()),
            ("svix-timestamp", &seconds),
            ("svix-signature", &signature),
        ] {
            // Only the id of a message that was made by hand can be no header value. Verifiers then refuse the request.
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        request
    }

    fn body(&self, message: &WebhookMessage) -> Bytes {
        let body = message.body().clone();
        #[cfg(feature = "server")]
        if let Some(origin) = &self.link_origin {
            return crate::fake::replace_link_origin(body, origin);
        }
        body
    }

    /// Delivers every message that was not delivered yet to `receive`, and repeats failed attempts at once.
    pub async fn deliver(
        &mut self,
        mut receive: impl AsyncFnMut(Request<Bytes>) -> StatusCode,
    ) -> Vec<WebhookDelivery> {
        let delivered: Result<_, Infallible> = self
            .deliver_all(async |request, _| Ok(Some(receive(request).await)))
            .await;
        match delivered {
            Ok(deliveries) => deliveries,
        }
    }

    /// Like [`deliver`](Self::deliver), to a service such as the `Router` of an axum application.
    ///
    /// # Errors
    ///
    /// The first error of the service, which ends the delivery. The message stays undelivered.
    pub async fn deliver_to_service<S, B, R>(&mut self, service: &mut S) -> Result<Vec<WebhookDelivery>, S::Error>
    where
        S: Service<Request<B>, Response = Response<R>>,
        B: From<Bytes>,
    {
        self.deliver_all(async |request, _| {
            poll_fn(|context| service.poll_ready(context)).await?;
            let response = service.call(request.map(B::from)).await?;
            Ok(Some(response.status()))
        })
        .await
    }

    /// Like [`deliver`](Self::deliver), over HTTP/1.1 to the sender's [`uri`](Self::uri), on the current Tokio runtime. Waits half a
    /// second of real time before the second attempt, and twice as long before each further one.
    ///
    /// The URI must begin with `http://`: the receiver of a test is on this machine.
    #[cfg(feature = "server")]
    pub async fn deliver_to_uri(&mut self) -> Vec<WebhookDelivery> {
        let delivered: Result<_, Infallible> = self
            .deliver_all(async |request, attempt| Ok(super::client::attempt(request, attempt).await))
            .await;
        match delivered {
            Ok(deliveries) => deliveries,
        }
    }

    /// Delivers messages to the URI as they come. Never ends.
    #[cfg(feature = "server")]
    pub(crate) async fn run(mut self) {
        loop {
            let position = &mut self.position;
            poll_fn(|context| self.fake.poll_undelivered(position, context)).await;
            self.deliver_to_uri().await;
        }
    }

    /// Delivers every message that was not delivered yet. `receive` gets the request and the number of the attempt, from 1, and
    /// returns the status of the response if there is one.
    async fn deliver_all<E>(
        &mut self,
        mut receive: impl AsyncFnMut(Request<Bytes>, u32) -> Result<Option<StatusCode>, E>,
    ) -> Result<Vec<WebhookDelivery>, E> {
        let mut deliveries = Vec::new();
        while let Some(message) = self.fake.undelivered_message(&mut self.position) {
            let (mut attempts, mut status) = (0, None);
            while attempts < self.attempts && !status.is_some_and(|status: StatusCode| status.is_success()) {
                attempts += 1;
                status = receive(self.sign(&message), attempts).await?;
            }
            self.fake
                .finish_delivery(&mut self.position, Delivered { attempts, status });
            deliveries.push(WebhookDelivery {
                message,
                attempts,
                status,
            });
        }
        Ok(deliveries)
    }
}

impl fmt::Debug for WebhookSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSender")
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}
