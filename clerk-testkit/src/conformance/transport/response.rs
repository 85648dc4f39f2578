//! The caller receives the response as the server sent it.

use http::StatusCode;

use super::server::Server;
use super::{Check, CheckOutcome, Finding, TransportConformance, checks, ensure, expect_response, get};

pub(super) const CHECKS: &[Check] = checks! {
    "a response arrives in full with every framing" => framings,
    "response headers arrive unchanged" => headers,
    "a byte-order mark is part of the body" => byte_order_mark,
    "a compressed body is decoded, or was not asked for" => compression,
    "informational responses are skipped" => informational,
};

/// Ways to mark the end of a body (RFC 9112, 6).
#[derive(Debug, Clone, Copy)]
pub(super) enum Framing {
    ContentLength,
    Chunked,
    /// Chunks with an extension and a trailer (RFC 9112, 7.1.1 and 7.1.2).
    ChunkedWithTrailer,
    UntilClose,
    Http10,
}

impl Framing {
    pub(super) const ALL: [Self; 5] = [
        Self::ContentLength,
        Self::Chunked,
        Self::ChunkedWithTrailer,
        Self::UntilClose,
        Self::Http10,
    ];

    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::ContentLength => "a content-length",
            Self::Chunked => "chunks",
            Self::ChunkedWithTrailer => "chunks and a trailer",
            Self::UntilClose => "an end marked by closing the connection",
            Self::Http10 => "HTTP/1.0 and an end marked by closing the connection",
        }
    }

    /// Starts a server that sends one response with this body.
    pub(super) fn serve(self, status_and_headers: &str, body: &[u8]) -> Result<Server, String> {
        let mut answer = match self {
            Self::ContentLength => {
                format!("HTTP/1.1 {status_and_headers}content-length: {}\r\n\r\n", body.len())
            }
            Self::Chunked | Self::ChunkedWithTrailer => {
                format!("HTTP/1.1 {status_and_headers}transfer-encoding: chunked\r\n\r\n")
            }
            Self::UntilClose => format!("HTTP/1.1 {status_and_headers}connection: close\r\n\r\n"),
            Self::Http10 => format!("HTTP/1.0 {status_and_headers}\r\n"),
        }
        .into_bytes();
        match self {
            Self::Chunked => write_chunks(&mut answer, body, "", ""),
            Self::ChunkedWithTrailer => write_chunks(&mut answer, body, ";name=value", "x-checksum: 1\r\n"),
            Self::ContentLength | Self::UntilClose | Self::Http10 => answer.extend_from_slice(body),
        }
        Server::answering_once(answer)
    }
}

