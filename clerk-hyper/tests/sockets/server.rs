//! HTTP/1.1 servers that let a test control every byte.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clerk_hyper::rustls::crypto::ring;
use clerk_hyper::rustls::{ClientConfig, RootCertStore};
use clerk_hyper::{
    Bytes, Clock, Delivery, HttpRequest, HttpTransport, HyperTransport, HyperTransportBuilder, TokioClock,
    TransportError, TransportErrorKind,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A server on a loopback port that counts connections, bytes and whole requests.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    bytes: AtomicUsize,
    requests: AtomicUsize,
}

impl Server {
    /// Accepts connections and passes each to `serve` with its number, counted from 0. A connection is closed when its
    /// future ends.
    pub(crate) async fn start<F, Fut>(serve: F) -> Self
    where
        F: Fn(Peer, usize) -> Fut + Send + 'static,
        Fut: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let counts = Arc::new(Counts::default());
        let counting = Arc::clone(&counts);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = counting.connections.fetch_add(1, Ordering::SeqCst);
                let peer = Peer {
                    stream,
                    counts: Arc::clone(&counting),
                };
                tokio::spawn(serve(peer, number));
            }
        });
        Self { address, counts }
    }

    /// Starts a server that writes `response` to the first request of each connection, and returns the requests too.
    pub(crate) async fn responding(response: String) -> (Self, mpsc::Receiver<(String, Vec<u8>)>) {
        let (sender, requests) = mpsc::channel(2);
        let server = Self::start(move |mut peer: Peer, _| {
            let (sender, response) = (sender.clone(), response.clone());
            async move {
                let request = peer.read_request().await?;
                sender.send(request).await.map_err(io::Error::other)?;
                peer.write(response).await
            }
        })
        .await;
        (server, requests)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn bytes_read(&self) -> usize {
        self.counts.bytes.load(Ordering::SeqCst)
    }

    pub(crate) fn requests_read(&self) -> usize {
        self.counts.requests.load(Ordering::SeqCst)
    }
}

/// The server's end of one connection.
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    counts: Arc<Counts>,
}

impl Peer {
    /// Reads a request's head up to and including the blank line, and nothing after it.
    pub(crate) async fn read_head(&mut self) -> io::Result<String> {
        let head = read_head(&mut self.stream).await?;
        self.counts.bytes.fetch_add(head.len(), Ordering::SeqCst);
        Ok(head)
    }

    /// Reads a whole request.
    pub(crate) async fn read_request(&mut self) -> io::Result<(String, Vec<u8>)> {
        let head = self.read_head().await?;
        let mut body = vec![0; content_length(&head)];
        self.stream.read_exact(&mut body).await?;
        self.counts.bytes.fetch_add(body.len(), Ordering::SeqCst);
        self.counts.requests.fetch_add(1, Ordering::SeqCst);
        Ok((head, body))
    }

    pub(crate) async fn write(&mut self, text: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(text.as_ref()).await
    }

    /// Closes the connection with a RST instead of a FIN.
    pub(crate) fn reset(self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }

    /// Waits until the client closes the connection.
    pub(crate) async fn hold(mut self) -> io::Result<()> {
        let read = self.stream.read_to_end(&mut Vec::new()).await?;
        self.counts.bytes.fetch_add(read, Ordering::SeqCst);
        Ok(())
    }
}

/// Reads up to and including a blank line.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8(head).expect("an ASCII head"))
}

fn content_length(head: &str) -> usize {
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.map_or(0, |length| length.parse().expect("a number"))
}

/// Returns a builder without root certificates, so that tests do not depend on those of the machine.
pub(crate) fn builder() -> HyperTransportBuilder {
    HyperTransport::builder().tls_config(tls_config(RootCertStore::empty()))
}

/// Returns a client's TLS configuration that trusts `roots`.
pub(crate) fn tls_config(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Returns a `POST` request with a small JSON body.
pub(crate) fn post(url: &str) -> HttpRequest {
    let mut request = HttpRequest::new(Bytes::from_static(b"[1,2,3]"));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = url.parse().expect("a URL");
    request
}

/// Returns a `GET` request.
pub(crate) fn get(url: &str) -> HttpRequest {
    let mut request = HttpRequest::default();
    *request.uri_mut() = url.parse().expect("a URL");
    request
}

/// Sends a mebibyte to a server that echoes it, and checks that it comes back unchanged.
pub(crate) async fn assert_echoes_a_mebibyte(transport: &impl HttpTransport, server: &Server) {
    let body: Bytes = (0..1 << 20).map(|n: u32| n.to_le_bytes()[n as usize % 3]).collect();
    let mut request = post(&server.url("/"));
    *request.body_mut() = body.clone();
    let response = in_time(transport.send(request)).await.expect("answered");
    assert!(*response.body() == body, "the server echoes the body");
}

/// Sends a request that must fail, and returns its error.
pub(crate) async fn failure(transport: &impl HttpTransport, request: HttpRequest) -> TransportError {
    let result = in_time(transport.send(request)).await;
    result.expect_err("the request fails")
}

pub(crate) fn kind_and_delivery(error: &TransportError) -> (TransportErrorKind, Delivery) {
    (error.kind(), error.delivery())
}

/// Awaits `work`, and panics if it hangs.
pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::select! {
        value = work => value,
        () = TokioClock::new().sleep(Duration::from_secs(20)) => panic!("nothing happened for 20 seconds"),
    }
}
