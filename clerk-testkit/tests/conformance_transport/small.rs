//! A small HTTP/1.1 transport on blocking sockets, with faults that can be switched on one at a time.
//!
//! Each call runs on a thread of its own and opens a connection of its own. Dropping a call shuts its socket down.

mod call;
mod message;
mod request;
mod sharing;

use std::collections::HashMap;
use std::io::Write;
use std::net::TcpStream;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clerk_core::{
    Bytes, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind, async_trait,
};
use http::header::{AUTHORIZATION, LOCATION};
use http::response::Parts;
use http::{HeaderValue, Method, StatusCode};

use crate::faults::Fault;
use call::{Abandon, Call};
use message::{Framing, MessageReader, decode_head};
use sharing::Shared;

const HEAD_LIMIT: usize = 64 * 1024;

/// Sends requests on blocking sockets, correctly unless it has a fault.
#[derive(Debug, Clone)]
pub(crate) struct SmallTransport {
    response_limit: usize,
    timeout: Duration,
    fault: Option<Fault>,
    state: Arc<State>,
}

/// State that some faults keep between calls. A transport without a fault keeps none.
#[derive(Debug, Default)]
struct State {
    kept: Mutex<HashMap<String, TcpStream>>,
    leaked: Mutex<Vec<TcpStream>>,
    cookie: Mutex<Option<HeaderValue>>,
    one_at_a_time: Mutex<()>,
    busy: Mutex<bool>,
    shared: Shared,
}

impl SmallTransport {
    pub(crate) fn new(response_limit: usize) -> Self {
        Self {
            response_limit,
            timeout: Duration::from_secs(30),
            fault: None,
            state: Arc::default(),
        }
    }

