//! A way from a worker to the database that the test can cut.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// The state of the way to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passage {
    Open,
    /// Nothing arrives, and nobody notices.
    Silent,
    /// Connections are closed, and new ones close at once.
    Closed,
}

/// Forwards connections to the database. Dropping it closes them.
pub(crate) struct Forwarder {
    pub(crate) port: u16,
    passage: watch::Sender<Passage>,
    accepting: JoinHandle<()>,
}

impl Forwarder {
    pub(crate) async fn start(database: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (passage, watched) = watch::channel(Passage::Open);
        let accepting = tokio::spawn(accept(listener, database, watched));
        Ok(Self {
            port,
            passage,
            accepting,
        })
    }

    pub(crate) fn set(&self, passage: Passage) {
        self.passage.send_replace(passage);
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, database: SocketAddr, passage: watch::Receiver<Passage>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        connections.spawn(forward(client, database, passage.clone()));
    }
}

async fn forward(client: TcpStream, database: SocketAddr, mut passage: watch::Receiver<Passage>) {
    if !is_open(&mut passage).await {
        return;
    }
    let Ok(server) = TcpStream::connect(database).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    // Once one direction has ended, so has the connection.
    tokio::select! {
        () = copy(from_client, to_server, passage.clone()) => {}
        () = copy(from_server, to_client, passage) => {}
    }
}

/// Copies bytes until a side closes or the passage does.
async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut passage: watch::Receiver<Passage>) {
    let mut buffer = vec![0; 16 * 1024];
    while is_open(&mut passage).await {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            _ = passage.changed() => continue,
        };
        let Ok(length @ 1..) = read else {
            return;
        };
        // Bytes that were read while the passage closed arrive once it is open again.
        if !is_open(&mut passage).await || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// Waits while the passage is silent, and returns whether it is open then.
async fn is_open(passage: &mut watch::Receiver<Passage>) -> bool {
    let passage = passage.wait_for(|passage| *passage != Passage::Silent).await;
    passage.is_ok_and(|passage| *passage == Passage::Open)
}
