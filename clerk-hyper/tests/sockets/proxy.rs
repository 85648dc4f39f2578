//! Proxies: the tunnel, the credentials, and every way in which a proxy can fail.

use std::error::Error;
use std::io;
use std::time::Duration;

use clerk_hyper::Delivery::NotSent;
use clerk_hyper::{HttpTransport, HyperTransport, ProxyError, TransportErrorKind as Kind, TunnelError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;

use crate::server::{Peer, Server, builder, failure, get, in_time, kind_and_delivery, post};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]";

fn through(proxy: &str) -> HyperTransport {
    let builder = builder().connect_timeout(Duration::from_millis(500));
    builder
        .proxy(proxy.parse().expect("a proxy"))
        .build()
        .expect("valid settings")
}

/// Starts an HTTP proxy that requires the header `authorization`.
async fn http_proxy(authorization: &'static str) -> Server {
    Server::start(move |mut peer: Peer, _| async move {
        let head = peer.read_head().await?;
        let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
        let target = target.expect("every target gets a tunnel").to_owned();
        let given = head.lines().find_map(|line| line.strip_prefix("Proxy-Authorization: "));
        if given.unwrap_or_default() != authorization {
            return peer.write("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n").await;
        }
        let mut server = TcpStream::connect(target).await?;
        // Two writes, so that the client reads the head in parts.
        peer.write("HTTP/1.1 200 Connec").await?;
        peer.write("tion established\r\nvia: proxy\r\n\r\n").await?;
        copy_bidirectional(&mut peer.stream, &mut server).await.map(drop)
    })
    .await
}

/// Starts a SOCKS proxy that requires a name and a password.
async fn socks_proxy(user: &'static str, password: &'static str) -> Server {
    Server::start(move |mut peer: Peer, _| async move {
        let stream = &mut peer.stream;
        let mut methods = [0; 4];
        stream.read_exact(&mut methods).await?;
        assert_eq!(methods, [5, 2, 0, 2]);
        stream.write_all(&[5, 2]).await?;
        let mut given = vec![0; 3 + user.len() + password.len()];
        stream.read_exact(&mut given).await?;
        let lengths = [user.len(), password.len()].map(|length| u8::try_from(length).expect("short"));
        let expected = [&[1, lengths[0]], user.as_bytes(), &[lengths[1]], password.as_bytes()].concat();
        if given != expected {
            return stream.write_all(&[1, 1]).await;
        }
        stream.write_all(&[1, 0]).await?;
        let mut request = [0; 4];
        stream.read_exact(&mut request).await?;
        let host = match request {
            [5, 1, 0, 1] => stream
                .read_u32()
                .await
                .map(|address| std::net::Ipv4Addr::from(address).to_string())?,
            [5, 1, 0, 3] => {
                let mut name = vec![0; stream.read_u8().await?.into()];
                stream.read_exact(&mut name).await?;
                // The name exists only for the proxy.
                assert_eq!(name, b"clerk.invalid");
                "127.0.0.1".to_owned()
            }
            _ => return stream.write_all(&[5, 7, 0, 1]).await,
        };
        let mut server = TcpStream::connect((host, stream.read_u16().await?)).await?;
        stream.write_all(&[5, 0, 0, 3, 2, b'a', b'b', 0, 0]).await?;
        copy_bidirectional(stream, &mut server).await.map(drop)
    })
    .await
}

/// Starts a proxy that reads a bit and then writes `answer`.
async fn answering(answer: Vec<u8>) -> Server {
    Server::start(move |mut peer: Peer, _| {
        let answer = answer.clone();
        async move {
            let mut start = [0; 3];
            peer.stream.read_exact(&mut start).await?;
            peer.write(answer).await?;
            peer.hold().await
        }
    })
    .await
}

fn chain(error: &dyn Error) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Whether an error of this type is among the sources.
fn has<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source()).any(|error| error.is::<E>())
}

#[tokio::test]
async fn requests_reach_the_server_through_a_tunnel_with_credentials() {
    let (server, mut requests) = Server::responding(OK.to_owned()).await;
    // "ada:p@ss:é"
    let http = http_proxy("Basic YWRhOnBAc3M6w6k=").await;
    let socks = socks_proxy("ada", "p@ss:é").await;
    let port = server.address.port();
    let cases = [
        (
            format!("http://ada:p%40ss%3A%C3%A9@{}", http.address),
            server.url("/v1"),
        ),
        (
            format!("socks5://ada:p%40ss%3A%C3%A9@{}", socks.address),
            server.url("/v1"),
        ),
        (
            format!("socks5h://ada:p%40ss%3A%C3%A9@{}", socks.address),
            format!("http://clerk.invalid:{port}/v1"),
        ),
    ];
    for (proxy, url) in cases {
        let response = in_time(through(&proxy).send(post(&url))).await.expect(&proxy);
        assert_eq!(response.body().as_ref(), b"[]", "{proxy}");
        let (head, _) = requests.recv().await.expect("a request");
        assert!(head.starts_with("POST /v1 HTTP/1.1\r\n"), "{head}");
        assert!(!head.to_lowercase().contains("proxy-"), "{head}");
    }
}

