//! The size of what is read is capped.

use clerk_core::{Delivery, TransportErrorKind};
use http::Method;

use super::server::Server;
use super::{Check, CheckOutcome, Conformance, Finding, ensure, failure, request, response};

pub(super) const CHECKS: &[Check] = &[Check {
    name: "a response is read up to its limit and no further",
    run: |it| {
        Box::pin(async {
            match it.response_limit {
                Some(limit) => cap(it, limit).await.into(),
                None => CheckOutcome::Skipped("no response_limit was given".to_owned()),
            }
        })
    },
}];

async fn cap(it: &Conformance, limit: usize) -> Finding {
    let with_length = |size: usize| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n");
        [head.into_bytes(), vec![b'x'; size]].concat()
    };
    let chunked = |size: usize| {
        let head = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{size:x}\r\n");
        [head.into_bytes(), vec![b'x'; size], b"\r\n0\r\n\r\n".to_vec()].concat()
    };
    for (framing, fits, exceeds) in [
        ("a length", with_length(limit), with_length(limit + 1)),
        ("chunks", chunked(limit), chunked(limit + 1)),
    ] {
        let server = Server::answering(fits)?;
        let sent = request(&server, Method::GET, "/v1/x", "")?;
        let answer = response(
            it.send(sent).await,
            &format!("a body of the limit's size, with {framing},"),
        )?;
        ensure(answer.body().len() == limit, || {
            format!("{limit} bytes came as {}", answer.body().len())
        })?;

        let server = Server::answering(exceeds)?;
        let sent = request(&server, Method::GET, "/v1/x", "")?;
        let kind = failure(it.send(sent).await, "a body over the limit", Delivery::MaybeDelivered)?;
        ensure(kind == TransportErrorKind::ResponseTooLarge, || {
            format!(
                "a body over the limit, with {framing}, is response_too_large, not {}",
                kind.as_str()
            )
        })?;
    }
    Ok(())
}
