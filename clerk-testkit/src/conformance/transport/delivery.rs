//! An error says `NotSent` only if the server cannot have acted on the request, and every request is sent once.

use std::pin::pin;
use std::time::Duration;

use clerk_core::{Clock, Delivery, SystemClock, TransportErrorKind};
use http::Method;

use super::server::Server;
use super::{
    Check, CheckOutcome, EMPTY, Finding, TransportConformance, checks, ensure, expect_maybe_delivered, expect_response,
    post, request, with_sources, within,
};

pub(super) const CHECKS: &[Check] = checks! {
    "a refused connection is reported as not sent" => refused,
    "a refused connection is not retried" => refused_once,
    "a connection that closes at once is an error" => closed_at_once,
    "a request without a response is sent once, and may have been delivered" => no_response,
    "an incomplete or invalid response is an error, and may have been delivered" => broken_responses,
    "a kept connection that the server closes sends no request twice" => closed_while_idle,
    "a request on a kept connection that fails is not sent again" => closed_after_second_request,
};

async fn refused(it: &TransportConformance) -> Finding {
    // Nothing listens on the port of a dropped server.
    let server = Server::answering(EMPTY)?;
    let refused = post(&server)?;
    drop(server);
    let error = match it.send(refused).await {
        Ok(response) => {
            return Err(format!(
                "a refused connection returned a response ({})",
                response.status()
            ));
        }
        Err(error) => error,
    };
    if error.delivery() == Delivery::MaybeDelivered {
        return Ok(CheckOutcome::Advice(format!(
            "a refused connection was reported as MaybeDelivered, which is safe, but the client then does not retry \
             invitations that were certainly not sent: report NotSent for errors before the connection is made (the \
             error was: {})",
            with_sources(&error)
        )));
    }
    ensure(error.kind() == TransportErrorKind::Connect, || {
        format!(
            "a refused connection was reported with the kind {:?}: use Connect, so that the caller checks the URL and \
             the network",
            error.kind()
        )
    })?;
    Ok(CheckOutcome::Passed)
}

/// A refused connection leaves no trace, so the suite looks for a retry by listening on the port while the call is
/// still under way. A call that ends before that has not waited for a retry. On a loaded machine a slow first attempt looks
/// like a retry, so the delay follows the duration of an ordinary call, and only several trials in a row count.
async fn refused_once(it: &TransportConformance) -> Finding {
    const TRIALS: usize = 4;
    const SHORTEST_DELAY: Duration = Duration::from_millis(40);
    const LONGEST_DELAY: Duration = Duration::from_millis(400);
    const RETRIED_BY_THEN: Duration = Duration::from_secs(2);
    let (clock, ordinary) = (SystemClock::new(), Server::answering(EMPTY)?);
    for _ in 0..TRIALS {
        let before = clock.now();
        expect_response(it.send(post(&ordinary)?).await, "an ordinary call")?;
        let delay = ((clock.now() - before) * 5).clamp(SHORTEST_DELAY, LONGEST_DELAY);

        let server = Server::answering(EMPTY)?;
        let address = server.address();
        let refused = post(&server)?;
        drop(server);
        let mut call = pin!(it.send(refused));
        if within(delay, call.as_mut()).await.is_some() {
            return Ok(CheckOutcome::Passed);
        }
        let Ok(server) = Server::answering_at(address, EMPTY) else {
            // Another process has the port by now.
            continue;
        };
        let _ended = within(RETRIED_BY_THEN, call).await;
        if server.requests().is_empty() {
            return Ok(CheckOutcome::Passed);
        }
    }
    Err(
        "a request arrived after its connection had been refused: return the error of the first attempt, because \
         retrying is up to the middleware above the transport"
            .to_owned(),
    )
}

async fn closed_at_once(it: &TransportConformance) -> Finding {
    let server = Server::start(drop)?;
    match it.send(post(&server)?).await {
        // The server read nothing, so either delivery is true.
        Err(_) => Ok(CheckOutcome::Passed),
        Ok(response) => Err(format!(
            "a connection that the server closed without a word returned a response ({}): return an error",
            response.status()
        )),
    }
}

async fn no_response(it: &TransportConformance) -> Finding {
    for method in [Method::POST, Method::GET] {
        let server = Server::answering_once("")?;
        let what = format!("a connection that closes after {method}");
        expect_maybe_delivered(it.send(request(&server, method, "/v1/users", "")?).await, &what)?;
        ensure_sent_once(&server, &what)?;
    }
    Ok(CheckOutcome::Passed)
}

async fn broken_responses(it: &TransportConformance) -> Finding {
    let answers = [
        ("half a response head", "HTTP/1.1 200 OK\r\ncontent-le"),
        (
            "a body shorter than its content-length",
            "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n[]",
        ),
        (
            "chunks without the last one",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n",
        ),
        ("a response that is not HTTP", "550 this is a mail server\r\n\r\n"),
    ];
    for (what, answer) in answers {
        let server = Server::answering_once(answer)?;
        expect_maybe_delivered(it.send(post(&server)?).await, what)?;
        ensure_sent_once(&server, what)?;
    }
    Ok(CheckOutcome::Passed)
}

async fn closed_while_idle(it: &TransportConformance) -> Finding {
    // The response allows the client to keep the connection, and the server closes it.
    let server = Server::answering_once(EMPTY)?;
    for number in 0..5 {
        let target = format!("/v1/{number}");
        let result = it.send(request(&server, Method::POST, &target, "{}")?).await;
        let sent = server
            .requests()
            .iter()
            .filter(|received| received.target == target)
            .count();
        ensure(sent <= 1, || {
            format!("a request was sent {sent} times after an idle connection had closed: {SEND_AGAIN}")
        })?;
        if sent == 1
            && let Err(error) = result
        {
            expect_maybe_delivered(Err(error), "a request on a connection that was just closing")?;
        }
    }
    Ok(CheckOutcome::Passed)
}

async fn closed_after_second_request(it: &TransportConformance) -> Finding {
    let server = Server::start(|mut connection| {
        if connection.read_request().is_some() && connection.write(EMPTY.as_bytes()) {
            connection.read_request();
        }
    })?;
    expect_response(
        it.send(request(&server, Method::POST, "/v1/first", "{}")?).await,
        "a first request",
    )?;
    // A pool may take its time to get the connection back.
    SystemClock::new().sleep(Duration::from_millis(20)).await;
    let result = it.send(request(&server, Method::POST, "/v1/second", "{}")?).await;
    let sent = server
        .requests()
        .iter()
        .filter(|received| received.target == "/v1/second")
        .count();
    ensure(sent == 1, || {
        format!(
            "a request was sent {sent} times, because the kept connection closed after the first time: {SEND_AGAIN}"
        )
    })?;
    if let Err(error) = result {
        expect_maybe_delivered(Err(error), "a request on a kept connection that closes after it")?;
    }
    Ok(CheckOutcome::Passed)
}

const SEND_AGAIN: &str = "send a request again on another connection only if none of it was written to the first";

pub(super) fn ensure_sent_once(server: &Server, what: &str) -> Result<(), String> {
    let count = server.requests().len();
    ensure(count == 1, || {
        format!(
            "after {what}, the request was sent {count} times: send each request once, because retrying is up to the \
             middleware above the transport"
        )
    })
}
