//! A call does nothing before it is polled, and never blocks the thread that polls it.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use super::server::Server;
use super::{Check, CheckOutcome, EMPTY, Finding, TransportConformance, expect_response, post, within};

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

/// How long an unpolled call is watched.
const UNPOLLED: Duration = Duration::from_millis(250);

async fn returns_while_waiting(it: &TransportConformance) -> Finding {
    // The server responds once the suite has run while the call was under way, or after `BLOCKED`.
    let server = Server::start(|mut connection| {
        if connection.read_request().is_some() {
            connection.wait_for(BLOCKED, |state| state.released);
            connection.write(EMPTY.as_bytes());
        }
    })?;
    let mut call = pin!(it.send(post(&server)?));
    let mut received = pin!(server.received(1));
    let early = poll_fn(|context| match call.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => received.as_mut().poll(context).map(|()| None),
    })
    .await;
    if let Some(result) = early {
        if server.requests().is_empty() {
            expect_response(result, "a call to a slow server")?;
        }
        return Err(
            "one poll lasted until the call had ended, while the server waited: await what the call waits for, or run a blocking client on a \
             thread of its own, because a blocked thread stops the timeouts and every other task"
                .to_owned(),
        );
    }
    server.release();
    expect_response(call.await, "a call to a slow server")?;
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
