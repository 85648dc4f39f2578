//! Dropping a call gives it up.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use clerk_core::{Clock, SystemClock};
use http::Method;

use super::server::Server;
use super::{Check, CheckOutcome, Conformance, Finding, request, response};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "a transport goes on working after a call was dropped",
        run: |it| Box::pin(async { works_on(it).await.into() }),
    },
    Check {
        name: "a dropped call closes its connection",
        run: |it| Box::pin(async { closes(it).await }),
    },
];

/// How long a connection may take to close.
const PROMPTLY: Duration = Duration::from_secs(2);

/// A server that reads one request of each connection to `/v1/hang` and never answers it.
fn hanging() -> Result<Server, String> {
    Server::start(|mut connection| {
        if connection.read_request() {
            connection.read_to_end();
        }
    })
}

/// Sends a request and drops the call once the server has read it.
async fn send_and_drop(it: &Conformance, server: &Server) -> Finding {
    let mut call = pin!(it.send(request(server, Method::POST, "/v1/hang", "{}")?));
    let mut received = pin!(server.received(1));
    poll_fn(|context| {
        if let Poll::Ready(result) = call.as_mut().poll(context) {
            let what = result.map_or_else(|error| error.to_string(), |response| response.status().to_string());
            return Poll::Ready(Err(format!("a call that nobody answered ended: {what}")));
        }
        received.as_mut().poll(context).map(Ok)
    })
    .await
}

async fn works_on(it: &Conformance) -> Finding {
    let hanging = hanging()?;
    send_and_drop(it, &hanging).await?;
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    response(
        it.send(request(&server, Method::POST, "/v1/x", "{}")?).await,
        "the next request",
    )?;
    Ok(())
}

async fn closes(it: &Conformance) -> CheckOutcome {
    let server = match hanging() {
        Ok(server) => server,
        Err(reason) => return CheckOutcome::Failed(reason),
    };
    if let Err(reason) = send_and_drop(it, &server).await {
        return CheckOutcome::Failed(reason);
    }
    let mut closed = pin!(server.closed_by_client());
    let mut limit = SystemClock::new().sleep(PROMPTLY);
    poll_fn(|context| {
        if closed.as_mut().poll(context).is_ready() {
            return Poll::Ready(CheckOutcome::Passed);
        }
        let advice = "the server goes on working for nobody, and the connection stays open until it answers";
        limit
            .as_mut()
            .poll(context)
            .map(|()| CheckOutcome::Advice(advice.to_owned()))
    })
    .await
}
