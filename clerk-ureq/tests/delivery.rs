//! Checks how [`UreqTransport`] classifies failures.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::error::Error;
use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use clerk_ureq::{
    Bytes, Delivery, HttpTransport, TransportError, TransportErrorKind, UreqTransport, block_on, http, ureq,
};

/// Accepts one connection, reads from it until the client closes it, and never answers.
fn silent_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let (mut connection, _) = listener.accept().expect("a connection");
        let _ = connection.read_to_end(&mut Vec::new());
    });
    address
}

fn failure(agent: ureq::Agent, uri: &str) -> TransportError {
    let request = http::Request::post(uri).body(Bytes::from("{}")).expect("a request");
    block_on(UreqTransport::from_agent(agent).send(request)).expect_err("no response")
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

#[test]
fn a_timeout_after_connecting_may_have_been_delivered() {
    let config = ureq::Agent::config_builder()
        .proxy(None)
        .timeout_global(Some(Duration::from_millis(50)));
    let error = failure(config.build().new_agent(), &format!("http://{}/v1/x", silent_server()));
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(error.delivery(), Delivery::MaybeDelivered);
}

#[test]
fn a_request_that_the_agent_refuses_is_not_sent_and_its_uri_is_not_shown() {
    let config = ureq::Agent::config_builder().proxy(None).https_only(true);
    let agent = config.build().new_agent();
    for uri in [
        "http://127.0.0.1:9/v1/x?query=ada%40example.com",
        "/v1/x?query=ada%40example.com",
    ] {
        let error = failure(agent.clone(), uri);
        assert_eq!(error.kind(), TransportErrorKind::InvalidRequest, "{uri}");
        assert_eq!(error.delivery(), Delivery::NotSent, "{uri}");
        assert!(!text(&error).contains("ada"), "{}", text(&error));
    }
}

#[test]
fn https_without_tls_is_not_sent() {
    let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
    let address = silent_server();
    let error = failure(agent, &format!("https://{address}/v1/x"));
    assert_eq!(error.kind(), TransportErrorKind::Connect);
    assert_eq!(error.delivery(), Delivery::NotSent);
}
