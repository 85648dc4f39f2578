//! HTTP/1.1 servers written by hand, so that each byte is where a test wants it.

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
    /// Accepts connections and gives each to `serve`, with its number from 0. A connection ends with its future.
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
    /// Reads up to the blank line that ends a request's head, and nothing behind it.
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

    /// Ends the connection with a RST instead of a FIN.
    pub(crate) fn reset(self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }

    /// Waits until the client ends the connection.
    pub(crate) async fn hold(mut self) -> io::Result<()> {
        let read = self.stream.read_to_end(&mut Vec::new()).await?;
        self.counts.bytes.fetch_add(read, Ordering::SeqCst);
        Ok(())
    }
}

/// Reads up to a blank line.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8(head).expect("a head is ASCII"))
}

fn content_length(head: &str) -> usize {
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.map_or(0, |length| length.parse().expect("a number"))
}

/// A transport that trusts nobody, so that tests do not depend on the machine's certificates.
pub(crate) fn builder() -> HyperTransportBuilder {
    HyperTransport::builder().tls_config(tls_config(RootCertStore::empty()))
}

/// A client's TLS configuration that trusts these authorities.
pub(crate) fn tls_config(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// A `POST` with a small JSON body.
pub(crate) fn post(url: &str) -> HttpRequest {
    let mut request = HttpRequest::new(Bytes::from_static(b"[1,2,3]"));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = url.parse().expect("a URL");
    request
}

/// A `GET`.
pub(crate) fn get(url: &str) -> HttpRequest {
    let mut request = HttpRequest::default();
    *request.uri_mut() = url.parse().expect("a URL");
    request
}

/// Sends a request that is to fail, and tells how it did.
pub(crate) async fn failure(transport: &impl HttpTransport, request: HttpRequest) -> TransportError {
    let result = in_time(transport.send(request)).await;
    result.expect_err("the request fails")
}

pub(crate) fn verdict(error: &TransportError) -> (TransportErrorKind, Delivery) {
    (error.kind(), error.delivery())
}

/// Fails a test that hangs instead of letting it hang.
pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::select! {
        value = work => value,
        () = TokioClock::new().sleep(Duration::from_secs(20)) => panic!("nothing happened for 20 seconds"),
    }
}