#[tokio::test]
async fn a_failing_proxy_is_named_with_the_reason_and_nothing_is_sent() {
    let huge = [b"HTTP/1.1 200 OK\r\n".as_slice(), &b"x: y\r\n".repeat(100_000)].concat();
    let cases: [(&str, &[u8], Kind, &str); 16] = [
        ("http", b"HTTP/1.1 407 No\r\n\r\n", Kind::Connect, "(status 407)"),
        ("http", b"HTTP/1.0 403 No\r\n\r\n", Kind::Connect, "(status 403)"),
        ("http", b"HTTP/1.1 502\r\n\r\n", Kind::Connect, "(status 502)"),
        ("http", b"HTTP/1.1 503 No\r\n\r\n", Kind::Connect, "(status 503)"),
        ("http", b"HTTP/1.1 504 No\r\n\r\n", Kind::Connect, "(status 504)"),
        ("http", b"SSH-2.0-server\r\n\r\n", Kind::Connect, "malformed answer"),
        ("http", b"HTTP/1.1 2x0 OK\r\n\r\n", Kind::Connect, "malformed answer"),
        ("http", &huge, Kind::Connect, "malformed answer"),
        ("http", b"", Kind::Timeout, "not established within"),
        ("http", b"HTTP/1.1 200 OK\r\n", Kind::Timeout, "not established within"),
        ("socks5", b"", Kind::Timeout, "not established within"),
        ("socks5", b"HTTP/1.1 400 Bad\r\n\r\n", Kind::Connect, "malformed answer"),
        ("socks5", &[5, 0xff], Kind::Connect, "requires credentials"),
        (
            "socks5",
            &[5, 0, 5, 2, 0, 1],
            Kind::Connect,
            "not allowed by its rules (reply 2)",
        ),
        (
            "socks5",
            &[5, 0, 5, 4, 0, 1],
            Kind::Connect,
            "host unreachable or unknown (reply 4)",
        ),
        (
            "socks5",
            &[5, 0, 5, 5, 0, 1],
            Kind::Connect,
            "connection refused (reply 5)",
        ),
    ];
    let (server, _requests) = Server::responding(OK.to_owned()).await;
    for (scheme, answer, kind, reason) in cases {
        let proxy = answering(answer.to_vec()).await;
        let transport = through(&format!("{scheme}://{}", proxy.address));
        let error = failure(&transport, get(&server.url("/"))).await;
        let text = chain(&error);
        assert_eq!(kind_and_delivery(&error), (kind, NotSent), "{text}");
        assert!(text.contains(reason), "{reason}: {text}");
        if kind == Kind::Connect {
            assert!(has::<TunnelError>(&error) && has::<ProxyError>(&error), "{error:?}");
            assert!(text.contains(&proxy.address.to_string()), "{text}");
        }
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn wrong_credentials_are_reported_without_the_password() {
    let http = http_proxy("Basic YWRhOnJpZ2h0").await;
    let socks = socks_proxy("ada", "right!").await;
    let cases = [
        (format!("http://{}", http.address), "(status 407)"),
        (format!("http://ada:hidden@{}", http.address), "(status 407)"),
        (
            format!("socks5://ada:hidden@{}", socks.address),
            "does not accept the credentials",
        ),
    ];
    for (proxy, reason) in cases {
        let transport = through(&proxy);
        let error = failure(&transport, get("http://127.0.0.1:9/")).await;
        let text = format!("{} {error:?} {transport:?}", chain(&error));
        assert!(text.contains(reason), "{text}");
        assert!(!text.contains("hidden") && !text.contains("YWRh"), "{text}");
    }
}

#[tokio::test]
async fn a_proxy_that_closes_or_is_not_there_is_named() {
    let closing = Server::start(|mut peer: Peer, _| async move { peer.read_head().await.map(drop) }).await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .and_then(|it| it.local_addr());
    let free = free.expect("a free port");
    for (address, reason) in [(closing.address, "without an answer"), (free, "refused")] {
        let error = failure(&through(&format!("http://{address}")), get("http://127.0.0.1:9/")).await;
        let text = chain(&error);
        assert_eq!(kind_and_delivery(&error), (Kind::Connect, NotSent), "{text}");
        assert!(text.contains(reason) && text.contains(&address.to_string()), "{text}");
    }
}

#[tokio::test]
async fn asks_for_ipv6_targets_in_brackets() -> io::Result<()> {
    let (sender, mut heads) = tokio::sync::mpsc::channel(1);
    let proxy = Server::start(move |mut peer: Peer, _| {
        let sender = sender.clone();
        async move {
            let head = peer.read_head().await?;
            sender.send(head).await.map_err(io::Error::other)?;
            peer.write("HTTP/1.1 200 OK\r\n\r\n").await?;
            peer.read_head().await?;
            peer.write(OK).await
        }
    })
    .await;
    let transport = through(&format!("http://{}", proxy.address));
    in_time(transport.send(get("http://[::1]:4000/")))
        .await
        .expect("answered");
    let head = heads.recv().await.expect("a head");
    assert_eq!(head, "CONNECT [::1]:4000 HTTP/1.1\r\nHost: [::1]:4000\r\n\r\n");
    Ok(())
}
