//! What is said of a request that failed on HTTP/1.1 is true of what the server read.

use std::future::ready;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use clerk_hyper::Delivery::{MaybeDelivered, NotSent};
use clerk_hyper::middleware::Timeout;
use clerk_hyper::{HttpTransport, HyperTransport, TokioClock, TransportErrorKind as Kind};
use http::Method;
use tokio::net::TcpListener;

use crate::server::{Peer, Server, builder, failure, in_time, post, verdict};

fn transport() -> HyperTransport {
    builder().max_response_bytes(1000).build().expect("valid settings")
}

/// What a server does before it ends the connection.
#[derive(Clone, Copy)]
enum Misdeed {
    /// Reads the head of the request alone.
    ReadHead,
    /// Reads the request and writes this.
    Write(&'static str),
    /// Reads the request, writes this, and ends with a RST.
    WriteAndReset(&'static str),
    /// Reads the request, writes this, and waits for the client.
    WriteAndHold(&'static str),
    /// Reads the request, writes this, and repeats the second text for as long as the client listens.
    WriteAndFlood(&'static str, &'static str),
}

impl Misdeed {
    async fn commit(self, mut peer: Peer) -> io::Result<()> {
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
async fn once_the_server_has_read_anything_it_may_have_been_delivered() {
    use Misdeed::{ReadHead, Write, WriteAndFlood, WriteAndHold, WriteAndReset};
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
        ("does not write chunks as chunks", Write(NO_CHUNKS), Kind::Other),
        (
            "does not speak HTTP",
            Write("220 smtp.example.com ESMTP\r\n"),
            Kind::Other,
        ),
        (
            "declares more than is read",
            WriteAndHold(TOO_LONG),
            Kind::ResponseTooLarge,
        ),
        (
            "sends more than is read",
            WriteAndFlood(CHUNKED, "7\r\n[1,2,3,\r\n"),
            Kind::ResponseTooLarge,
        ),
    ];
    for (case, misdeed, kind) in cases {
        let server = Server::start(move |peer, _| misdeed.commit(peer)).await;
        let error = failure(&transport(), post(&server.url("/"))).await;
        assert!(server.bytes_read() > 0, "a server that {case}");
        assert_eq!(
            verdict(&error),
            (kind, MaybeDelivered),
            "a server that {case}: {error:?}"
        );
        assert_eq!(server.connections(), 1, "a server that {case} gets one attempt");
    }
}

#[tokio::test]
async fn a_refused_connection_sends_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let error = failure(&transport(), post(&format!("http://{address}/"))).await;
    assert_eq!(verdict(&error), (Kind::Connect, NotSent), "{error:?}");
}

/// Whether the request was written before the close was seen depends on who is faster, so either may be said of its
/// delivery. A reset can even be seen while connecting. There is one attempt all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_at_accept_fails_the_attempt() {
    let close: fn(Peer) -> io::Result<()> = |_| Ok(());
    for (how, end) in [("close", close), ("reset", Peer::reset)] {
        for round in 0..50 {
            let server = Server::start(move |peer, _| ready(end(peer))).await;
            let error = failure(&transport(), post(&server.url("/"))).await;
            assert!(
                verdict(&error) == (Kind::Connect, NotSent) || error.kind() == Kind::Closed,
                "{how}, round {round}: {error:?}"
            );
            assert_eq!(server.connections(), 1, "{how}, round {round}: {error:?}");
        }
    }
}

/// A keep-alive connection that the server closes between two requests. Whenever the client notices it, no request
/// is read twice, and one that is said not to be sent was not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_connection_delivers_nothing_twice() {
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
                assert_eq!(read, 1, "round {round}: answered once, read once");
                answered += 1;
            }
            Err(error) if error.delivery() == NotSent => assert_eq!(read, 0, "round {round}: {error:?}"),
            Err(error) => assert!(read <= 1, "round {round}: {error:?}"),
        }
    }
    assert!(answered > 0, "the first request at least has a connection of its own");
}

#[tokio::test]
async fn a_stalled_response_ends_with_the_attempt_and_closes_the_connection() {
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
    assert_eq!(verdict(&error), (Kind::Timeout, MaybeDelivered), "{error:?}");
    assert_eq!(server.requests_read(), 1);
    in_time(was_closed.recv())
        .await
        .expect("the abandoned attempt closed its connection");
}

#[test]
fn without_a_runtime_nothing_is_sent_and_nothing_panics() {
    let sent = pollster::block_on(transport().send(post("http://127.0.0.1:1/")));
    let error = sent.expect_err("there is no runtime");
    assert_eq!(verdict(&error), (Kind::InvalidRequest, NotSent), "{error:?}");
}

#[tokio::test]
async fn what_hyper_cannot_send_is_refused() {
    let mut tunnel = post("http://127.0.0.1:1/");
    *tunnel.method_mut() = Method::CONNECT;
    for request in [post("/v1/invitations"), tunnel] {
        let error = failure(&transport(), request).await;
        assert_eq!(verdict(&error), (Kind::InvalidRequest, NotSent), "{error:?}");
    }
}
