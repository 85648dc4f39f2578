//! A small HTTP/1.1 transport on blocking sockets, with faults that can be switched on one at a time.
//!
//! Each call runs on a thread of its own and opens a connection of its own. Dropping a call shuts its socket down.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use clerk_core::{
    Bytes, Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind, async_trait,
};
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, LOCATION, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};

use crate::faults::Fault;

const HEAD_LIMIT: usize = 64 * 1024;

/// Sends requests on blocking sockets, correctly unless it has a fault.
#[derive(Debug, Clone)]
pub(crate) struct SmallTransport {
    response_limit: usize,
    timeout: Duration,
    fault: Option<Fault>,
    state: Arc<State>,
}

/// What the faults keep between calls. A transport without a fault keeps nothing.
#[derive(Debug, Default)]
struct State {
    kept: Mutex<HashMap<String, TcpStream>>,
    leaked: Mutex<Vec<TcpStream>>,
    cookie: Mutex<Option<HeaderValue>>,
    one_at_a_time: Mutex<()>,
    busy: Mutex<bool>,
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
            Some(Fault::RetriesAfterRefusedConnection) => 4,
            Some(Fault::RetriesAfterFailure) => 2,
            _ => 1,
        };
        let mut result = self.attempt(&request, abandon);
        for _ in 1..attempts {
            let retries = match (&result, self.fault) {
                (Err(error), Some(Fault::RetriesAfterRefusedConnection)) => error.delivery() == Delivery::NotSent,
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
        let address = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let keeps = self.has(Fault::ResendsOnKeptConnection) || self.has(Fault::KeepsConnectionsForever);
        let kept = lock(&self.state.kept).remove(&address);
        if keeps && let Some(stream) = kept {
            match self.exchange(stream, request) {
                Ok(response) => return Ok(response),
                Err(_) if self.has(Fault::ResendsOnKeptConnection) => {}
                Err(error) => return Err(error),
            }
        }
        let stream = TcpStream::connect(&address)
            .and_then(|stream| stream.set_read_timeout(Some(self.timeout)).map(|()| stream))
            .map_err(|error| TransportError::new(TransportErrorKind::Connect, Delivery::NotSent).with_source(error))?;
        if !self.has(Fault::IgnoresDrop) {
            abandon.watch(&stream)?;
        }
        self.exchange(stream, request)
    }

    fn exchange(&self, mut stream: TcpStream, request: &HttpRequest) -> Result<HttpResponse, TransportError> {
        let failed = |error: std::io::Error| {
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
        };
        stream.write_all(&self.encode(request)).map_err(failed)?;
        let mut reader = MessageReader {
            stream: &stream,
            unread: Vec::new(),
            head_limit: if self.has(Fault::ReadsEndlessHead) {
                usize::MAX
            } else {
                HEAD_LIMIT
            },
        };
        let response = loop {
            let head = reader.head().map_err(failed)?;
            let response = self.decode_head(&head)?;
            if !response.status().is_informational() || self.has(Fault::ReturnsInformationalResponse) {
                break response;
            }
        };
        let (parts, _) = response.into_parts();
        let body = self.body(&parts, &mut reader, failed)?;
        if self.has(Fault::LeaksConnections) {
            lock(&self.state.leaked).push(stream);
        } else if self.has(Fault::ResendsOnKeptConnection) || self.has(Fault::KeepsConnectionsForever) {
            let address = request.uri().authority().map(ToString::to_string).unwrap_or_default();
            lock(&self.state.kept).insert(address, stream);
        }
        Ok(HttpResponse::from_parts(parts, body.into()))
    }

    fn encode(&self, request: &HttpRequest) -> Vec<u8> {
        let mut method = request.method().to_string();
        if self.has(Fault::SendsPatchAsPost) {
            method = method.replace("PATCH", "POST");
        }
        let mut target = request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str())
            .to_owned();
        if self.has(Fault::DecodesPath) {
            target = target.replace("%2F", "/");
        }
        if self.has(Fault::DropsEmptyQuery) {
            target = target.trim_end_matches('?').to_owned();
        }
        let mut host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        if self.has(Fault::SendsHostWithoutPort) {
            host = request.uri().host().unwrap_or_default().to_owned();
        }
        let mut body = request.body().clone();
        if self.has(Fault::DropsBodyOfDelete) && request.method() == Method::DELETE {
            body = Bytes::new();
        }
        let mut headers = request.headers().clone();
        match self.fault {
            Some(Fault::DropsHeader) => {
                headers.remove(ACCEPT);
            }
            Some(Fault::AddsHeader) => {
                headers.insert("accept-language", HeaderValue::from_static("*"));
            }
            Some(Fault::AsksForCompression) => {
                headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"));
            }
            Some(Fault::StoresCookies) => {
                headers.extend(
                    lock(&self.state.cookie)
                        .clone()
                        .map(|cookie| (http::header::COOKIE, cookie)),
                );
            }
            _ => {}
        }
        let length = body.len();
        let mut bytes =
            format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n").into_bytes();
        for (name, value) in &headers {
            bytes.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&body);
        bytes
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

    fn body(
        &self,
        parts: &http::response::Parts,
        reader: &mut MessageReader<'_>,
        failed: impl Fn(std::io::Error) -> TransportError,
    ) -> Result<Vec<u8>, TransportError> {
        let framing = Framing::new(parts, self.fault);
        let limit = match (self.fault, framing) {
            (Some(Fault::ReadsWithoutLimit), _) => usize::MAX,
            (Some(Fault::ReadsUntilCloseWithoutLimit), Framing::UntilClose) => usize::MAX,
            (Some(Fault::RefusesBodyOfTheLimit), _) => self.response_limit - 1,
            _ => self.response_limit,
        };
        let mut body = Vec::new();
        let complete = reader.body(framing, limit, &mut body).map_err(failed)?;
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
                let authority = request.uri().authority().map(ToString::to_string).unwrap_or_default();
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

#[derive(Debug, Clone, Copy)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClose,
}

impl Framing {
    fn new(parts: &http::response::Parts, fault: Option<Fault>) -> Self {
        let length = parts
            .headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        if matches!(parts.status.as_u16(), 100..=199 | 204 | 304) {
            Self::Length(0)
        } else if parts.headers.contains_key(TRANSFER_ENCODING) {
            Self::Chunked
        } else if let Some(length) = length {
            Self::Length(length)
        } else if fault == Some(Fault::ReadsUntilCloseAsEmpty) {
            Self::Length(0)
        } else {
            Self::UntilClose
        }
    }
}

fn decode_head(head: &[u8], fault: Option<Fault>) -> Option<HttpResponse> {
    let mut lines = head
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let status_line = std::str::from_utf8(lines.next()?).ok()?;
    let (version, status) = status_line.split_once(' ')?;
    let mut response = HttpResponse::default();
    *response.version_mut() = match version {
        "HTTP/1.0" => Version::HTTP_10,
        "HTTP/1.1" => Version::HTTP_11,
        _ => return None,
    };
    *response.status_mut() = StatusCode::from_bytes(status.as_bytes().get(..3)?).ok()?;
    let mut headers = HeaderMap::new();
    for line in lines.filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = line[colon + 1..].trim_ascii();
        if fault == Some(Fault::LosesNonUtf8Headers) && std::str::from_utf8(value).is_err() {
            continue;
        }
        let value = HeaderValue::from_bytes(value).ok()?;
        if fault == Some(Fault::KeepsLastOfRepeatedHeaders) {
            headers.insert(name, value);
        } else {
            headers.append(name, value);
        }
    }
    *response.headers_mut() = headers;
    Some(response)
}

