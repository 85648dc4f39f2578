//! How to run the SDK on a blocking HTTP client and without an async runtime: here ureq, on a thread for each call.
//!
//! The conformance suite proves that the transport keeps what `HttpTransport` promises.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use clerk_core::{
    Bytes, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind, async_trait,
};
use clerk_testkit::Conformance;

/// Sends through a [`ureq::Agent`].
#[derive(Debug)]
struct UreqTransport {
    agent: ureq::Agent,
    response_limit: u64,
}

impl UreqTransport {
    /// Every status is an answer, and redirects and retries are not the agent's.
    fn new(response_limit: u64) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .proxy(None)
            .build();
        Self {
            agent: config.into(),
            response_limit,
        }
    }
}

#[async_trait]
impl HttpTransport for UreqTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let (agent, limit) = (self.agent.clone(), self.response_limit);
        on_thread(move || send(&agent, request, limit)).await
    }
}

fn send(agent: &ureq::Agent, request: HttpRequest, limit: u64) -> Result<HttpResponse, TransportError> {
    let has_body = !request.body().is_empty();
    let response = if has_body {
        agent.run(request.map(|body| body.to_vec()))
    } else {
        agent.run(request.map(|_| ()))
    };
    let (parts, mut body) = response.map_err(failed)?.into_parts();
    let body = body.with_config().limit(limit).read_to_vec().map_err(broken_off)?;
    Ok(HttpResponse::from_parts(parts, Bytes::from(body)))
}

/// Only what failed before there was a connection proves that nothing was sent.
fn failed(error: ureq::Error) -> TransportError {
    let (kind, delivery) = match &error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => (TransportErrorKind::Connect, Delivery::NotSent),
        ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
            (TransportErrorKind::Connect, Delivery::NotSent)
        }
        ureq::Error::BadUri(_) => (TransportErrorKind::InvalidRequest, Delivery::NotSent),
        ureq::Error::Timeout(_) => (TransportErrorKind::Timeout, Delivery::MaybeDelivered),
        _ => (TransportErrorKind::Closed, Delivery::MaybeDelivered),
    };
    TransportError::new(kind, delivery).with_source(error)
}

/// The response had begun, so the request was there.
fn broken_off(error: ureq::Error) -> TransportError {
    let kind = match error {
        ureq::Error::BodyExceedsLimit(_) => TransportErrorKind::ResponseTooLarge,
        _ => TransportErrorKind::Closed,
    };
    TransportError::new(kind, Delivery::MaybeDelivered).with_source(error)
}

/// Runs blocking `work` on a thread of its own. If the future is dropped, the thread ends by itself, later.
fn on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> OnThread<T> {
    let slot = Arc::new(Mutex::new(Slot {
        value: None,
        waker: None,
    }));
    let filled = Arc::clone(&slot);
    std::thread::spawn(move || {
        let value = work();
        let mut slot = filled.lock().unwrap_or_else(PoisonError::into_inner);
        slot.value = Some(value);
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    });
    OnThread { slot }
}

struct OnThread<T> {
    slot: Arc<Mutex<Slot<T>>>,
}

struct Slot<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

impl<T> Future for OnThread<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[test]
fn it_keeps_what_a_transport_promises() {
    const LIMIT: usize = 64 * 1024;
    let transport = UreqTransport::new(LIMIT as u64);
    let report = pollster::block_on(Conformance::new(transport).response_limit(LIMIT).check());
    println!("{report}");
    report.verify().expect("it conforms");
}
