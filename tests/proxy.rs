//! A bulk invitation through a proxy that stops in the middle.
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clerk_hyper::api::invitations::CreateInvitation;
use clerk_hyper::middleware::{RateLimits, RetryPolicy};
use clerk_hyper::run::journal::MemoryJournal;
use clerk_hyper::run::{Outcome, RunReport};
use clerk_hyper::{HyperTransport, builder_with};
use clerk_testkit::FakeClerk;
use clerk_testkit::server::FakeServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

const PEOPLE: usize = 500;

/// Base64 of the credentials `ada:p@ss`.
const AUTHORIZATION: &str = "Proxy-Authorization: Basic YWRhOnBAc3M=";

fn address(number: usize) -> String {
    format!("person{number}@example.com")
}

/// Opens tunnels for who has the credentials, until `stop`, which closes them all.
async fn proxy(listener: TcpListener, stop: Arc<Notify>) {
    let mut tunnels = JoinSet::new();
    let accept = async {
        loop {
            let (client, _) = listener.accept().await.expect("a connection");
            tunnels.spawn(tunnel(client));
        }
    };
    tokio::select! {
        () = stop.notified() => {}
        () = accept => {}
    }
}

async fn tunnel(mut client: TcpStream) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
    let Some(target) = target.filter(|_| head.contains(AUTHORIZATION)) else {
        return client.write_all(b"HTTP/1.1 407 No\r\n\r\n").await;
    };
    let mut server = TcpStream::connect(target).await?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// Invites everyone through the proxy at this address.
async fn invite(server: &FakeServer, proxy: SocketAddr, journal: Arc<MemoryJournal>) -> RunReport {
    let proxy = format!("http://ada:p%40ss@{proxy}").parse().expect("a proxy");
    let transport = HyperTransport::builder().proxy(proxy).build().expect("a transport");
    let millisecond = Duration::from_millis(1);
    let clerk = builder_with(FakeClerk::SECRET_KEY.parse().expect("a key"), transport)
        .base_url(server.url())
        .retry(RetryPolicy::default().with_backoff(millisecond, millisecond))
        .build()
        .expect("a client");
    clerk
        .invitations()
        .invite_all((0..PEOPLE).map(|number| CreateInvitation::new(address(number))))
        .journal(journal)
        .settle_delay(Duration::ZERO)
        .read_lag(Duration::ZERO)
        .limits(RateLimits::none())
        .run()
        .await
}

#[tokio::test]
async fn a_proxy_that_stops_in_the_middle_costs_nobody_an_invitation_and_gives_nobody_two() {
    let stop = Arc::new(Notify::new());
    let (stopping, calls) = (Arc::clone(&stop), std::sync::atomic::AtomicUsize::new(0));
    let fake = FakeClerk::builder()
        .limits(RateLimits::none())
        .on_call(move |_| {
            if calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 20 {
                stopping.notify_one();
            }
        })
        .build();
    let server = FakeServer::start(fake).await.expect("a port");
    let journal = Arc::new(MemoryJournal::new());

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let first = listener.local_addr().expect("an address");
    tokio::spawn(proxy(listener, stop));
    let report = invite(&server, first, Arc::clone(&journal)).await;
    let stopped = report.stopped().expect("the run stops");
    assert!(report.count(Outcome::Created) > 0, "{stopped}");
    assert!(report.count(Outcome::Pending) > 0, "{stopped}");

    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let second = listener.local_addr().expect("an address");
    tokio::spawn(proxy(listener, Arc::new(Notify::new())));
    let report = invite(&server, second, journal).await;
    assert!(report.stopped().is_none(), "{:?}", report.stopped());
    assert_eq!(report.count(Outcome::Pending), 0);
    let mails = server.fake().mails();
    assert_eq!(mails.len(), PEOPLE);
    assert!(mails.values().all(|&mails| mails == 1), "{mails:?}");
}
