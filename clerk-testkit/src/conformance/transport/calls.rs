//! Calls that overlap, and calls that are dropped.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use http::Method;

use super::server::{LogState, Server};
use super::{
    Check, CheckOutcome, EMPTY, Finding, TransportConformance, ensure, expect_response, post, request, until_received,
    with_sources, within,
};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "calls at the same time do not wait for each other",
        run: |it| Box::pin(concurrent(it)),
    },
    Check {
        name: "the transport works after a dropped call",
        run: |it| Box::pin(works_after_drop(it)),
    },
    Check {
        name: "a dropped call closes its connection",
        run: |it| Box::pin(closes_when_dropped(it)),
    },
];

const CALLS: usize = 8;

/// How long the server waits for all of the calls.
const ALL_CALLS: Duration = Duration::from_secs(5);

/// How long a connection may take to close, on a loaded machine.
const CLOSING: Duration = Duration::from_secs(5);

async fn concurrent(it: &TransportConformance) -> Finding {
    // The server responds once all of the calls have arrived.
    let server = Server::start(move |mut connection| {
        let Some(received) = connection.read_request() else {
            return;
        };
        let all_sent = |state: &LogState| state.requests.len() >= CALLS;
        connection.wait_for(ALL_CALLS, |state| all_sent(state) || state.released);
        // Once one call has waited in vain, the others need not wait as long.
        connection.release();
        let all = connection.wait_for(Duration::ZERO, all_sent);
        let body = if all { received.target } else { String::new() };
        connection.write(
            format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .as_bytes(),
        );
    })?;
    let targets: Vec<String> = (0..CALLS).map(|number| format!("/v1/{number}")).collect();
    let mut calls = Vec::new();
    for target in &targets {
        let call: Pin<Box<dyn Future<Output = _> + Send>> =
            Box::pin(it.send(request(&server, Method::POST, target, "{}")?));
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
    let results = calls.into_iter().filter_map(|(_, result)| result);
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
