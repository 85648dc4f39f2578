//! Every status is a response, and each call is one request.

use http::Method;

use super::server::Server;
use super::{Check, CheckOutcome, Finding, TransportConformance, checks, ensure, request, with_sources};

pub(super) const CHECKS: &[Check] = checks! {
    "every status is a response, and its request is sent once" => statuses,
    "redirects are not followed" => redirects,
};

/// Starts a server that responds to `/v1/status/404` with 404, and so on. Headers ask to retry and to authenticate, and
/// with `location` to go elsewhere.
fn server(location: &'static str) -> Result<Server, String> {
    Server::start(move |mut connection| {
        while let Some(received) = connection.read_request() {
            let status = received.target.strip_prefix("/v1/status/").unwrap_or("200");
            // A 204 has no length (RFC 9110, 8.6), and a 304 would give that of another response.
            let length = if matches!(status, "204" | "304") {
                ""
            } else {
                "content-length: 0\r\n"
            };
            let answer = format!(
                "HTTP/1.1 {status} Status\r\nretry-after: 0\r\nwww-authenticate: Bearer\r\n{location}{length}\r\n"
            );
            if !connection.write(answer.as_bytes()) {
                return;
            }
        }
    })
}

async fn statuses(it: &TransportConformance) -> Finding {
    let server = server("")?;
    let statuses = (200..=208)
        .chain([226])
        .chain(300..=308)
        .chain(400..=431)
        .chain([451, 499])
        .chain(500..=511)
        .chain(520..=530)
        .chain([599]);
    for status in statuses {
        let method = if status % 2 == 0 { Method::POST } else { Method::GET };
        check_status(it, &server, method, status).await?;
    }
    Ok(CheckOutcome::Passed)
}

async fn redirects(it: &TransportConformance) -> Finding {
    let server = server("location: /elsewhere\r\n")?;
    for status in [300, 301, 302, 303, 307, 308] {
        for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
            check_status(it, &server, method, status).await?;
        }
    }
    Ok(CheckOutcome::Passed)
}

async fn check_status(it: &TransportConformance, server: &Server, method: Method, status: u16) -> Result<(), String> {
    let sent_before = server.requests().len();
    let body = if method == Method::POST { "{}" } else { "" };
    let sent = request(server, method.clone(), &format!("/v1/status/{status}"), body)?;
    let result = it.send(sent).await;
    let count = server.requests().len() - sent_before;
    let redirected = server.requests().last().is_some_and(|last| last.target == "/elsewhere");
    ensure(!redirected, || {
        format!(
            "{method} followed a redirect ({status}): turn redirects off and return the {status}, because a redirect can \
             carry the key to another host"
        )
    })?;
    ensure(count == 1, || {
        format!(
            "{method} was sent {count} times to a server that responds with {status}: send each request once, because \
             retrying is up to the middleware above the transport"
        )
    })?;
    let response = result.map_err(|error| {
        format!(
            "the status {status} became an error ({}): return Ok with the response for every status",
            with_sources(&error)
        )
    })?;
    ensure(response.status().as_u16() == status, || {
        format!(
            "the status {status} arrived as {}: return the status unchanged",
            response.status()
        )
    })
}
