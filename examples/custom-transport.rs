//! Implements [`HttpTransport`] on an HTTP stack of your choice: here a new HTTP/1.1 connection for each request, without TLS.
//!
//! A transport implements one method. For a request that fails, it reports whether the request may have reached the server
//! ([`Delivery`]): the client's retries depend on it. The example calls a fake of Clerk on a loopback socket.
#![expect(clippy::print_stdout, reason = "examples print their result")]

use std::error::Error;

use bytes::Bytes;
use clerk_core::api::invitations::CreateInvitation;
use clerk_core::{
    Client, Delivery, HttpRequest, HttpResponse, HttpTransport, SecretKey, TransportError, TransportErrorKind,
    async_trait,
};
use clerk_testkit::FakeClerk;
use clerk_testkit::server::FakeServer;
use http::header::HOST;
use http::{HeaderValue, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Larger response bodies are an error. 16 MiB.
const MAX_BODY: usize = 16 * 1024 * 1024;

#[derive(Debug)]
struct ConnectionPerRequest;

#[async_trait]
impl HttpTransport for ConnectionPerRequest {
    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let authority = request.uri().authority().cloned().ok_or_else(invalid_request)?;
        let path = request.uri().path_and_query().cloned().ok_or_else(invalid_request)?;
        let host = HeaderValue::from_str(authority.as_str()).map_err(|_| invalid_request())?;
        *request.uri_mut() = Uri::from(path);
        request.headers_mut().insert(HOST, host);

        let address = (authority.host(), authority.port_u16().unwrap_or(80));
        let stream = TcpStream::connect(address).await.map_err(not_connected)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(not_connected)?;
        tokio::spawn(connection);

        // From here on, the server may have received the request even if an error follows.
        let request = request.map(Full::<Bytes>::new);
        let response = sender.send_request(request).await.map_err(closed)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(closed)?;
        Ok(HttpResponse::from_parts(parts, body.to_bytes()))
    }
}

const fn invalid_request() -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent)
}

fn not_connected(error: impl Into<Box<dyn Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::Connect, Delivery::NotSent).with_source(error)
}

fn closed(error: impl Into<Box<dyn Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::Closed, Delivery::MaybeDelivered).with_source(error)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = FakeServer::start(FakeClerk::new()).await?;
    let key = SecretKey::new(FakeClerk::SECRET_KEY)?;
    let clerk = Client::builder(key, ConnectionPerRequest)
        .base_url(server.url())
        .build()?;

    let invitation = clerk
        .invitations()
        .create(&CreateInvitation::new("ada@example.com"))
        .await?;
    println!("{} is {}", invitation.id, invitation.status);
    println!(
        "emails to ada@example.com: {}",
        server.fake().mails_to("ada@example.com")
    );
    Ok(())
}
