//! What is given to the transport arrives as it is, and what the server answers does too.

use http::{HeaderValue, Method, StatusCode};

use super::server::Server;
use super::{Check, Conformance, Finding, ensure, request, response};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "a request arrives as it is given",
        run: |it| Box::pin(async { request_fidelity(it).await.into() }),
    },
    Check {
        name: "every method is sent, and no body where there is none",
        run: |it| Box::pin(async { methods(it).await.into() }),
    },
    Check {
        name: "a response arrives whole, whatever its framing",
        run: |it| Box::pin(async { response_fidelity(it).await.into() }),
    },
    Check {
        name: "every status is a response, and no redirect is followed",
        run: |it| Box::pin(async { statuses(it).await.into() }),
    },
];

const EMPTY: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

async fn request_fidelity(it: &Conformance) -> Finding {
    // Encoded characters, an empty value and one name twice: what clients like to tidy up.
    const TARGET: &str = "/v1/a%2Fb/%C3%BC/%7E?x=%2B1&x=a+b&y=&q=a%40example.com";
    let server = Server::answering(EMPTY)?;
    let body: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let mut sent = request(&server, Method::POST, TARGET, body.clone())?;
    let headers = sent.headers_mut();
    let mut authorization = HeaderValue::from_static("Bearer sk_test_conformance");
    authorization.set_sensitive(true);
    headers.insert("authorization", authorization);
    headers.insert("clerk-api-version", HeaderValue::from_static("2026-05-12"));
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("user-agent", HeaderValue::from_static("conformance/1"));
    headers.append("x-twice", HeaderValue::from_static("1"));
    headers.append("x-twice", HeaderValue::from_static("2"));
    response(it.send(sent).await, "a POST")?;

    let received = server.requests().pop().ok_or("no request arrived")?;
    ensure(received.method == "POST", || {
        format!("POST arrived as {}", received.method)
    })?;
    ensure(received.target == TARGET, || {
        format!("{TARGET} arrived as {}", received.target)
    })?;
    let expected: [(&str, &[&str]); 5] = [
        ("authorization", &["Bearer sk_test_conformance"]),
        ("clerk-api-version", &["2026-05-12"]),
        ("content-type", &["application/json"]),
        ("user-agent", &["conformance/1"]),
        ("x-twice", &["1", "2"]),
    ];
    for (name, values) in expected {
        let arrived = received.header_values(name);
        let is_same = arrived == values.iter().map(|value| value.as_bytes()).collect::<Vec<_>>()
            || arrived == [values.join(", ").as_bytes()];
        ensure(is_same, || format!("the header {name} did not arrive as it was given"))?;
    }
    ensure(received.body == body, || {
        format!(
            "a body of {} bytes arrived as another one of {}",
            body.len(),
            received.body.len()
        )
    })
}

async fn methods(it: &Conformance) -> Finding {
    let server = Server::answering(EMPTY)?;
    for method in [Method::GET, Method::DELETE, Method::POST, Method::PUT, Method::PATCH] {
        response(
            it.send(request(&server, method.clone(), "/v1/x", "")?).await,
            method.as_str(),
        )?;
        let received = server.requests().pop().ok_or("no request arrived")?;
        ensure(received.method == method.as_str(), || {
            format!("{method} arrived as {}", received.method)
        })?;
        ensure(received.body.is_empty(), || {
            format!("{method} without a body arrived with one")
        })?;
    }
    Ok(())
}

async fn response_fidelity(it: &Conformance) -> Finding {
    let body: Vec<u8> = (0..=255).cycle().take(30_000).collect();
    let head = "HTTP/1.1 422 Unprocessable Entity\r\ncontent-type: application/json; charset=utf-8\r\n\
                clerk-trace-id: t1\r\nx-twice: 1\r\nx-twice: 2\r\n";
    let with_length = [
        format!("{head}content-length: {}\r\n\r\n", body.len()).into_bytes(),
        body.clone(),
    ]
    .concat();
    let mut chunked = format!("{head}transfer-encoding: chunked\r\n\r\n").into_bytes();
    for chunk in body.chunks(7_000) {
        chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    for (framing, answer) in [("a length", with_length), ("chunks", chunked)] {
        let server = Server::answering(answer)?;
        let answer = response(it.send(request(&server, Method::GET, "/v1/x", "")?).await, framing)?;
        ensure(answer.status() == StatusCode::UNPROCESSABLE_ENTITY, || {
            format!("422 came as {}", answer.status())
        })?;
        let twice: Vec<_> = answer.headers().get_all("x-twice").iter().collect();
        ensure(twice == ["1", "2"], || {
            "a header that came twice is not there twice".to_owned()
        })?;
        let trace_id = answer.headers().get("clerk-trace-id");
        ensure(trace_id.is_some_and(|id| id == "t1"), || {
            "the header clerk-trace-id is missing".to_owned()
        })?;
        ensure(answer.body() == &body, || {
            format!("a body with {framing} came as another one")
        })?;
    }
    Ok(())
}

async fn statuses(it: &Conformance) -> Finding {
    for status in [
        200, 201, 202, 204, 301, 302, 303, 307, 308, 400, 401, 404, 409, 422, 429, 500, 502, 503,
    ] {
        let length = if status == 204 { "" } else { "content-length: 0\r\n" };
        let server = Server::answering(format!("HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\n{length}\r\n"))?;
        let request = request(&server, Method::POST, "/v1/x", "{}")?;
        let answer = response(it.send(request).await, &format!("status {status}"))?;
        ensure(answer.status().as_u16() == status, || {
            format!("{status} came as {}", answer.status())
        })?;
        let count = server.requests().len();
        ensure(count == 1, || {
            format!("status {status} led to {count} requests: one attempt is one request")
        })?;
    }
    Ok(())
}
