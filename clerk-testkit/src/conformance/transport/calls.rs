//! Calls that overlap, and calls that are dropped.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use clerk_core::{HttpResponse, TransportError};
use http::Method;

use super::server::{Connection, LogState, Server};
use super::{
    Check, CheckOutcome, EMPTY, Finding, TransportConformance, checks, ensure, expect_response, post, request,
    until_received, with_sources, within,
};

pub(super) const CHECKS: &[Check] = checks! {
    "calls at the same time do not wait for each other" => concurrent,
    "equal calls are each sent" => equal_calls,
    "the transport works after a dropped call" => works_after_drop,
    "a call never receives the response of a dropped call" => no_response_of_dropped_call,
    "a dropped call closes its connection" => closes_when_dropped,
};

const CALLS: usize = 8;

/// How long the server waits for all of the calls.
const ALL_CALLS: Duration = Duration::from_secs(5);

/// How long a connection may take to close, on a loaded machine.
const CLOSING: Duration = Duration::from_secs(5);

async fn concurrent(it: &TransportConformance) -> Finding {
    // The server responds once all of the calls have arrived.
    let server = Server::start(|mut connection| {
        let Some(received) = connection.read_request() else {
            return;
        };
        let all = wait_for_calls(&connection, CALLS);
        let body = if all { received.target } else { String::new() };
        connection.write(last_response(&body).as_bytes());
    })?;
    let targets: Vec<String> = (0..CALLS).map(|number| format!("/v1/{number}")).collect();
    let results = send_together(it, &server, &Method::POST, &targets).await?;
    for (target, result) in targets.iter().zip(results) {
        let is_answered = result.as_ref().is_ok_and(|response| !response.body().is_empty());
        ensure(is_answered, || {
            let ended = result.as_ref().err().map(|error| with_sources(error));
            format!(
                "{CALLS} calls at the same time did not all arrive before the first one was answered{}: send calls \
                 independently of each other, each on a connection or stream of its own",
                ended
                    .map(|error| format!(" (a call failed: {error})"))
                    .unwrap_or_default()
            )
        })?;
        let response = expect_response(result, "one of several calls at the same time")?;
        ensure(response.body() == target.as_bytes(), || {
            format!("the call to {target} received the response of another call: match responses to their requests")
        })?;
    }
    Ok(CheckOutcome::Passed)
}

/// Waits until `count` calls have arrived, and returns whether they have.
fn wait_for_calls(connection: &Connection, count: usize) -> bool {
    let all_sent = |state: &LogState| state.requests.len() >= count;
    connection.wait_for(ALL_CALLS, |state| all_sent(state) || state.released);
    // Once one call has waited in vain, the others need not wait as long.
    connection.release();
    connection.wait_for(Duration::ZERO, all_sent)
}

