//! The transport bounds what it reads, so that a response cannot exhaust memory.

use clerk_core::TransportErrorKind;

use super::response::Framing;
use super::server::{Connection, Server};
use super::{
    Check, CheckOutcome, Finding, TransportConformance, checks, ensure, expect_maybe_delivered, expect_response, get,
};

pub(super) const CHECKS: &[Check] = checks! {
    "a response body is read up to the limit and no further" => body,
    "the size of a response head is limited" => head,
};

/// No HTTP server sends a head of this size. HTTP clients stop between 8 KiB and 1 MiB.
const HUGE_HEAD: usize = 8 << 20;

async fn body(it: &TransportConformance) -> Finding {
    let Some(limit) = it.response_limit else {
        let reason = "set response_limit to the largest body that the transport is configured to read";
        return Ok(CheckOutcome::NotTried(reason.to_owned()));
    };
    for framing in Framing::ALL {
        let with = framing.description();
        let server = framing.serve("200 OK\r\n", &vec![b'x'; limit])?;
        let what = format!("a body of exactly the limit, {limit} bytes, with {with},");
        let response = expect_response(it.send(get(&server)?).await, &what)?;
        ensure(response.body().len() == limit, || {
            format!(
                "{what} arrived as {} bytes: read up to the limit",
                response.body().len()
            )
        })?;

        let server = framing.serve("200 OK\r\n", &vec![b'x'; limit + 1])?;
        let result = it.send(get(&server)?).await;
        ensure(result.is_err(), || {
            format!(
                "a body of one byte more than the limit of {limit} bytes, with {with}, was returned: count the bytes \
                 while reading, and return the error ResponseTooLarge at the first one beyond the limit"
            )
        })?;
        let error = expect_maybe_delivered(result, "a body over the limit")?;
        ensure(error.kind() == TransportErrorKind::ResponseTooLarge, || {
            format!(
                "a body over the limit, with {with}, was reported with the kind {:?}: use ResponseTooLarge, so that the \
                 caller knows which limit to raise",
                error.kind()
            )
        })?;
    }
    Ok(CheckOutcome::Passed)
}

type Script = fn(&mut Connection);

async fn head(it: &TransportConformance) -> Finding {
    let heads: [(&str, Script); 2] = [("one long header", long_header), ("many headers", many_headers)];
    for (what, send_head) in heads {
        let server = Server::start(move |mut connection| {
            if connection.read_request().is_some() && connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n") {
                send_head(&mut connection);
            }
        })?;
        let result = it.send(get(&server)?).await;
        ensure(result.is_err(), || {
            format!(
                "a response head of {} MiB with {what} was read to its end: limit the size of the head, because an \
                 endless one would exhaust memory",
                HUGE_HEAD >> 20
            )
        })?;
        expect_maybe_delivered(result, "an oversized response head")?;
    }
    Ok(CheckOutcome::Passed)
}

fn long_header(connection: &mut Connection) {
    let part = [b'x'; 1 << 16];
    connection.write(b"x-long: ");
    for _ in 0..HUGE_HEAD / part.len() {
        if !connection.write(&part) {
            return;
        }
    }
    connection.write(b"\r\n\r\n");
}

fn many_headers(connection: &mut Connection) {
    let line = format!("x-padding: {}\r\n", "x".repeat(1000));
    let part = line.repeat(64);
    for _ in 0..HUGE_HEAD / part.len() {
        if !connection.write(part.as_bytes()) {
            return;
        }
    }
    connection.write(b"\r\n");
}
