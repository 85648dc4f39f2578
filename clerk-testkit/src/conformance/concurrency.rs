//! Calls do not wait for each other.

use std::future::poll_fn;
use std::sync::{Arc, Barrier};
use std::task::Poll;

use http::Method;

use super::server::Server;
use super::{Check, Conformance, Finding, ensure, request, response};

pub(super) const CHECKS: &[Check] = &[Check {
    name: "calls made at the same time are sent at the same time, and each gets its own answer",
    run: |it| Box::pin(async { at_the_same_time(it).await.into() }),
}];

const CALLS: usize = 8;

async fn at_the_same_time(it: &Conformance) -> Finding {
    // No call is answered before all are there.
    let barrier = Arc::new(Barrier::new(CALLS));
    let server = Server::start(move |mut connection| {
        let Some(target) = connection.read_target() else {
            return;
        };
        barrier.wait();
        let head = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            target.len()
        );
        connection.write(head.as_bytes());
        connection.write(target.as_bytes());
        connection.close();
    })?;
    let mut calls = Vec::new();
    for number in 0..CALLS {
        let call = it.send(request(&server, Method::POST, &format!("/v1/{number}"), "{}")?);
        calls.push((Box::pin(call), None));
    }
    poll_fn(|context| {
        for (call, answer) in &mut calls {
            if answer.is_none()
                && let Poll::Ready(result) = call.as_mut().poll(context)
            {
                *answer = Some(result);
            }
        }
        if calls.iter().all(|(_, answer)| answer.is_some()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    let answers = calls.into_iter().filter_map(|(_, answer)| answer);
    for (number, answer) in answers.enumerate() {
        let answer = response(answer, "one of several calls")?;
        let expected = format!("/v1/{number}");
        ensure(answer.body() == expected.as_bytes(), || {
            format!("the call to {expected} got another's answer")
        })?;
    }
    Ok(())
}
