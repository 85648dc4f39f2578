//! Checks how [`ReqwestTransport`] classifies failures, and what it refuses to send.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use clerk_reqwest::{
    Bytes, Delivery, HttpRequest, HttpResponse, HttpTransport, ReqwestTransport, TransportError, TransportErrorKind,
    http,
};

/// Answers the connections one after another with these responses; an empty one keeps the connection open and silent.
fn server(responses: &'static [&'static str]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let mut silent = Vec::new();
        for response in responses {
            let (mut connection, _) = listener.accept().expect("a connection");
            let _ = connection.read(&mut [0; 4096]).expect("a request");
            connection.write_all(response.as_bytes()).expect("an open connection");
            if response.is_empty() {
                silent.push(connection);
            }
        }
        // The client ends the silent connections.
        for mut connection in silent {
            let _ = connection.read(&mut [0; 1]);
        }
    });
    address
}

fn send(transport: &ReqwestTransport, uri: &str) -> Result<HttpResponse, TransportError> {
    let request = http::Request::post(uri).body(Bytes::from("{}")).expect("a request");
    send_request(transport, request)
}

fn send_request(transport: &ReqwestTransport, request: HttpRequest) -> Result<HttpResponse, TransportError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(transport.send(request))
}

/// The error's text with all of its sources.
fn text(error: &TransportError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    text
}

const REDIRECT: &str = "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

#[test]
fn redirects_are_not_followed() {
    let builder = reqwest::Client::builder().no_proxy();
    let builder = builder.redirect(reqwest::redirect::Policy::limited(5));
    let transport = ReqwestTransport::from_builder(builder).expect("a client");
    let response = send(&transport, &format!("http://{}/v1/x", server(&[REDIRECT])));
    assert_eq!(response.expect("a response").status(), 302);
}

#[test]
fn a_redirect_that_a_finished_client_followed_is_an_error() {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let transport = ReqwestTransport::from_client(client);
    let uri = format!("http://{}/v1/x", server(&[REDIRECT, OK]));
    let error = send(&transport, &uri).expect_err("a redirect");
    assert_eq!(error.delivery(), Delivery::MaybeDelivered);
    assert!(text(&error).contains("redirect::Policy::none()"), "{}", text(&error));
}

#[test]
fn a_timeout_after_connecting_may_have_been_delivered() {
    let builder = reqwest::Client::builder().no_proxy().timeout(Duration::from_millis(50));
    let transport = ReqwestTransport::from_builder(builder).expect("a client");
    let uri = format!("http://{}/v1/x?query=ada%40example.com", server(&[""]));
    let error = send(&transport, &uri).expect_err("no response");
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(error.delivery(), Delivery::MaybeDelivered);
    assert!(!text(&error).contains("ada"), "{}", text(&error));
}

#[test]
fn a_url_that_reqwest_would_change_is_not_sent() {
    let transport = ReqwestTransport::new().expect("a client");
    for path in ["/v1/users/%2e%2e/x", "/v1/a/../b", "/v1/x?name='"] {
        let error = send(&transport, &format!("http://127.0.0.1:9{path}")).expect_err(path);
        assert_eq!(error.kind(), TransportErrorKind::InvalidRequest, "{path}");
        assert_eq!(error.delivery(), Delivery::NotSent, "{path}");
    }
}

#[test]
fn a_request_that_the_client_refuses_is_not_sent() {
    let builder = reqwest::Client::builder().no_proxy().https_only(true);
    let transport = ReqwestTransport::from_builder(builder).expect("a client");
    let error = send(&transport, "http://127.0.0.1:9/v1/x?query=ada%40example.com").expect_err("plain http");
    assert_eq!(error.kind(), TransportErrorKind::InvalidRequest);
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert!(!text(&error).contains("ada"), "{}", text(&error));
    let relative = http::Request::post("/v1/x").body(Bytes::new()).expect("a request");
    let error = send_request(&transport, relative).expect_err("a relative URI");
    assert_eq!(error.delivery(), Delivery::NotSent);
}
