//! One request over HTTP/1.1, without TLS.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use clerk_core::{Clock, SystemClock};
use http::header::HOST;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The time that the receiver has to respond.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The wait before the second attempt. It doubles with each further one, up to a minute.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Sends a request after the wait before this attempt, and returns the status of its response.
pub(super) async fn attempt(request: Request<Bytes>, attempt: u32) -> Option<StatusCode> {
    let clock = SystemClock::new();
    if let Some(doublings) = attempt.checked_sub(2) {
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(doublings));
        clock.sleep(wait.min(LONGEST_WAIT)).await;
    }
    let mut sending = pin!(send(request));
    let mut timeout = pin!(clock.sleep(TIMEOUT));
    poll_fn(|context| match sending.as_mut().poll(context) {
        Poll::Ready(status) => Poll::Ready(status),
        Poll::Pending => timeout.as_mut().poll(context).map(|()| None),
    })
    .await
}

async fn send(mut request: Request<Bytes>) -> Option<StatusCode> {
    let uri = request.uri();
    let authority = uri
        .authority()
        .filter(|_| uri.scheme() == Some(&Scheme::HTTP))
        .cloned()?;
    let host = HeaderValue::try_from(authority.as_str()).ok()?;
    request.headers_mut().insert(HOST, host);
    let path = uri_path(&request);
    *request.uri_mut() = path.parse().ok()?;
    let stream = connect(&authority).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await;
    connection.abort();
    response.ok().map(|response| response.status())
}

async fn connect(authority: &Authority) -> Option<TcpStream> {
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    TcpStream::connect((host, authority.port_u16().unwrap_or(80)))
        .await
        .ok()
}

fn uri_path(request: &Request<Bytes>) -> String {
    let path = request.uri().path_and_query();
    path.map_or_else(|| "/".to_owned(), ToString::to_string)
}