fn write_chunks(answer: &mut Vec<u8>, body: &[u8], extension: &str, trailer: &str) {
    for chunk in body.chunks(7_000) {
        answer.extend_from_slice(format!("{:x}{extension}\r\n", chunk.len()).as_bytes());
        answer.extend_from_slice(chunk);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(format!("0\r\n{trailer}\r\n").as_bytes());
}

async fn framings(it: &TransportConformance) -> Finding {
    let body: Vec<u8> = (0..=255).cycle().take(30_000).collect();
    let head = "422 Unprocessable Entity\r\ncontent-type: application/json; charset=utf-8\r\n";
    for framing in Framing::ALL {
        let server = framing.serve(head, &body)?;
        let what = format!("a response with {}", framing.description());
        let response = expect_response(it.send(get(&server)?).await, &what)?;
        ensure(response.status() == StatusCode::UNPROCESSABLE_ENTITY, || {
            format!(
                "{what} and the status 422 arrived as {}: return the status unchanged",
                response.status()
            )
        })?;
        ensure(response.body() == &body, || {
            format!(
                "{what} and a body of {} bytes arrived with a different body of {} bytes: read the body to its end and \
                 return its bytes unchanged",
                body.len(),
                response.body().len()
            )
        })?;
    }
    Ok(CheckOutcome::Passed)
}

async fn headers(it: &TransportConformance) -> Finding {
    let expected: [(&str, &[&[u8]]); 4] = [
        ("clerk-trace-id", &[b"t1"]),
        ("content-type", &[b"application/json; charset=utf-8"]),
        ("x-twice", &[b"1", b"2"]),
        ("x-latin-1", &[b"caf\xe9"]),
    ];
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n".to_vec();
    for (name, values) in expected {
        for value in values {
            answer.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
    }
    answer.extend_from_slice(b"\r\n");
    let server = Server::answering(answer)?;
    let response = expect_response(
        it.send(get(&server)?).await,
        "a response with a header that is not UTF-8",
    )?;
    for (name, values) in expected {
        let arrived = response.headers().get_all(name);
        let arrived: Vec<&[u8]> = arrived.iter().map(http::HeaderValue::as_bytes).collect();
        ensure(arrived == values, || {
            format!(
                "the response header {name} arrived with {} values that differ from the {} sent: return every value of \
                 every header as bytes (http::HeaderValue::from_bytes), whether it is UTF-8 or not",
                arrived.len(),
                values.len()
            )
        })?;
    }
    Ok(CheckOutcome::Passed)
}

async fn byte_order_mark(it: &TransportConformance) -> Finding {
    let body = b"\xef\xbb\xbf[]";
    let server = Framing::ContentLength.serve("200 OK\r\ncontent-type: application/json\r\n", body)?;
    let response = expect_response(it.send(get(&server)?).await, "a response with a byte-order mark")?;
    ensure(response.body() == &body[..], || {
        "a body that begins with a byte-order mark arrived changed: return the body's bytes, not decoded text"
            .to_owned()
    })?;
    Ok(CheckOutcome::Passed)
}

const JSON: &[u8] = br#"{"data":[],"total_count":0}"#;

/// `JSON`, compressed.
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xab\x56\x4a\x49\x2c\x49\x54\xb2\x8a\x8e\xd5\x51\x2a\xc9\
    \x2f\x49\xcc\x89\x4f\xce\x2f\xcd\x2b\x51\xb2\x32\xa8\x05\x00\xd7\x46\x75\x9e\x1b\x00\x00\x00";

async fn compression(it: &TransportConformance) -> Finding {
    let server = Server::start(|mut connection| {
        let Some(received) = connection.read_request() else {
            return;
        };
        let encodings = received.header_values("accept-encoding").concat();
        let accepts_gzip = String::from_utf8_lossy(&encodings).contains("gzip");
        let (encoding, body) = if accepts_gzip {
            ("content-encoding: gzip\r\n", GZIP)
        } else {
            ("", JSON)
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n{encoding}content-length: {}\r\n\r\n",
            body.len()
        );
        connection.write(&[head.as_bytes(), body].concat());
    })?;
    let response = expect_response(it.send(get(&server)?).await, "a request that any encoding may answer")?;
    ensure(response.body() == JSON, || {
        "the transport added accept-encoding to the request and returned the compressed body: decode the body, or do not \
         ask for compression"
            .to_owned()
    })?;
    Ok(CheckOutcome::Passed)
}

async fn informational(it: &TransportConformance) -> Finding {
    for interim in [
        "100 Continue\r\n",
        "103 Early Hints\r\nlink: </style.css>; rel=preload\r\n",
    ] {
        let server = Server::answering(format!(
            "HTTP/1.1 {interim}\r\nHTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{{}}"
        ))?;
        let code = &interim[..3];
        let what = format!("a response after an informational one ({code})");
        let response = expect_response(it.send(get(&server)?).await, &what)?;
        ensure(
            response.status() == StatusCode::CREATED && response.body() == "{}",
            || {
                format!(
                    "{what} arrived as {} with {} bytes, not as 201 with 2 bytes: discard 1xx responses and wait for the \
                 final one (RFC 9110, 15.2)",
                    response.status(),
                    response.body().len()
                )
            },
        )?;
    }
    Ok(CheckOutcome::Passed)
}
