//! Connections: pooling, time limits, and requests and responses that pass unchanged.

use std::io;
use std::time::Duration;

use clerk_hyper::Delivery::NotSent;
use clerk_hyper::{HttpTransport, HyperTransport, TransportErrorKind as Kind};
use tokio::sync::mpsc;

use crate::server::{Peer, Server, assert_echoes_a_mebibyte, builder, failure, get, in_time, kind_and_delivery, post};

fn transport() -> HyperTransport {
    builder().build().expect("valid settings")
}

#[tokio::test]
async fn passes_request_and_response_unchanged() {
    let response = "HTTP/1.1 422 Unprocessable\r\nX-Twice: a\r\nX-Twice: b\r\ncontent-length: 6\r\n\r\n\0\r\n\u{ff}!";
    let (server, mut requests) = Server::responding(response.to_owned()).await;
    let mut request = post(&server.url("/v1/x%2Fy?order_by=%2Bcreated_at&a=b%20c"));
    let headers = request.headers_mut();
    headers.insert("x-one", "1".parse().expect("a value"));
    headers.append("x-two", "2".parse().expect("a value"));
    headers.append("x-two", "3".parse().expect("a value"));

    let response = in_time(transport().send(request)).await.expect("answered");

    let (head, body) = requests.recv().await.expect("one request");
    let expected = format!(
        "POST /v1/x%2Fy?order_by=%2Bcreated_at&a=b%20c HTTP/1.1\r\nx-one: 1\r\nx-two: 2\r\nx-two: 3\r\n\
         host: {}\r\ncontent-length: 7\r\n\r\n",
        server.address
    );
    assert_eq!(head, expected);
    assert_eq!(body, b"[1,2,3]");
    assert_eq!(response.status(), 422);
    let twice: Vec<_> = response.headers().get_all("x-twice").iter().collect();
    assert_eq!(twice, ["a", "b"]);
    assert_eq!(response.body().as_ref(), "\0\r\n\u{ff}!".as_bytes());
}

#[tokio::test]
async fn passes_a_mebibyte_in_both_directions() {
    let server = Server::start(async |mut peer: Peer, _| {
        let (_, body) = peer.read_request().await?;
        peer.write(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()))
            .await?;
        peer.write(body).await
    })
    .await;
    assert_echoes_a_mebibyte(&transport(), &server).await;
}

#[tokio::test]
async fn returns_a_redirect_as_the_response() {
    let server = Server::start(async |mut peer: Peer, _| {
        loop {
            peer.read_request().await?;
            peer.write("HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")
                .await?;
        }
    })
    .await;
    let response = in_time(transport().send(post(&server.url("/"))))
        .await
        .expect("answered");
    assert_eq!(response.status(), 307);
    assert_eq!(response.headers()["location"], "/elsewhere");
    assert_eq!(server.requests_read(), 1);
}

async fn answer_every_request(mut peer: Peer, _: usize) -> io::Result<()> {
    loop {
        peer.read_request().await?;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]").await?;
    }
}

#[tokio::test]
async fn reuses_the_connection_for_sequential_requests() {
    let server = Server::start(answer_every_request).await;
    let transport = transport();
    for _ in 0..5 {
        in_time(transport.send(get(&server.url("/")))).await.expect("answered");
    }
    assert_eq!((server.requests_read(), server.connections()), (5, 1));
}

#[tokio::test]
async fn closes_an_idle_connection_after_its_timeout() {
    let (closed, mut was_closed) = mpsc::channel(1);
    let server = Server::start(move |mut peer: Peer, _| {
        let closed = closed.clone();
        async move {
            peer.read_request().await?;
            peer.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]").await?;
            peer.hold().await?;
            closed.send(()).await.map_err(io::Error::other)
        }
    })
    .await;
    let transport = builder().pool_idle_timeout(Duration::from_millis(100));
    let transport = transport.build().expect("valid settings");
    in_time(transport.send(get(&server.url("/")))).await.expect("answered");
    in_time(was_closed.recv()).await.expect("closed by the client");
}

#[tokio::test]
async fn limits_the_time_for_connecting() {
    let server = Server::start(async |peer: Peer, _| peer.hold().await).await;
    let transport = builder().connect_timeout(Duration::from_millis(100));
    let transport = transport.build().expect("valid settings");
    let error = failure(&transport, post(&format!("https://{}/", server.address))).await;
    assert_eq!(kind_and_delivery(&error), (Kind::Timeout, NotSent), "{error:?}");
    assert_eq!(server.requests_read(), 0);
}

#[tokio::test]
async fn an_attempt_that_times_out_while_connecting_was_not_sent() {
    use clerk_hyper::api::invitations::CreateInvitation;
    use clerk_hyper::{CallOptions, Effect, ErrorKind, SecretKey};

    // Reads nothing, so that the TLS handshake never ends, or answers no request.
    let server = Server::start(async |peer: Peer, _| peer.hold().await).await;
    for (scheme, effect) in [("https", Effect::NotApplied), ("http", Effect::Unknown)] {
        let key = SecretKey::new("sk_test_abc").expect("a key");
        let builder = clerk_hyper::builder(key).expect("root certificates");
        let client = builder
            .base_url(format!("{scheme}://{}", server.address))
            .build()
            .expect("a client");
        let options = CallOptions::new()
            .no_retry()
            .attempt_timeout(Duration::from_millis(200));
        let person = CreateInvitation::new("ada@example.com");
        let client = client.with_options(options);
        let error = in_time(client.invitations().create(&person))
            .await
            .expect_err("no answer");
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Timeout, effect),
            "{scheme}: {error:?}"
        );
    }
}
