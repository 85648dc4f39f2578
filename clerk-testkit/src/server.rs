//! [`FakeClerk`] as a real HTTP server, which any HTTP client and Clerk's SDKs in other languages can be pointed at.
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
//! Besides Clerk's paths, and without a key, it answers
//!
//! - `GET /_fake/mails`: how many mails went to each address,
//! - `GET /_fake/calls`: how many calls of each operation arrived,
//! - `POST /_fake/reset`: forgets all calls, as [`FakeClerk::reset`] does.
//!
//! [Faults](crate::fake::Fault) become what a client would see of them: the connection closes before or after the
//! effect, in the middle of the answer, or stays silent.

mod answer;
mod connection;
mod control;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::FakeClerk;

/// A running server. It stops when it is dropped: connections end once the answer under way is written, and calls that
/// hang are cut off.
///
/// It listens on 127.0.0.1 only, speaks HTTP/1.1, and reads bodies of up to 1 MiB.
#[derive(Debug)]
pub struct FakeServer {
    fake: FakeClerk,
    address: SocketAddr,
    /// Dropping it tells all tasks to stop.
    stop: watch::Sender<()>,
    accepting: JoinHandle<()>,
}

impl FakeServer {
    /// Serves `fake` on a free port, on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// What the system says if it has no port to give.
    pub async fn start(fake: FakeClerk) -> io::Result<Self> {
        Self::start_on_port(fake, 0).await
    }

    /// Serves `fake` on this port; 0 is any that is free.
    ///
    /// # Errors
    ///
    /// What the system says, mostly that the port is taken.
    pub async fn start_on_port(fake: FakeClerk, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(());
        let accepting = tokio::spawn(accept(listener, fake.clone(), stopped));
        Ok(Self {
            fake,
            address,
            stop,
            accepting,
        })
    }

    /// Where the server is, such as `http://127.0.0.1:40123`, without `/v1`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that it listens on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it serves.
    pub const fn fake(&self) -> &FakeClerk {
        &self.fake
    }

    /// Stops, and waits until the last connection has ended.
    pub async fn stop(self) {
        drop(self.stop);
        // It ends early only with the runtime.
        let _ = self.accepting.await;
    }
}

async fn accept(listener: TcpListener, fake: FakeClerk, mut stopped: watch::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection::serve(stream, fake.clone(), stopped.clone()));
                }
                // Too many open files, most likely: some will close.
                Err(_) => fake.clock().sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
            _ = stopped.changed() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}
