//! [`FakeClerk`] as a real HTTP server, for any HTTP client and for Clerk's SDKs in other languages.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use clerk_testkit::FakeClerk;
//! use clerk_testkit::server::FakeServer;
//!
//! let server = FakeServer::start(FakeClerk::new()).await?;
//! println!("Clerk's API is at {}/v1", server.url());
//! server.stop().await;
//! # Ok(()) }
//! ```
//!
//! Besides Clerk's paths, the server has control calls, which need no key:
//!
//! - `GET /_fake/state` returns the same as [`FakeClerk::snapshot`].
//! - `GET /_fake/mails` returns the number of emails sent to each address.
//! - `GET /_fake/calls` returns the number of calls of each operation.
//! - `POST /_fake/sign-up` with `{"email_address": …}` does the same as [`FakeClerk::sign_up`], and with `{"ticket": …}` the same
//!   as [`FakeClerk::accept`]. It returns the `user_id`.
//! - `POST /_fake/join` with `{"email_address": …, "organization_id": …}` does the same as
//!   [`FakeClerk::join_organization`], and with `{"ticket": …}` the same as [`FakeClerk::accept`]. It returns the `user_id`.
//! - `POST /_fake/advance` with `{"seconds": …}` does the same as [`FakeClerk::advance`].
//! - `POST /_fake/seed` with the JSON of a [`Seed`](crate::fake::Seed) does the same as [`FakeClerk::seed`].
//! - `POST /_fake/faults` with `{"plan": …, "seed": …}` does the same as [`FakeClerk::set_faults`].
//! - `POST /_fake/reset` does the same as [`FakeClerk::reset`].
//!
//! `GET /` lists the routes, the control calls and the settings as plain text.
//!
//! The `url` of an invitation leads to the server, which redirects to the `redirect_url` with a ticket.
//!
//! [Faults](crate::fake::Fault) happen on the connection: it closes before or after the effect, breaks off in the middle of
//! the response, or stays silent.

mod body;
mod connection;
mod control;
mod index;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use clerk_core::webhooks::WebhookSecret;
use http::Uri;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::FakeClerk;
use crate::webhooks::WebhookSender;

/// A running server. It listens on 127.0.0.1 only, speaks HTTP/1.1, and reads bodies of up to 1 MiB.
///
/// Dropping it stops it: connections close after the current response, hanging calls are cut off, and no more webhooks are sent.
#[derive(Debug)]
pub struct FakeServer {
    fake: FakeClerk,
    address: SocketAddr,
    /// Dropping the sender stops all tasks.
    stop: watch::Sender<()>,
    accepting: JoinHandle<()>,
    sending: JoinSet<()>,
}

impl FakeServer {
    /// Serves `fake` on a free port, on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// The error of the system if no port is free.
    pub async fn start(fake: FakeClerk) -> io::Result<Self> {
        Self::start_on_port(fake, 0).await
    }

    /// Serves `fake` on this port, or on a free one for 0.
    ///
    /// # Errors
    ///
    /// The error of the system, for example because the port is in use.
    pub async fn start_on_port(fake: FakeClerk, port: u16) -> io::Result<Self> {
        fake.admit_other_clocks();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(());
        let accepting = tokio::spawn(accept(listener, fake.clone(), stopped));
        Ok(Self {
            fake,
            address,
            stop,
            accepting,
            sending: JoinSet::new(),
        })
    }

    /// Returns the base URL, such as `http://127.0.0.1:40123`, without `/v1`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the address that the server listens on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the fake that the server serves.
    pub const fn fake(&self) -> &FakeClerk {
        &self.fake
    }

    /// Sends webhooks for what happens in the fake to a URL from now on, in the background, with the messages of earlier events
    /// first. The links in them lead to this server. [`FakeClerk::snapshot`] says how the deliveries ended.
    ///
    /// The signatures carry the real time of day, whatever the time of the fake.
    pub fn send_webhooks(&mut self, uri: Uri, secret: WebhookSecret) {
        let sender = WebhookSender::new(&self.fake, secret).uri(uri).link_origin(self.url());
        self.sending.spawn(sender.run());
    }

    /// Stops the server, and waits until the last connection has closed.
    pub async fn stop(mut self) {
        self.sending.shutdown().await;
        drop(self.stop);
        // An error means that the runtime has shut down.
        let _ = self.accepting.await;
    }
}

async fn accept(listener: TcpListener, fake: FakeClerk, mut stopped: watch::Receiver<()>) {
    let mut connections = JoinSet::new();
    let large_bodies = Arc::new(Semaphore::new(connection::LARGE_BODIES));
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let large_bodies = Arc::clone(&large_bodies);
                    connections.spawn(connection::serve(stream, fake.clone(), large_bodies, stopped.clone()));
                }
                // The most likely cause is too many open files, and some will close.
                Err(_) => fake.sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
            _ = stopped.changed() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}