struct MessageReader<'s> {
    stream: &'s TcpStream,
    unread: Vec<u8>,
    head_limit: usize,
}

impl MessageReader<'_> {
    /// Reads up to the empty line. What the connection's end cuts off is no head.
    fn head(&mut self) -> std::io::Result<Vec<u8>> {
        let end = self.find(b"\r\n\r\n", self.head_limit)?;
        Ok(self.unread.drain(..end).collect())
    }

    /// Reads a body into `body` until it is over or larger than `limit`. Returns whether it is complete.
    fn body(&mut self, framing: Framing, limit: usize, body: &mut Vec<u8>) -> std::io::Result<bool> {
        match framing {
            Framing::Length(length) => self.take(length, limit, body),
            Framing::UntilClose => self.take(usize::MAX, limit, body).map(|_| true),
            Framing::Chunked => loop {
                let Ok(end) = self.find(b"\r\n", 100) else {
                    return Ok(false);
                };
                let line: Vec<u8> = self.unread.drain(..end).collect();
                let size = std::str::from_utf8(line.trim_ascii()).ok();
                let size = size.and_then(|size| usize::from_str_radix(size, 16).ok());
                let size = size.ok_or(std::io::ErrorKind::InvalidData)?;
                let before = body.len();
                if !self.take(size, limit.saturating_add(2), body)? || body.len() > limit {
                    return Ok(false);
                }
                debug_assert_eq!(body.len(), before + size);
                if !self.take(2, usize::MAX, &mut Vec::new())? {
                    return Ok(false);
                }
                if size == 0 {
                    return Ok(true);
                }
            },
        }
    }

    fn take(&mut self, mut count: usize, limit: usize, to: &mut Vec<u8>) -> std::io::Result<bool> {
        while count > 0 && to.len() <= limit {
            if self.unread.is_empty() && !self.more()? {
                return Ok(false);
            }
            let taken = count.min(self.unread.len());
            to.extend(self.unread.drain(..taken));
            count -= taken;
        }
        Ok(count == 0)
    }

    /// Returns the position behind the first occurrence of `end`.
    fn find(&mut self, end: &[u8], limit: usize) -> std::io::Result<usize> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.unread[searched..]
                .windows(end.len())
                .position(|window| window == end)
            {
                return Ok(searched + at + end.len());
            }
            searched = self.unread.len().saturating_sub(end.len() - 1);
            if self.unread.len() > limit || !self.more()? {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn more(&mut self) -> std::io::Result<bool> {
        let mut buffer = [0; 16 * 1024];
        let count = self.stream.read(&mut buffer)?;
        self.unread.extend_from_slice(&buffer[..count]);
        Ok(count > 0)
    }
}

