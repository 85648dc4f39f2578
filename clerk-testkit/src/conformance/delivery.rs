//! A request is called not sent only if the server cannot have acted on it, and is sent once.

use clerk_core::{Delivery, TransportErrorKind};
use http::Method;

use super::server::Server;
use super::{Check, Conformance, Finding, describe, ensure, failure, request};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "a refused connection is not sent",
        run: |it| Box::pin(async { refused(it).await.into() }),
    },
    Check {
        name: "a connection that closes at once is an error",
        run: |it| Box::pin(async { closed_at_once(it).await.into() }),
    },
    Check {
        name: "a request that was read may have been delivered, and is sent once",
        run: |it| Box::pin(async { read_without_answer(it).await.into() }),
    },
    Check {
        name: "a response that breaks off or is none may have been delivered",
        run: |it| Box::pin(async { broken_answers(it).await.into() }),
    },
    Check {
        name: "a connection that the server closed while idle never sends a request twice",
        run: |it| Box::pin(async { stale_connection(it).await.into() }),
    },
];

async fn refused(it: &Conformance) -> Finding {
    // A port that nobody listens at any more once the server is dropped.
    let server = Server::answering("")?;
    let refused = request(&server, Method::POST, "/v1/x", "{}")?;
    drop(server);
    let kind = failure(it.send(refused).await, "a refused connection", Delivery::NotSent)?;
    ensure(kind == TransportErrorKind::Connect, || {
        format!("a refused connection is of the kind connect, not {}", kind.as_str())
    })
}

async fn closed_at_once(it: &Conformance) -> Finding {
    let server = Server::start(drop)?;
    match it.send(request(&server, Method::POST, "/v1/x", "{}")?).await {
        // Nothing was read, so both are true.
        Err(_) => Ok(()),
        Ok(response) => Err(format!("it gave a response, {}", response.status())),
    }
}

async fn read_without_answer(it: &Conformance) -> Finding {
    for method in [Method::POST, Method::GET] {
        let server = Server::start(|mut connection| {
            connection.read_request();
            connection.close();
        })?;
        let sent = request(&server, method.clone(), "/v1/x", "")?;
        failure(
            it.send(sent).await,
            "a connection closed after the request",
            Delivery::MaybeDelivered,
        )?;
        let count = server.requests().len();
        ensure(count == 1, || {
            format!("{method} was sent {count} times: to retry is for the layer above")
        })?;
    }
    Ok(())
}

async fn broken_answers(it: &Conformance) -> Finding {
    let answers = [
        ("half a head", "HTTP/1.1 200 OK\r\ncontent-le"),
        (
            "a body that is too short",
            "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n[]",
        ),
        (
            "chunks without an end",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n[]\r\n",
        ),
        ("no HTTP", "550 you are talking to a mail server\r\n\r\n"),
    ];
    for (what, answer) in answers {
        let server = Server::start(move |mut connection| {
            connection.read_request();
            connection.write(answer.as_bytes());
            connection.close();
        })?;
        let sent = request(&server, Method::POST, "/v1/x", "{}")?;
        failure(it.send(sent).await, what, Delivery::MaybeDelivered)?;
        let count = server.requests().len();
        ensure(count == 1, || {
            format!("with {what}, the request was sent {count} times")
        })?;
    }
    Ok(())
}

async fn stale_connection(it: &Conformance) -> Finding {
    // It promises to keep the connection, and does not.
    let server = Server::start(|mut connection| {
        connection.read_request();
        connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        connection.close();
    })?;
    for number in 0..5 {
        let result = it
            .send(request(&server, Method::POST, &format!("/v1/{number}"), "{}")?)
            .await;
        let target = format!("/v1/{number}");
        let count = server
            .requests()
            .iter()
            .filter(|received| received.target == target)
            .count();
        ensure(count <= 1, || format!("one request was sent {count} times"))?;
        if let Err(error) = result {
            let is_honest = count == 0 || error.delivery() == Delivery::MaybeDelivered;
            ensure(is_honest, || {
                format!("a request that the server read failed as: {}", describe(&error))
            })?;
        }
    }
    Ok(())
}
