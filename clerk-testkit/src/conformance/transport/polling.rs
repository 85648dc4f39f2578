//! A call does nothing before it is polled, and never blocks the thread that polls it.

use std::pin::pin;
use std::time::Duration;

use super::server::Server;
use super::{Check, CheckOutcome, EMPTY, Finding, TransportConformance, expect_response, post, until_received, within};

/// Checked first: for a transport that blocks, calls cannot overlap.
pub(super) const RETURNS_WHILE_WAITING: Check = Check {
    name: "waiting for a response does not block the thread",
    run: |it| Box::pin(returns_while_waiting(it)),
};

pub(super) const CHECKS: &[Check] = &[Check {
    name: "nothing is sent before the future is polled",
    run: |it| Box::pin(sends_nothing_before_poll(it)),
}];

/// How long the server waits for a poll to return. A loaded machine must not make a sound transport fail.
const BLOCKED: Duration = Duration::from_secs(3);

/// How long a transport has to begin reading a response that the server has begun.
const UNTIL_READING: Duration = Duration::from_millis(50);

/// How long an unpolled call is watched.
const UNPOLLED: Duration = Duration::from_millis(250);

async fn returns_while_waiting(it: &TransportConformance) -> Finding {
    let (head, body) = ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", "{}");
    for (place, before, after) in [
        ("before the response", "", [head, body].concat()),
        ("in the middle of the body", head, body.to_owned()),
    ] {
        // The server goes on once the suite has run while the call was under way, or after `BLOCKED`.
        let server = Server::start(move |mut connection| {
            if connection.read_request().is_some() && connection.write(before.as_bytes()) {
                connection.wait_for(BLOCKED, |state| state.released);
                connection.write(after.as_bytes());
            }
        })?;
        let what = format!("a call to a server that waits {place}");
        let mut call = pin!(it.send(post(&server)?));
        let ended = match until_received(call.as_mut(), &server).await {
            None => within(UNTIL_READING, call.as_mut()).await,
            ended => ended,
        };
        if let Some(result) = ended {
            if server.requests().is_empty() {
                expect_response(result, &what)?;
            }
            return Err(format!(
                "one poll lasted until the call had ended, while the server waited {place}: await what the call waits \
                 for, or run a blocking client on a thread of its own, because a blocked thread stops the timeouts and \
                 every other task"
            ));
        }
        server.release();
        expect_response(call.await, &what)?;
    }
    Ok(CheckOutcome::Passed)
}

async fn sends_nothing_before_poll(it: &TransportConformance) -> Finding {
    let server = Server::answering(EMPTY)?;
    let call = it.send(post(&server)?);
    let sent = within(UNPOLLED, server.received(1)).await;
    drop(call);
    match sent {
        None => Ok(CheckOutcome::Passed),
        Some(()) => Err(
            "a request arrived although the future that send returned was never polled: start the request in the \
             future, because a caller may create a call and decide not to make it"
                .to_owned(),
        ),
    }
}
