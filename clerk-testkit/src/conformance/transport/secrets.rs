//! Errors end up in logs, so they must show neither the key nor an email address.

use clerk_core::TransportError;
use http::Method;

use super::server::Server;
use super::{ADDRESS, Check, CheckOutcome, Finding, KEY, TransportConformance, checks, ensure, request, with_sources};

pub(super) const CHECKS: &[Check] = checks! {
    "errors show neither the key nor an email address" => errors,
};

async fn errors(it: &TransportConformance) -> Finding {
    let refused = Server::silent()?;
    let request_to = |server: &Server| {
        let query = ADDRESS.replace('@', "%40");
        let body = format!(r#"{{"email_address":"{ADDRESS}"}}"#);
        request(server, Method::POST, &format!("/v1/invitations?query={query}"), body)
    };
    let to_refused = request_to(&refused)?;
    drop(refused);
    check(it.send(to_refused).await.err(), "a refused connection")?;

    let echo = format!("{ADDRESS} Bearer {KEY}");
    let answers = [
        ("a closed connection", String::new()),
        ("a response that is not HTTP", format!("{echo}\r\n\r\n")),
        ("an invalid status line", format!("HTTP/1.1 {echo}\r\n\r\n")),
        (
            "an invalid response header",
            format!("HTTP/1.1 200 OK\r\n{echo}\r\n\r\n"),
        ),
        (
            "an invalid chunk",
            format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{echo}\r\n\r\n"),
        ),
        (
            "a body shorter than its content-length",
            format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{echo}"),
        ),
    ];
    for (what, answer) in answers {
        let server = Server::answering_once(answer)?;
        check(it.send(request_to(&server)?).await.err(), what)?;
    }
    Ok(CheckOutcome::Passed)
}

fn check(error: Option<TransportError>, what: &str) -> Result<(), String> {
    let Some(error) = error else {
        return Ok(());
    };
    let shown = format!("{} {error:?}", with_sources(&error));
    let encoded = ADDRESS.replace('@', "%40");
    for (secret, texts) in [("key", &[KEY][..]), ("email address", &[ADDRESS, &encoded])] {
        ensure(!texts.iter().any(|text| shown.contains(text)), || {
            format!(
                "the error of {what} shows the {secret} in its message, its Debug output or its source: remove the URL, \
                 the headers and quoted bytes from the source before you attach it"
            )
        })?;
    }
    Ok(())
}
