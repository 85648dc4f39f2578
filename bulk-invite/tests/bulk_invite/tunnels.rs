//! TLS through a tunnel, and 500 people invited through tinyproxy. `.ci/proxy` runs the tests that need it.

use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener as StdListener};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use clerk_core::middleware::RateLimits;
use clerk_testkit::FakeClerk;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::hostile_server::Authority;
use crate::program::{Clerk, Ended, Folder, program, run};
use crate::running::{PATIENCE, Running};

const PEOPLE: usize = 500;

/// Options that avoid waits, and with which a run gives up soon.
const OPTIONS: [&str; 9] = [
    "--json",
    "--limits",
    "none",
    "--settle-delay",
    "0s",
    "--read-lag",
    "0s",
    "--attempts",
    "2",
];

/// Serves each connection on a port, which is returned, with its own task.
fn serve<F, Fut>(serve: F) -> SocketAddr
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = io::Result<()>> + Send + 'static,
{
    let (sender, address) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            sender
                .send(listener.local_addr().expect("an address"))
                .expect("the test waits");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
    });
    address.recv().expect("an address")
}

/// Puts TLS with a certificate for 127.0.0.1 in front of the fake, and returns the URL.
fn with_tls(clerk: &Clerk, authority: &Authority) -> String {
    let acceptor = TlsAcceptor::from(authority.config("127.0.0.1", 2020, 2100));
    let fake: SocketAddr = clerk.url().trim_start_matches("http://").parse().expect("an address");
    let front = serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await?;
            let mut fake = TcpStream::connect(fake).await?;
            copy_bidirectional(&mut stream, &mut fake).await.map(drop)
        }
    });
    format!("https://{front}")
}

/// Opens tunnels, and sends the target of each.
fn small_proxy(targets: mpsc::Sender<String>) -> SocketAddr {
    serve(move |mut client| {
        let targets = targets.clone();
        async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await?);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
            let target = target.expect("every target gets a tunnel").to_owned();
            let mut server = TcpStream::connect(&target).await?;
            let _ = targets.send(target);
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            copy_bidirectional(&mut client, &mut server).await.map(drop)
        }
    })
}

/// Invites the people in a file at this URL, through a proxy.
fn invite(people: &str, url: &str, proxy: &str, rest: &[&str]) -> Command {
    let mut command = program(&[people, "--api-url", url, "--proxy", proxy]);
    command
        .args(OPTIONS)
        .args(rest)
        .env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY);
    command
}

#[track_caller]
fn assert_one_mail_each(clerk: &Clerk, people: usize) {
    let mails = clerk.fake().mails();
    assert_eq!(mails.len(), people);
    assert!(mails.values().all(|&mails| mails == 1), "{mails:?}");
}

#[track_caller]
fn assert_invited(ended: &Ended, people: usize) {
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let json = ended.json();
    let invited = ["created", "created_earlier"].map(|outcome| json[outcome].as_u64().expect("a count"));
    assert_eq!(invited.iter().sum::<u64>(), people as u64, "{json}");
}

#[test]
fn an_https_api_is_reached_through_a_tunnel_and_its_certificate_is_verified() {
    let folder = Folder::new();
    let people = folder.with_people(20);
    let authority = Authority::new();
    let certificate = folder.with("ca.pem", authority.pem());
    let clerk = Clerk::start(FakeClerk::builder());
    let url = with_tls(&clerk, &authority);
    let (sender, targets) = mpsc::channel();
    let proxy = format!("http://{}", small_proxy(sender));

    let untrusted = run(&mut invite(&people, &url, &proxy, &[]));
    assert_eq!(untrusted.status, 3, "{}", untrusted.stderr);
    assert!(untrusted.stderr.contains("--ca-cert"), "{}", untrusted.stderr);
    assert!(clerk.fake().mails().is_empty());
    let trusted = run(&mut invite(&people, &url, &proxy, &["--ca-cert", &certificate]));
    assert_invited(&trusted, 20);
    assert_one_mail_each(&clerk, 20);
    let mut targets = targets.try_iter().peekable();
    assert!(targets.peek().is_some() && targets.all(|target| url.ends_with(&target)));
}

/// A tinyproxy that requires a name and a password. Dropping it kills it.
struct Tinyproxy {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Tinyproxy {
    const CREDENTIALS: &str = "ada:p-ss";

    fn start(folder: &Folder, port: u16) -> Self {
        let config = format!(
            "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nBasicAuth ada p-ss\nLogLevel Connect\nTimeout 60\nMaxClients 50\n"
        );
        let config = folder.with("tinyproxy.conf", config);
        let mut child = Command::new("tinyproxy")
            .args(["-d", "-c", &config])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("tinyproxy starts: run .ci/proxy, which installs it");
        let output = BufReader::new(child.stdout.take().expect("piped")).lines();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || output.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let proxy = Self { child, lines };
        proxy.wait_for("done sending stored logs");
        proxy
    }