    pub(crate) fn with_fault(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    pub(crate) fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// Performs one call, on the calling thread.
    fn call(&self, request: HttpRequest, abandon: &Abandon) -> Result<HttpResponse, TransportError> {
        let _turn = self
            .has(Fault::SendsOneCallAtATime)
            .then(|| lock(&self.state.one_at_a_time));
        let attempts = match self.fault {
            Some(Fault::RetriesAfterRefusedConnection) => 20,
            Some(Fault::RetriesAfterFailure | Fault::RetriesAfterTimeout) => 2,
            _ => 1,
        };
        let mut result = self.attempt_or_share(&request, abandon);
        for _ in 1..attempts {
            let retries = match (&result, self.fault) {
                (Err(error), Some(Fault::RetriesAfterRefusedConnection)) => error.delivery() == Delivery::NotSent,
                (Err(error), Some(Fault::RetriesAfterTimeout)) => error.kind() == TransportErrorKind::Timeout,
                (result, _) => result.is_err(),
            };
            if retries {
                pause(Duration::from_millis(60));
                result = self.attempt(&request, abandon);
            }
        }
        let response = result.map_err(|error| self.misreport(error, &request))?;
        self.misread(response, request, abandon)
    }

    fn attempt(&self, request: &HttpRequest, abandon: &Abandon) -> Result<HttpResponse, TransportError> {
        let kept = lock(&self.state.kept).remove(&Self::authority(request));
        if let Some(stream) = kept {
            match self.exchange(stream, request, abandon) {
                Ok(response) => return Ok(response),
                Err(_) if self.has(Fault::ResendsOnKeptConnection) => {}
                Err(_) if self.has(Fault::ResendsTwiceOnNewConnections) => {
                    self.exchange(self.connect(request, abandon)?, request, abandon)?;
                }
                Err(error) => return Err(error),
            }
        }
        self.exchange(self.connect(request, abandon)?, request, abandon)
    }

    /// The host and port that a request goes to.
    fn authority(request: &HttpRequest) -> String {
        request.uri().authority().map(ToString::to_string).unwrap_or_default()
    }

    fn keeps_connections(&self) -> bool {
        matches!(
            self.fault,
            Some(
                Fault::KeepsConnectionsForever
                    | Fault::ResendsOnKeptConnection
                    | Fault::ResendsTwiceOnNewConnections
                    | Fault::ReusesConnectionOfDroppedCall
            )
        )
    }

    fn connect(&self, request: &HttpRequest, abandon: &Abandon) -> Result<TcpStream, TransportError> {
        let stream = TcpStream::connect(Self::authority(request))
            .and_then(|stream| stream.set_read_timeout(Some(self.timeout)).map(|()| stream))
            .map_err(|error| TransportError::new(TransportErrorKind::Connect, Delivery::NotSent).with_source(error))?;
        if !self.has(Fault::IgnoresDrop) && !self.has(Fault::ReusesConnectionOfDroppedCall) {
            abandon.watch(&stream)?;
        }
        Ok(stream)
    }

    fn exchange(
        &self,
        stream: TcpStream,
        request: &HttpRequest,
        abandon: &Abandon,
    ) -> Result<HttpResponse, TransportError> {
        let (head, reader) = self.send_and_read_head(stream, request, abandon)?;
        self.read_body(head, reader, request)
    }

    fn send_and_read_head(
        &self,
        mut stream: TcpStream,
        request: &HttpRequest,
        abandon: &Abandon,
    ) -> Result<(Parts, MessageReader), TransportError> {
        stream
            .write_all(&self.encode(request))
            .map_err(|error| self.failed(error))?;
        if self.has(Fault::ReusesConnectionOfDroppedCall) {
            self.wait_in_pool(&stream, request, abandon)
                .map_err(|error| self.failed(error))?;
        }
        let head_limit = if self.has(Fault::ReadsEndlessHead) {
            usize::MAX
        } else {
            HEAD_LIMIT
        };
        let mut reader = MessageReader::new(stream, head_limit);
        loop {
            let head = match reader.head() {
                Err(_) if self.has(Fault::ReadsClosedConnectionAsEmpty) => b"HTTP/1.1 200 OK\r\n\r\n".to_vec(),
                head => head.map_err(|error| self.failed(error))?,
            };
            let response = self.decode_head(&head)?;
            if !response.status().is_informational() || self.has(Fault::ReturnsInformationalResponse) {
                return Ok((response.into_parts().0, reader));
            }
        }
    }

    fn read_body(
        &self,
        head: Parts,
        mut reader: MessageReader,
        request: &HttpRequest,
    ) -> Result<HttpResponse, TransportError> {
        let body = self.body(&head, &mut reader)?;
        if self.has(Fault::LeaksConnections) {
            lock(&self.state.leaked).push(reader.stream);
        } else if self.keeps_connections() {
            lock(&self.state.kept).insert(Self::authority(request), reader.stream);
        }
        Ok(HttpResponse::from_parts(head, body.into()))
    }

    fn failed(&self, error: std::io::Error) -> TransportError {
        let is_timeout = matches!(
            error.kind(),
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
        );
        let kind = if is_timeout {
            TransportErrorKind::Timeout
        } else {
            TransportErrorKind::Closed
        };
        let delivery = match self.fault {
            Some(Fault::ReportsTimeoutAsNotSent) if is_timeout => Delivery::NotSent,
            _ => Delivery::MaybeDelivered,
        };
        TransportError::new(kind, delivery).with_source(error)
    }

    fn decode_head(&self, head: &[u8]) -> Result<HttpResponse, TransportError> {
        decode_head(head, self.fault).ok_or_else(|| {
            let error = TransportError::new(TransportErrorKind::Other, Delivery::MaybeDelivered);
            if self.has(Fault::QuotesTheResponse) {
                return error.with_source(String::from_utf8_lossy(head).into_owned());
            }
            error
        })
    }

    fn body(&self, head: &Parts, reader: &mut MessageReader) -> Result<Vec<u8>, TransportError> {
        let framing = Framing::new(head, self.fault);
        let limit = match (self.fault, framing) {
            (Some(Fault::ReadsWithoutLimit), _) => usize::MAX,
            (Some(Fault::ReadsUntilCloseWithoutLimit), Framing::UntilClose) => usize::MAX,
            (Some(Fault::RefusesBodyOfTheLimit), _) => self.response_limit - 1,
            _ => self.response_limit,
        };
        let mut body = Vec::new();
        let complete = reader
            .body(framing, self.fault, limit, &mut body)
            .map_err(|error| self.failed(error))?;
        if body.len() > limit {
            if self.has(Fault::TruncatesAtLimit) {
                body.truncate(limit);
                return Ok(body);
            }
            let kind = match self.fault {
                Some(Fault::ReportsLimitAsOther) => TransportErrorKind::Other,
                _ => TransportErrorKind::ResponseTooLarge,
            };
            return Err(TransportError::new(kind, Delivery::MaybeDelivered));
        }
        let accepted = match framing {
            Framing::Length(_) => self.has(Fault::AcceptsShortBody),
            _ => self.has(Fault::AcceptsUnfinishedChunks),
        };
        if !complete && !accepted {
            return Err(TransportError::new(
                TransportErrorKind::Closed,
                Delivery::MaybeDelivered,
            ));
        }
        Ok(body)
    }

    /// The faults in reporting an error.
    fn misreport(&self, error: TransportError, request: &HttpRequest) -> TransportError {
        let source = match self.fault {
            Some(Fault::ReportsEverythingAsNotSent) => return TransportError::new(error.kind(), Delivery::NotSent),
            Some(Fault::ReportsRefusedAsMaybeDelivered) => {
                return TransportError::new(error.kind(), Delivery::MaybeDelivered);
            }
            Some(Fault::ShowsKeyInError) => format!("{:?}", request.headers()[AUTHORIZATION].to_str()),
            Some(Fault::ShowsAddressInError) => request.uri().to_string(),
            _ => return error,
        };
        TransportError::new(error.kind(), error.delivery()).with_source(source)
    }

    /// The faults in handling a response.
    fn misread(
        &self,
        mut response: HttpResponse,
        mut request: HttpRequest,
        abandon: &Abandon,
    ) -> Result<HttpResponse, TransportError> {
        let status = response.status();
        match self.fault {
            Some(Fault::FollowsRedirectsOfGet) if request.method() == Method::GET && status.is_redirection() => {
                let Some(location) = response
                    .headers()
                    .get(LOCATION)
                    .and_then(|location| location.to_str().ok())
                else {
                    return Ok(response);
                };
                let authority = Self::authority(&request);
                *request.uri_mut() = format!("http://{authority}{location}").parse().expect("a URI");
                self.call(request, abandon)
            }
            Some(Fault::MakesErrorOf504) if status == StatusCode::GATEWAY_TIMEOUT => Err(TransportError::new(
                TransportErrorKind::Timeout,
                Delivery::MaybeDelivered,
            )),
            Some(Fault::MakesErrorOf404) if status == StatusCode::NOT_FOUND => Err(TransportError::other("not found")),
            Some(Fault::RetriesOnRetryAfter) if status == StatusCode::SERVICE_UNAVAILABLE => {
                self.attempt(&request, abandon)
            }
            Some(Fault::StoresCookies) => {
                *lock(&self.state.cookie) = response.headers().get("set-cookie").cloned();
                Ok(response)
            }
            Some(Fault::StripsByteOrderMark) => {
                if let Some(rest) = response.body().strip_prefix(b"\xef\xbb\xbf") {
                    *response.body_mut() = Bytes::copy_from_slice(rest);
                }
                Ok(response)
            }
            Some(Fault::DecodesTextLossily) => {
                let text = String::from_utf8_lossy(response.body()).into_owned();
                *response.body_mut() = text.into();
                Ok(response)
            }
            _ => Ok(response),
        }
    }
}

#[async_trait]
impl HttpTransport for SmallTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let transport = self.clone();
        if self.has(Fault::BlocksTheThread) {
            return transport.call(request, &Abandon::default());
        }
        if self.has(Fault::BlocksWhileReadingBody) {
            let sent = request.clone();
            let (head, reader) = Call::start(move |abandon| {
                let stream = transport.connect(&request, abandon)?;
                transport.send_and_read_head(stream, &request, abandon)
            })
            .await?;
            return self.read_body(head, reader, &sent);
        }
        if self.has(Fault::StaysBusyAfterDrop) && std::mem::replace(&mut *lock(&self.state.busy), true) {
            return Err(TransportError::other("another call is under way"));
        }
        let result = Call::start(move |abandon| transport.call(request, abandon)).await;
        *lock(&self.state.busy) = false;
        result
    }
}

/// A transport that starts its request when the future is created.
#[derive(Debug)]
pub(crate) struct EagerTransport(pub(crate) SmallTransport);

impl HttpTransport for EagerTransport {
    fn send<'a, 'b>(
        &'a self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let transport = self.0.clone();
        Box::pin(Call::start(move |abandon| transport.call(request, abandon)))
    }
}

/// Blocks this thread for `duration`, as an HTTP client does between its own retries.
fn pause(duration: Duration) {
    let never = Mutex::new(());
    let _timed_out = Condvar::new().wait_timeout(lock(&never), duration);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
