//! The delivery of a failed HTTP/2 request agrees with what the server says about its stream.

use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use clerk_hyper::Delivery::{MaybeDelivered, NotSent};
use clerk_hyper::middleware::Timeout;
use clerk_hyper::{Bytes, Clock, HttpTransport, HyperTransport, TokioClock, TransportErrorKind as Kind};
use h2::Reason;
use h2::server::SendResponse;
use h2::{RecvStream, SendStream};
use http::{Request, Response};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::{Barrier, mpsc};
use tokio::task::JoinSet;

use crate::server::{Peer, Server, assert_echoes_a_mebibyte, builder, failure, get, in_time, kind_and_delivery, post};

fn transport() -> HyperTransport {
    builder().http2_only().build().expect("valid settings")
}

/// Accepts every stream of a connection and passes it to `serve`.
pub(crate) async fn serve<F, Fut>(io: impl AsyncRead + AsyncWrite + Unpin, serve: F) -> io::Result<()>
where
    F: Fn(Request<RecvStream>, SendResponse<Bytes>) -> Fut,
    Fut: Future<Output = Result<(), h2::Error>> + Send + 'static,
{
    let mut connection = h2::server::handshake(io).await.map_err(io::Error::other)?;
    while let Some(stream) = connection.accept().await {
        let (request, respond) = stream.map_err(io::Error::other)?;
        tokio::spawn(serve(request, respond));
    }
    Ok(())
}

/// Reads a request's body to its end.
async fn read(mut body: RecvStream) -> Result<Vec<u8>, h2::Error> {
    let mut all = Vec::new();
    while let Some(data) = body.data().await {
        let data = data?;
        body.flow_control().release_capacity(data.len())?;
        all.extend_from_slice(&data);
    }
    Ok(all)
}

/// Answers 200 with this body.
pub(crate) async fn answer(mut respond: SendResponse<Bytes>, body: Bytes) -> Result<(), h2::Error> {
    let mut stream: SendStream<Bytes> = respond.send_response(Response::new(()), false)?;
    stream.send_data(body, true)
}

