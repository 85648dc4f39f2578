//! A timeout of the transport's own, or of the HTTP client below it, says nothing about what the server did.

use std::time::Duration;

use clerk_core::TransportErrorKind;

use super::delivery::ensure_sent_once;
use super::server::Server;
use super::{Check, CheckOutcome, Finding, TransportConformance, checks, expect_maybe_delivered, post, within};

pub(super) const CHECKS: &[Check] = checks! {
    "the transport's own timeout may have been delivered" => own_timeout,
};

/// How late a timeout may end a call, on a loaded machine.
const LATENESS: Duration = Duration::from_secs(5);

async fn own_timeout(it: &TransportConformance) -> Finding {
    let Some(timeout) = it.own_timeout else {
        let reason = "set own_timeout if the transport, or the HTTP client below it, has a timeout of its own: a timeout \
                      that is reported as NotSent makes the client invite a person twice";
        return Ok(CheckOutcome::NotTried(reason.to_owned()));
    };
    let stalled_body = Server::start(|mut connection| {
        connection.read_request();
        connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n[");
        connection.wait_until_closed();
    })?;
    let mut outcome = CheckOutcome::Passed;
    for (server, what) in [
        (Server::silent()?, "a timeout while waiting for the response"),
        (stalled_body, "a timeout while reading the response body"),
    ] {
        let Some(result) = within(timeout + LATENESS, it.send(post(&server)?)).await else {
            return Err(format!(
                "{what} did not end the call within {timeout:?} as own_timeout says: apply the timeout to the whole \
                 call, or correct own_timeout"
            ));
        };
        let error = expect_maybe_delivered(result, what)?;
        ensure_sent_once(&server, what)?;
        if error.kind() != TransportErrorKind::Timeout {
            outcome = CheckOutcome::Advice(format!(
                "{what} was reported with the kind {:?}: use Timeout, so that the caller knows which limit was reached",
                error.kind()
            ));
        }
    }
    Ok(outcome)
}