/// Shuts the socket of a call down when the call is dropped.
#[derive(Debug, Default)]
struct Abandon(Mutex<(bool, Option<TcpStream>)>);

impl Abandon {
    fn watch(&self, stream: &TcpStream) -> Result<(), TransportError> {
        let mut state = lock(&self.0);
        if state.0 {
            return Err(TransportError::new(TransportErrorKind::Closed, Delivery::NotSent));
        }
        state.1 = stream.try_clone().ok();
        Ok(())
    }

    fn forget(&self) {
        lock(&self.0).1 = None;
    }

    fn abandon(&self) {
        let mut state = lock(&self.0);
        state.0 = true;
        if let Some(stream) = state.1.take() {
            let _closed = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Blocking work on a thread of its own.
struct Call<T> {
    slot: Arc<Mutex<(Option<T>, Option<Waker>)>>,
    abandon: Arc<Abandon>,
}

impl<T: Send + 'static> Call<T> {
    fn start(work: impl FnOnce(&Abandon) -> T + Send + 'static) -> Self {
        let call = Self {
            slot: Arc::new(Mutex::new((None, None))),
            abandon: Arc::default(),
        };
        let (slot, abandon) = (Arc::clone(&call.slot), Arc::clone(&call.abandon));
        std::thread::spawn(move || {
            let output = work(&abandon);
            abandon.forget();
            let mut slot = lock(&slot);
            slot.0 = Some(output);
            if let Some(waker) = slot.1.take() {
                waker.wake();
            }
        });
        call
    }
}

impl<T> Future for Call<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = lock(&self.slot);
        match slot.0.take() {
            Some(output) => Poll::Ready(output),
            None => {
                slot.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        self.abandon.abandon();
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
