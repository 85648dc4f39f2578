//! The server receives the request as the client built it.

use clerk_core::HttpRequest;
use http::{HeaderValue, Method, header};

use super::server::Server;
use super::wire::Received;
use super::{
    Check, CheckOutcome, EMPTY, Finding, TransportConformance, checks, ensure, expect_response, get, post, request,
};

pub(super) const CHECKS: &[Check] = checks! {
    "path and query are sent unchanged" => target,
    "every method is sent, with its body or without one" => methods_and_bodies,
    "the request's headers are sent unchanged" => given_headers,
    "no header is added except those of the connection" => added_headers,
    "the header host has the URI's host and port" => host,
};

/// Headers that belong to the connection and the framing (RFC 9110, 7.2, 7.6.1 and 8.6). `accept-encoding` has a check
/// of its own.
const ADDED_BY_TRANSPORTS: [header::HeaderName; 5] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::ACCEPT_ENCODING,
];

/// Sends a request to a server that responds with 200, and returns it as it arrived.
async fn arrived(it: &TransportConformance, server: &Server, sent: HttpRequest) -> Result<Received, String> {
    let what = format!("{} {}", sent.method(), sent.uri());
    expect_response(it.send(sent).await, &what)?;
    server
        .requests()
        .pop()
        .ok_or_else(|| format!("{what} returned a response, but no request arrived"))
}

async fn target(it: &TransportConformance) -> Finding {
    let server = Server::answering(EMPTY)?;
    let targets = [
        // Encoded characters, an empty value, and a name that occurs twice: clients tend to normalize them.
        "/v1/a%2Fb/%C3%BC/%7E?x=%2B1&x=a+b&y=&q=a%40example.com",
        "/v1/users",
        "/v1/users?",
    ];
    for target in targets {
        let received = arrived(it, &server, request(&server, Method::GET, target, "")?).await?;
        ensure(received.target == target, || {
            format!(
                "{target} arrived as {}: send path and query byte for byte, without decoding, normalizing or removing \
                 anything",
                received.target
            )
        })?;
    }
    Ok(CheckOutcome::Passed)
}

async fn methods_and_bodies(it: &TransportConformance) -> Finding {
    let server = Server::answering(EMPTY)?;
    let every_byte: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let cases = [
        (Method::GET, Vec::new()),
        (Method::DELETE, Vec::new()),
        (Method::DELETE, b"{\"reason\":\"test\"}".to_vec()),
        (Method::POST, Vec::new()),
        (Method::POST, every_byte.clone()),
        (Method::PUT, Vec::new()),
        (Method::PUT, every_byte),
        (Method::PATCH, Vec::new()),
        (Method::PATCH, b"{}".to_vec()),
    ];
    for (method, body) in cases {
        let sent = request(&server, method.clone(), "/v1/users", body.clone())?;
        let received = arrived(it, &server, sent).await?;
        ensure(received.method == method.as_str(), || {
            format!("{method} arrived as {}: send the method unchanged", received.method)
        })?;
        ensure(received.body == body, || {
            format!(
                "{method} with a body of {} bytes arrived with a different body of {} bytes: send the body unchanged, \
                 for every method",
                body.len(),
                received.body.len()
            )
        })?;
    }
    Ok(CheckOutcome::Passed)
}

async fn given_headers(it: &TransportConformance) -> Finding {
    let server = Server::answering(EMPTY)?;
    let mut sent = post(&server)?;
    for value in ["1", "2"] {
        sent.headers_mut().append("x-twice", HeaderValue::from_static(value));
    }
    let given = sent.headers().clone();
    let received = arrived(it, &server, sent).await?;
    for name in given.keys() {
        let values: Vec<&[u8]> = given.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        let arrived = received.header_values(name.as_str());
        // One line with all values means the same (RFC 9110, 5.3).
        ensure(arrived == values || arrived == [values.join(&b", "[..])], || {
            let [given, arrived] = [&values, &arrived].map(|values| quoted(values));
            format!("the header {name} was given as {given} and arrived as {arrived}: send every header unchanged")
        })?;
    }
    Ok(CheckOutcome::Passed)
}

async fn added_headers(it: &TransportConformance) -> Finding {
    let with_cookie = EMPTY.replace("\r\n\r\n", "\r\nset-cookie: session=1; Path=/\r\n\r\n");
    let server = Server::answering(with_cookie)?;
    // The second request of each kind would carry the cookie.
    for sent in [get(&server)?, post(&server)?, get(&server)?, post(&server)?] {
        let given = sent.headers().clone();
        let received = arrived(it, &server, sent).await?;
        let is_added = |name: &str| !given.contains_key(name) && !ADDED_BY_TRANSPORTS.iter().any(|added| added == name);
        if let Some((name, value)) = received.headers.iter().find(|(name, _)| is_added(name)) {
            let value = quoted(&[value]);
            return Err(format!(
                "the header {name} was added, with the value {value}: turn off the HTTP client's default headers and its \
                 cookie store, so that the client's own headers are all that is sent"
            ));
        }
    }
    Ok(CheckOutcome::Passed)
}

async fn host(it: &TransportConformance) -> Finding {
    let server = Server::answering(EMPTY)?;
    let received = arrived(it, &server, get(&server)?).await?;
    let expected = server.address().to_string();
    let values = received.header_values("host");
    ensure(values == [expected.as_bytes()], || {
        format!(
            "host arrived as {}, not as {expected:?}: send the authority of the URI, with the port unless it is the \
             scheme's default (RFC 9112, 3.2)",
            quoted(&values)
        )
    })?;
    Ok(CheckOutcome::Passed)
}

fn quoted(values: &[&[u8]]) -> String {
    if values.is_empty() {
        return "nothing".to_owned();
    }
    let texts = values
        .iter()
        .map(|value| format!("{:?}", String::from_utf8_lossy(value)));
    texts.collect::<Vec<_>>().join(", ")
}
