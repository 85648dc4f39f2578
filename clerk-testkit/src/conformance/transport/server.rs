//! A loopback HTTP/1.1 server on threads. Each check scripts it, malformed responses included.
//!
//! Every wait of a server is bounded, so a transport that blocks the thread slows a check down but never hangs it.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Poll, Waker};
use std::thread::JoinHandle;
use std::time::Duration;

use super::wire::{Received, read_request};

const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// How long a connection's thread waits for the client's next byte.
const READ_TIMEOUT: Duration = Duration::from_secs(8);

/// A listening server. Dropping it closes its port and its connections.
pub(super) struct Server {
    address: SocketAddr,
    log: Arc<Log>,
    stopped: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

/// The requests and connections that a server has seen, with a way to wait for them.
#[derive(Default)]
struct Log {
    state: Mutex<LogState>,
    changed: Condvar,
}

#[derive(Default)]
pub(super) struct LogState {
    /// The requests that were read in full, in the order in which they ended.
    pub(super) requests: Vec<Received>,
    /// How many connections are open.
    pub(super) open: usize,
    /// How many connections the client closed while the server waited for that.
    pub(super) closed_by_client: usize,
    /// Whether [`Server::release`] was called.
    pub(super) released: bool,
    streams: Vec<Weak<TcpStream>>,
    wakers: Vec<Waker>,
}

/// One accepted connection. Dropping it closes it in an orderly way, so that the client reads all that was written.
pub(super) struct Connection {
    stream: Arc<TcpStream>,
    log: Arc<Log>,
    unread: Vec<u8>,
}

impl Server {
    /// Starts a server that runs `serve` on a thread of its own for each connection.
    pub(super) fn start(serve: impl Fn(Connection) + Send + Sync + 'static) -> Result<Self, String> {
        Self::bind(ANY_PORT, Arc::new(serve)).map_err(not_started)
    }

    /// Starts a server that sends `answer` to every request, for as long as the client keeps the connection.
    pub(super) fn answering(answer: impl Into<Vec<u8>>) -> Result<Self, String> {
        Self::answering_at(ANY_PORT, answer).map_err(not_started)
    }

    /// Starts a server that reads one request and sends `answer`, then closes the connection.
    pub(super) fn answering_once(answer: impl Into<Vec<u8>>) -> Result<Self, String> {
        let answer = answer.into();
        Self::start(move |mut connection| {
            connection.read_request();
            connection.write(&answer);
        })
    }

    /// Starts a server that reads one request on each connection and does not respond.
    pub(super) fn silent() -> Result<Self, String> {
        Self::start(|mut connection| {
            connection.read_request();
            connection.wait_until_closed();
        })
    }

    /// Starts a server like [`answering`](Self::answering) at `address`, if the address is free.
    pub(super) fn answering_at(address: SocketAddr, answer: impl Into<Vec<u8>>) -> io::Result<Self> {
        let answer = answer.into();
        let serve = move |mut connection: Connection| {
            while connection.read_request().is_some() && connection.write(&answer) {}
        };
        Self::bind(address, Arc::new(serve))
    }

    fn bind(address: SocketAddr, serve: Arc<dyn Fn(Connection) + Send + Sync>) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let log = Arc::new(Log::default());
        let stopped = Arc::new(AtomicBool::new(false));
        let (thread_log, thread_stopped) = (Arc::clone(&log), Arc::clone(&stopped));
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if thread_stopped.load(Ordering::Acquire) {
                    return;
                }
                let Ok(connection) = stream.and_then(|stream| Connection::new(stream, Arc::clone(&thread_log))) else {
                    continue;
                };
                let serve = Arc::clone(&serve);
                std::thread::spawn(move || serve(connection));
            }
        });
        Ok(Self {
            address,
            log,
            stopped,
            accepting: Some(accepting),
        })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the requests that were read in full so far.
    pub(super) fn requests(&self) -> Vec<Received> {
        self.log.state().requests.clone()
    }

    pub(super) fn open_connections(&self) -> usize {
        self.log.state().open
    }

    /// Lets the connections that wait for [`LogState::released`] go on.
    pub(super) fn release(&self) {
        self.log.change(|state| state.released = true);
    }

    /// Waits until `is_met`. It does not block the thread, and has no time limit.
    pub(super) async fn wait_until(&self, is_met: impl Fn(&LogState) -> bool) {
        std::future::poll_fn(|context| {
            let mut state = self.log.state();
            if is_met(&state) {
                return Poll::Ready(());
            }
            state.wakers.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Waits until `count` requests were read in full.
    pub(super) async fn received(&self, count: usize) {
        self.wait_until(|state| state.requests.len() >= count).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // A connection wakes the accepting thread, which then sees the flag.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(accepting) = self.accepting.take()
            && woken
        {
            let _ = accepting.join();
        }
        for stream in self.log.state().streams.iter().filter_map(Weak::upgrade) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Log {
    fn state(&self) -> MutexGuard<'_, LogState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut LogState)) {
        let wakers = {
            let mut state = self.state();
            change(&mut state);
            std::mem::take(&mut state.wakers)
        };
        self.changed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Connection {
    fn new(stream: TcpStream, log: Arc<Log>) -> io::Result<Self> {
        stream.set_read_timeout(Some(READ_TIMEOUT))?;
        stream.set_write_timeout(Some(READ_TIMEOUT))?;
        stream.set_nodelay(true)?;
        let stream = Arc::new(stream);
        log.change(|state| {
            state.open += 1;
            state.streams.push(Arc::downgrade(&stream));
        });
        Ok(Self {
            stream,
            log,
            unread: Vec::new(),
        })
    }

    /// Reads one request and logs it. Returns `None` if no request arrives in full.
    pub(super) fn read_request(&mut self) -> Option<Received> {
        let received = read_request(&*self.stream, &mut self.unread)?;
        self.log.change(|state| state.requests.push(received.clone()));
        Some(received)
    }

    /// Waits until the client closes the connection, and logs that it did.
    pub(super) fn wait_until_closed(&mut self) {
        let mut rest = [0; 1024];
        loop {
            match (&*self.stream).read(&mut rest) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if is_timeout(&error) => return,
                Err(_) => break,
            }
        }
        self.log.change(|state| state.closed_by_client += 1);
    }

    /// Blocks this connection's thread until `is_met`, or until `limit` is up. Returns whether it was met.
    pub(super) fn wait_for(&self, limit: Duration, is_met: impl Fn(&LogState) -> bool) -> bool {
        let waited = self
            .log
            .changed
            .wait_timeout_while(self.log.state(), limit, |state| !is_met(state));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        is_met(&state)
    }

    /// Does what [`Server::release`] does.
    pub(super) fn release(&self) {
        self.log.change(|state| state.released = true);
    }

    /// Returns `false` if the client is gone.
    pub(super) fn write(&mut self, bytes: &[u8]) -> bool {
        (&*self.stream).write_all(bytes).is_ok()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        self.log.change(|state| state.open -= 1);
    }
}

fn not_started(error: io::Error) -> String {
    format!("the suite could not start a loopback server: {error}")
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