#[tokio::test]
async fn is_not_sent_only_if_the_stream_is_refused() {
    let cases = [
        (Reason::REFUSED_STREAM, NotSent),
        (Reason::NO_ERROR, MaybeDelivered),
        (Reason::CANCEL, MaybeDelivered),
        (Reason::INTERNAL_ERROR, MaybeDelivered),
        (Reason::ENHANCE_YOUR_CALM, MaybeDelivered),
    ];
    for (reason, delivery) in cases {
        let server = Server::start(move |peer, _| {
            serve(
                peer.stream,
                move |request, mut respond: SendResponse<Bytes>| async move {
                    read(request.into_body()).await?;
                    respond.send_reset(reason);
                    Ok(())
                },
            )
        })
        .await;
        let error = failure(&transport(), post(&server.url("/"))).await;
        assert_eq!(
            kind_and_delivery(&error),
            (Kind::Closed, delivery),
            "{reason:?}: {error:?}"
        );
        let source = error.source().expect("its source").to_string();
        assert!(source.contains(&format!("{reason:?}")), "{source}");
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// Encodes a frame (RFC 9113, section 4.1), for sequences of frames that h2's server does not send.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length, &[kind, flags][..], &stream.to_be_bytes(), payload].concat()
}

fn go_away(last_stream: u32, text: &str) -> Vec<u8> {
    let no_error = 0_u32.to_be_bytes();
    let payload = [&last_stream.to_be_bytes(), &no_error, text.as_bytes()].concat();
    frame(GOAWAY, 0, 0, &payload)
}

/// Reads a whole request on stream 1.
async fn read_request(peer: &mut Peer) -> io::Result<()> {
    peer.write(frame(SETTINGS, 0, 0, &[])).await?;
    let mut preface = [0; 24];
    peer.stream.read_exact(&mut preface).await?;
    loop {
        let mut head = [0; 9];
        peer.stream.read_exact(&mut head).await?;
        let [a, b, c, kind, flags, ..] = head;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        peer.stream.read_exact(&mut vec![0; length]).await?;
        if matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 {
            return Ok(());
        }
    }
}

/// Reads a whole request on stream 1, writes these frames, and closes the connection.
async fn write_after_the_request(mut peer: Peer, frames: Vec<u8>) -> io::Result<()> {
    read_request(&mut peer).await?;
    peer.write(frames).await
}

#[tokio::test]
async fn is_not_sent_if_a_goaway_excludes_the_stream_of_a_request_with_a_body() {
    let cases = [
        ("above the last stream, with a body", 0, post as fn(&str) -> _, NotSent),
        ("above the last stream, without a body", 0, get, MaybeDelivered),
        ("not above the last stream", 1, post, MaybeDelivered),
    ];
    for (case, last_stream, request, delivery) in cases {
        let server = Server::start(move |peer, _| write_after_the_request(peer, go_away(last_stream, "bye"))).await;
        let error = failure(&transport(), request(&server.url("/"))).await;
        assert_eq!(kind_and_delivery(&error), (Kind::Closed, delivery), "{case}: {error:?}");
    }
}

#[tokio::test]
async fn hides_the_text_of_a_goaway() {
    let quoted = "POST by sk_test_abc for ada@example.com";
    let server = Server::start(move |peer, _| write_after_the_request(peer, go_away(0, quoted))).await;
    let error = failure(&transport(), post(&server.url("/"))).await;
    let shown = format!("{error:?} {error} {}", error.source().expect("its source"));
    assert!(!shown.contains("sk_test_") && !shown.contains("ada@"), "{shown}");
}

#[tokio::test]
async fn is_maybe_delivered_if_the_stream_is_refused_after_the_response_began() {
    let indexed_status_200 = [0x88]; // RFC 7541, appendix A
    let head = frame(HEADERS, END_HEADERS, 1, &indexed_status_200);
    let refused = frame(RST_STREAM, 0, 1, &u32::from(Reason::REFUSED_STREAM).to_be_bytes());
    let answer = [head, refused].concat();
    let server = Server::start(move |peer, _| write_after_the_request(peer, answer.clone())).await;
    let error = failure(&transport(), post(&server.url("/"))).await;
    assert_eq!(kind_and_delivery(&error), (Kind::Closed, MaybeDelivered), "{error:?}");
}

#[tokio::test]
async fn concurrent_requests_share_a_connection() {
    const COUNT: usize = 10;
    let together = Arc::new(Barrier::new(COUNT));
    let server = Server::start(move |peer, _| {
        let together = Arc::clone(&together);
        serve(peer.stream, move |request, respond| {
            let together = Arc::clone(&together);
            async move {
                let path = request.uri().path().to_owned();
                together.wait().await;
                answer(respond, path.into()).await
            }
        })
    })
    .await;
    let transport = transport();
    let mut sending = JoinSet::new();
    for number in 0..COUNT {
        let transport = transport.clone();
        let url = server.url(&format!("/{number}"));
        sending.spawn(async move { (number, transport.send(get(&url)).await) });
    }
    for (number, result) in in_time(sending.join_all()).await {
        let response = result.expect("answered");
        assert_eq!(response.body().as_ref(), format!("/{number}").as_bytes());
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn passes_a_mebibyte_in_both_directions() {
    let server = Server::start(|peer, _| {
        serve(peer.stream, async |request, respond| {
            let body = read(request.into_body()).await?;
            answer(respond, body.into()).await
        })
    })
    .await;
    assert_echoes_a_mebibyte(&transport(), &server).await;
}

#[tokio::test]
async fn resets_the_stream_when_the_attempt_times_out() {
    let (reset, mut was_reset) = mpsc::channel(1);
    let server = Server::start(move |peer, _| {
        let reset = reset.clone();
        serve(peer.stream, move |_request, mut respond: SendResponse<Bytes>| {
            let reset = reset.clone();
            async move {
                let reason = poll_fn(|context| respond.poll_reset(context)).await?;
                let _ = reset.send(reason).await;
                Ok(())
            }
        })
    })
    .await;
    let timed = Timeout::new(transport(), Duration::from_millis(100), Arc::new(TokioClock::new()));
    let error = failure(&timed, post(&server.url("/"))).await;
    assert_eq!(kind_and_delivery(&error), (Kind::Timeout, MaybeDelivered), "{error:?}");
    assert_eq!(in_time(was_reset.recv()).await, Some(Reason::CANCEL));
}

#[tokio::test]
async fn detects_a_silent_server_before_the_attempt_times_out() {
    let (reached, mut was_reached) = mpsc::channel(1);
    let server = Server::start(move |mut peer: Peer, _| {
        let reached = reached.clone();
        async move {
            read_request(&mut peer).await?;
            reached.send(()).await.map_err(io::Error::other)?;
            peer.hold().await
        }
    })
    .await;
    let transport = Timeout::new(transport(), Timeout::<()>::DEFAULT, Arc::new(TokioClock::new()));
    let clock = TokioClock::new();
    let request = post(&server.url("/"));
    let call = tokio::spawn(async move { transport.send(request).await });
    in_time(was_reached.recv()).await.expect("the request");
    // From here on, the client waits only for its own timers, so paused time advances to them.
    tokio::time::pause();
    let began = clock.now();

    let error = call.await.expect("it ends").expect_err("nobody answers");

    assert_eq!(kind_and_delivery(&error), (Kind::Timeout, MaybeDelivered), "{error:?}");
    assert!(
        error.source().is_some(),
        "the connection's timeout has a source, the attempt's has none"
    );
    let waited = clock.now() - began;
    assert!(
        waited >= Duration::from_secs(19) && waited < Timeout::<()>::DEFAULT,
        "{waited:?}"
    );
}
