//! Connections that the application opens itself.

use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_hyper::Delivery::NotSent;
use clerk_hyper::{HttpTransport, TransportErrorKind as Kind};
use http::Uri;
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};

use crate::server::{builder, failure, get, in_time, kind_and_delivery, post, read_head};

/// Answers every request on a pipe in memory.
async fn answer(mut peer: DuplexStream) -> io::Result<()> {
    loop {
        read_head(&mut peer).await?;
        peer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]")
            .await?;
    }
}

#[tokio::test]
async fn sends_through_a_pipe_in_memory_and_pools_it() {
    let opened = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&opened);
    let transport = builder().connector(move |target: Uri| {
        log.lock().expect("no panic").push(target.to_string());
        let (stream, peer) = duplex(64);
        tokio::spawn(answer(peer));
        async { io::Result::Ok(stream) }
    });
    let transport = transport.build().expect("valid settings");
    for path in ["users", "invitations"] {
        let request = get(&format!("http://api.example.com/v1/{path}"));
        let response = in_time(transport.send(request)).await.expect("answered");
        assert_eq!(response.body().as_ref(), b"[]");
    }
    assert_eq!(*opened.lock().expect("no panic"), ["http://api.example.com/"]);
}

#[tokio::test]
async fn a_failed_connection_was_not_sent_and_names_the_cause() {
    let attempts = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&attempts);
    let transport = builder().connector(move |_| {
        counting.fetch_add(1, Ordering::SeqCst);
        async { io::Result::<DuplexStream>::Err(io::Error::other("the gateway is closed")) }
    });
    let transport = transport.build().expect("valid settings");
    let error = failure(&transport, post("http://api.example.com/")).await;
    assert_eq!(kind_and_delivery(&error), (Kind::Connect, NotSent));
    let chain = std::iter::successors(Some(&error as &dyn Error), |&error| error.source());
    assert!(
        chain
            .last()
            .is_some_and(|cause| cause.to_string() == "the gateway is closed")
    );
    assert_eq!(attempts.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_connection_that_never_opens_times_out() {
    let builder = builder().connect_timeout(Duration::from_millis(50));
    let transport = builder.connector(|_| std::future::pending::<io::Result<DuplexStream>>());
    let transport = transport.build().expect("valid settings");
    let error = failure(&transport, post("http://api.example.com/")).await;
    assert_eq!(kind_and_delivery(&error), (Kind::Timeout, NotSent));
}