    /// Waits until the log has a line with this text.
    fn wait_for(&self, text: &str) {
        while !self.lines.recv_timeout(PATIENCE).expect(text).contains(text) {}
    }
}

impl Drop for Tinyproxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = StdListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A fake of Clerk that sends a message when the 20th call arrives.
fn clerk_with_signal() -> (Clerk, mpsc::Receiver<()>) {
    let (sender, middle) = mpsc::channel();
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let fake = FakeClerk::builder().limits(RateLimits::none()).on_call(move |_| {
        if calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 20 {
            let _ = sender.send(());
        }
    });
    (Clerk::start(fake), middle)
}

#[test]
#[ignore = "needs tinyproxy: run .ci/proxy"]
fn tinyproxy_invites_500_people_with_credentials_and_refuses_wrong_ones() {
    let folder = Folder::new();
    let people = folder.with_people(PEOPLE);
    let clerk = Clerk::start(FakeClerk::builder().limits(RateLimits::none()));
    let port = free_port();
    let proxy = Tinyproxy::start(&folder, port);

    let refused = run(&mut invite(
        &people,
        &clerk.url(),
        &format!("http://ada:wrong@127.0.0.1:{port}"),
        &[],
    ));
    assert_eq!(refused.status, 3, "{}", refused.stderr);
    // tinyproxy has answered 401 and, in later versions, 407.
    let is_refused = ["401", "407"].map(|status| refused.stderr.contains(&format!("(status {status})")));
    assert!(is_refused.contains(&true), "{}", refused.stderr);
    assert!(clerk.fake().mails().is_empty());
    let through = format!("http://{}@127.0.0.1:{port}", Tinyproxy::CREDENTIALS);
    assert_invited(&run(&mut invite(&people, &clerk.url(), &through, &[])), PEOPLE);
    assert_one_mail_each(&clerk, PEOPLE);
    proxy.wait_for(&format!("CONNECT {}", clerk.url().trim_start_matches("http://")));
}

#[test]
#[ignore = "needs tinyproxy: run .ci/proxy"]
fn tinyproxy_opens_tunnels_for_tls() {
    let folder = Folder::new();
    let people = folder.with_people(20);
    let authority = Authority::new();
    let certificate = folder.with("ca.pem", authority.pem());
    let clerk = Clerk::start(FakeClerk::builder());
    let port = free_port();
    let _proxy = Tinyproxy::start(&folder, port);
    let through = format!("http://{}@127.0.0.1:{port}", Tinyproxy::CREDENTIALS);
    let url = with_tls(&clerk, &authority);
    assert_invited(
        &run(&mut invite(&people, &url, &through, &["--ca-cert", &certificate])),
        20,
    );
    assert_one_mail_each(&clerk, 20);
}

#[test]
#[ignore = "needs tinyproxy: run .ci/proxy"]
fn a_tinyproxy_that_stops_in_the_middle_loses_nobody_and_invites_nobody_twice() {
    // Either it starts again while the program retries, or the program stops and is run again.
    for restarts in [true, false] {
        let folder = Folder::new();
        let people = folder.with_people(PEOPLE);
        let (clerk, middle) = clerk_with_signal();
        let port = free_port();
        let through = format!("http://{}@127.0.0.1:{port}", Tinyproxy::CREDENTIALS);
        let attempts: &[&str] = if restarts { &["--attempts", "50"] } else { &[] };
        let mut command = program(&[&people, "--api-url", &clerk.url(), "--proxy", &through]);
        let options = if restarts { &OPTIONS[..7] } else { &OPTIONS[..] };
        command
            .args(options)
            .args(attempts)
            .env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY);

        let proxy = Tinyproxy::start(&folder, port);
        let mut inviting = Running::start(&mut command);
        middle.recv_timeout(PATIENCE).expect("20 calls");
        drop(proxy);
        if restarts {
            let _proxy = Tinyproxy::start(&folder, port);
            let (status, json) = inviting.end();
            assert_eq!(
                (status, json["created"].as_u64()),
                (Some(0), Some(PEOPLE as u64)),
                "{json}"
            );
        } else {
            inviting.wait_for(&format!("the proxy 127.0.0.1:{port}"));
            let (status, json) = inviting.end();
            assert_eq!(status, Some(3), "{json}");
            let counts = ["created", "pending"].map(|outcome| json[outcome].as_u64().expect("a count"));
            assert!(counts.iter().all(|&count| count > 0), "{json}");
            let _proxy = Tinyproxy::start(&folder, port);
            assert_invited(&run(&mut command), PEOPLE);
        }
        assert_one_mail_each(&clerk, PEOPLE);
    }
}