fn last_response(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// Sends a request to each target, all at the same time.
async fn send_together(
    it: &TransportConformance,
    server: &Server,
    method: &Method,
    targets: &[String],
) -> Result<Vec<Result<HttpResponse, TransportError>>, String> {
    let mut calls = Vec::new();
    for target in targets {
        let body = if method == Method::POST { "{}" } else { "" };
        let call: Pin<Box<dyn Future<Output = _> + Send>> =
            Box::pin(it.send(request(server, method.clone(), target, body)?));
        calls.push((call, None));
    }
    poll_fn(|context| {
        for (call, result) in &mut calls {
            if result.is_none()
                && let Poll::Ready(ended) = call.as_mut().poll(context)
            {
                *result = Some(ended);
            }
        }
        if calls.iter().all(|(_, result)| result.is_some()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    Ok(calls.into_iter().filter_map(|(_, result)| result).collect())
}

/// Some HTTP clients answer a GET from a cache, or send one request for several equal calls.
async fn equal_calls(it: &TransportConformance) -> Finding {
    let cacheable = EMPTY.replace("\r\n\r\n", "\r\ncache-control: max-age=3600\r\netag: \"1\"\r\n\r\n");
    let server = Server::answering(cacheable)?;
    for number in 1..=2 {
        let sent = request(&server, Method::GET, "/v1/users", "")?;
        expect_response(it.send(sent).await, "one of two equal calls")?;
        ensure(server.requests().len() == number, || {
            "the second of two equal GET calls was not sent: turn off the HTTP client's cache, because Clerk's answer can \
             have changed"
                .to_owned()
        })?;
    }
    for method in [Method::GET, Method::POST] {
        let server = Server::start(|mut connection| {
            if connection.read_request().is_some() {
                wait_for_calls(&connection, 2);
                connection.write(last_response("{}").as_bytes());
            }
        })?;
        let targets = ["/v1/users".to_owned(), "/v1/users".to_owned()];
        for result in send_together(it, &server, &method, &targets).await? {
            expect_response(result, "one of two equal calls at the same time")?;
        }
        let sent = server.requests().len();
        ensure(sent == 2, || {
            format!(
                "of two equal {method} calls at the same time, {sent} arrived: send one request for each call, because \
                 two equal calls can be meant"
            )
        })?;
    }
    Ok(CheckOutcome::Passed)
}

/// Sends a request and drops the call once the server has read it.
async fn send_and_drop(it: &TransportConformance, server: &Server) -> Result<(), String> {
    let call = pin!(it.send(post(server)?));
    match until_received(call, server).await {
        None => Ok(()),
        Some(Ok(response)) => Err(format!(
            "a call that the server had not answered returned a response ({})",
            response.status()
        )),
        Some(Err(error)) => Err(format!(
            "a call that the server had not answered failed: {}",
            with_sources(&error)
        )),
    }
}

async fn works_after_drop(it: &TransportConformance) -> Finding {
    let silent = Server::silent()?;
    send_and_drop(it, &silent).await?;
    let server = Server::answering(EMPTY)?;
    expect_response(
        it.send(post(&server)?).await,
        "the call after a dropped one (release what a call holds when its future is dropped)",
    )?;
    Ok(CheckOutcome::Passed)
}

/// The server answers the dropped call late, on the connection on which the call arrived.
async fn no_response_of_dropped_call(it: &TransportConformance) -> Finding {
    const DROPPED: &str = "/v1/invitations";
    let server = Server::start(|mut connection| {
        while let Some(received) = connection.read_request() {
            if received.target == DROPPED {
                connection.wait_for(ALL_CALLS, |state| state.released);
            }
            let body = received.target;
            let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            if !connection.write(response.as_bytes()) {
                return;
            }
        }
    })?;
    send_and_drop(it, &server).await?;
    server.release();
    for target in ["/v1/next", "/v1/after-next"] {
        let sent = request(&server, Method::POST, target, "{}")?;
        let response = expect_response(it.send(sent).await, "the call after a dropped one")?;
        ensure(response.body() == target.as_bytes(), || {
            format!(
                "the call to {target} received the response to a dropped call: close the connection of a dropped call \
                 instead of using it again, because its response is still to come"
            )
        })?;
    }
    Ok(CheckOutcome::Passed)
}

async fn closes_when_dropped(it: &TransportConformance) -> Finding {
    if !it.abandons_dropped_calls {
        let reason = "declared by abandons_dropped_calls(false): a dropped call keeps its connection until the server \
                      responds, and the server does its work";
        return Ok(CheckOutcome::NotTried(reason.to_owned()));
    }
    let server = Server::silent()?;
    send_and_drop(it, &server).await?;
    let closed = within(CLOSING, server.wait_until(|state| state.closed_by_client > 0)).await;
    ensure(closed.is_some(), || {
        format!(
            "the connection of a dropped call was still open after {} s: close it or reset the stream when the future is \
             dropped, or declare abandons_dropped_calls(false) if the HTTP stack cannot",
            CLOSING.as_secs()
        )
    })?;
    Ok(CheckOutcome::Passed)
}
