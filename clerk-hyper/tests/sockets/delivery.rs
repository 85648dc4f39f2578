//! The delivery of a failed HTTP/1.1 request agrees with what the server read.

use std::future::ready;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use clerk_hyper::Delivery::{MaybeDelivered, NotSent};
use clerk_hyper::middleware::Timeout;
use clerk_hyper::{HttpTransport, HyperTransport, TokioClock, TransportErrorKind as Kind};
use http::Method;
use tokio::net::TcpListener;

use crate::server::{Peer, Server, builder, failure, in_time, kind_and_delivery, post};

fn transport() -> HyperTransport {
    builder().max_response_bytes(1000).build().expect("valid settings")
}

/// A fault of a server. After it, the server closes the connection.
#[derive(Clone, Copy)]
enum Fault {
    /// Reads only the head of the request.
    ReadHead,
    /// Reads the request and writes this text.
    Write(&'static str),
    /// Reads the request, writes this text, and resets the connection.
    WriteAndReset(&'static str),
    /// Reads the request, writes this text, and waits until the client closes the connection.
    WriteAndHold(&'static str),
    /// Reads the request, writes the first text, and repeats the second until the client closes the connection.
    WriteAndFlood(&'static str, &'static str),
}

impl Fault {
    async fn serve(self, mut peer: Peer) -> io::Result<()> {
        if matches!(self, Self::ReadHead) {
            return peer.read_head().await.map(drop);
        }
        peer.read_request().await?;
        match self {
            Self::ReadHead => Ok(()),
            Self::Write(text) => peer.write(text).await,
            Self::WriteAndReset(text) => {
                peer.write(text).await?;
                peer.reset()
            }
            Self::WriteAndHold(text) => {
                peer.write(text).await?;
                peer.hold().await
            }
            Self::WriteAndFlood(text, more) => {
                peer.write(text).await?;
                while peer.write(more).await.is_ok() {}
                Ok(())
            }
        }
    }
}

#[tokio::test]
async fn is_maybe_delivered_once_the_server_has_read_a_byte() {
    use Fault::{ReadHead, Write, WriteAndFlood, WriteAndHold, WriteAndReset};
    const NINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[1,2";
    const TOO_LONG: &str = "HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n";
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    const HALF_CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n[1,2\r\n";
    const NO_CHUNKS: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello\r\n";
    let cases = [
        ("closes after the head", ReadHead, Kind::Closed),
        ("closes after the request", Write(""), Kind::Closed),
        ("resets after the request", WriteAndReset(""), Kind::Closed),
        (
            "closes within the response's head",
            Write("HTTP/1.1 200 OK\r\ncontent-le"),
            Kind::Closed,
        ),
        ("closes within a body of declared length", Write(NINE), Kind::Closed),
        ("closes within a chunked body", Write(HALF_CHUNKED), Kind::Closed),
        ("resets within the body", WriteAndReset(NINE), Kind::Closed),
        ("writes a malformed chunk", Write(NO_CHUNKS), Kind::Other),
        (
            "does not speak HTTP",
            Write("220 smtp.example.com ESMTP\r\n"),
            Kind::Other,
        ),
        (
            "declares too large a body",
            WriteAndHold(TOO_LONG),
            Kind::ResponseTooLarge,
        ),
        (
            "sends too large a body",
            WriteAndFlood(CHUNKED, "7\r\n[1,2,3,\r\n"),
            Kind::ResponseTooLarge,
        ),
    ];
    for (case, fault, kind) in cases {
        let server = Server::start(move |peer, _| fault.serve(peer)).await;
        let error = failure(&transport(), post(&server.url("/"))).await;
        assert!(server.bytes_read() > 0, "a server that {case}");
        assert_eq!(
            kind_and_delivery(&error),
            (kind, MaybeDelivered),
            "a server that {case}: {error:?}"
        );
        assert_eq!(server.connections(), 1, "a server that {case} gets one attempt");
    }
}

#[tokio::test]
async fn is_not_sent_if_the_connection_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let error = failure(&transport(), post(&format!("http://{address}/"))).await;
    assert_eq!(kind_and_delivery(&error), (Kind::Connect, NotSent), "{error:?}");
}

/// The client may notice the close before or after it writes the request, so both deliveries are correct. It may notice
/// a reset while it is still connecting. In each case it connects once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fails_if_the_server_closes_at_accept() {
    let close: fn(Peer) -> io::Result<()> = |_| Ok(());
    for (how, end) in [("close", close), ("reset", Peer::reset)] {
        for round in 0..50 {
            let server = Server::start(move |peer, _| ready(end(peer))).await;
            let error = failure(&transport(), post(&server.url("/"))).await;
            assert!(
                kind_and_delivery(&error) == (Kind::Connect, NotSent) || error.kind() == Kind::Closed,
                "{how}, round {round}: {error:?}"
            );
            assert_eq!(server.connections(), 1, "{how}, round {round}: {error:?}");
        }
    }
}

/// The server closes a keep-alive connection between two requests. Whenever the client notices, the server reads no
/// request twice, and none that is reported as not sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn never_delivers_a_request_twice_on_a_stale_connection() {
    let transport = transport();
    let server = Server::start(async |mut peer: Peer, _| {
        peer.read_request().await?;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]").await
    })
    .await;
    let mut answered = 0;
    for round in 0..100 {
        let read_before = server.requests_read();
        let result = in_time(transport.send(post(&server.url("/")))).await;
        let read = server.requests_read() - read_before;
        match result {
            Ok(_) => {
                assert_eq!(read, 1, "round {round}: a request that is answered is read once");
                answered += 1;
            }
            Err(error) if error.delivery() == NotSent => assert_eq!(read, 0, "round {round}: {error:?}"),
            Err(error) => assert!(read <= 1, "round {round}: {error:?}"),
        }
    }
    assert!(answered > 0, "at least the first request uses a new connection");
}

#[tokio::test]
async fn closes_the_connection_when_the_attempt_times_out() {
    let (closed, mut was_closed) = tokio::sync::mpsc::channel(1);
    let server = Server::start(move |mut peer, _| {
        let closed = closed.clone();
        async move {
            peer.read_request().await?;
            peer.hold().await?;
            closed.send(()).await.map_err(io::Error::other)
        }
    })
    .await;
    let clock = Arc::new(TokioClock::new());
    let transport = Timeout::new(transport(), Duration::from_millis(100), clock);
    let error = failure(&transport, post(&server.url("/"))).await;
    assert_eq!(kind_and_delivery(&error), (Kind::Timeout, MaybeDelivered), "{error:?}");
    assert_eq!(server.requests_read(), 1);
    in_time(was_closed.recv())
        .await
        .expect("the abandoned attempt closed its connection");
}

#[test]
fn sends_nothing_outside_of_a_tokio_runtime() {
    let sent = pollster::block_on(transport().send(post("http://127.0.0.1:1/")));
    let error = sent.expect_err("there is no runtime");
    assert_eq!(kind_and_delivery(&error), (Kind::InvalidRequest, NotSent), "{error:?}");
}

#[tokio::test]
async fn refuses_requests_that_hyper_cannot_send() {
    let mut tunnel = post("http://127.0.0.1:1/");
    *tunnel.method_mut() = Method::CONNECT;
    for request in [post("/v1/invitations"), tunnel] {
        let error = failure(&transport(), request).await;
        assert_eq!(kind_and_delivery(&error), (Kind::InvalidRequest, NotSent), "{error:?}");
    }
}
