//! Connections are reused or closed.

use std::time::Duration;

use super::server::Server;
use super::{Check, CheckOutcome, EMPTY, Finding, TransportConformance, checks, ensure, expect_response, get, within};

pub(super) const CHECKS: &[Check] = checks! {
    "connections do not accumulate" => do_not_accumulate,
};

pub(super) const CLOSED_WITH_TRANSPORT: &str = "dropping the transport closes its connections";

/// How long a connection may take to close, on a loaded machine.
const CLOSING: Duration = Duration::from_secs(5);

const CALLS: usize = 32;

/// Calls that follow each other need one connection. Some pools open a few more when one is not back in time.
const KEPT: usize = 8;

async fn do_not_accumulate(it: &TransportConformance) -> Finding {
    let server = Server::answering(EMPTY)?;
    for _ in 0..CALLS {
        expect_response(it.send(get(&server)?).await, "one of several calls after each other")?;
    }
    let closed = within(CLOSING, server.wait_until(|state| state.open <= KEPT)).await;
    ensure(closed.is_some(), || {
        format!(
            "{CALLS} calls, one after another, left {} connections open: reuse a connection or close it after its call",
            server.open_connections()
        )
    })?;
    Ok(CheckOutcome::Passed)
}

pub(super) async fn closed_with_transport(it: TransportConformance) -> Finding {
    let server = Server::answering(EMPTY)?;
    expect_response(it.send(get(&server)?).await, "a last call")?;
    drop(it);
    let closed = within(CLOSING, server.wait_until(|state| state.open == 0)).await;
    ensure(closed.is_some(), || {
        format!(
            "{} connections were still open {} s after the transport had been dropped: close idle connections when the \
             last handle is dropped (if this test has kept a clone of the transport, drop it)",
            server.open_connections(),
            CLOSING.as_secs()
        )
    })?;
    Ok(CheckOutcome::Passed)
}
