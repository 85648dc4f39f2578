//! A loopback HTTP/1.1 server on threads that does what a check tells it, on purpose wrongly too.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a connection's thread waits for a byte, so that none outlives its check for long.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Server {
    address: SocketAddr,
    log: Arc<Log>,
    stopped: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

/// A request as it was on the wire.
#[derive(Debug, Clone, Default)]
pub(super) struct Received {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

/// What a server saw.
#[derive(Default)]
struct Log {
    state: Mutex<LogState>,
}

#[derive(Default)]
struct LogState {
    requests: Vec<Received>,
    closed_by_client: usize,
    wakers: Vec<Waker>,
}

/// One connection, in the hands of a check.
pub(super) struct Connection {
    stream: TcpStream,
    log: Arc<Log>,
    unread: Vec<u8>,
}

impl Server {
    /// Serves each connection with `serve` on a thread of its own, until it is dropped.
    pub(super) fn start(serve: impl Fn(Connection) + Send + Sync + 'static) -> Result<Self, String> {
        Self::try_start(Arc::new(serve)).map_err(|error| format!("no loopback server could be started: {error}"))
    }

    fn try_start(serve: Arc<dyn Fn(Connection) + Send + Sync>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
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

    /// Answers every request alike, for as long as the client keeps the connection.
    pub(super) fn answering(answer: impl Into<Vec<u8>>) -> Result<Self, String> {
        let answer = answer.into();
        Self::start(
            move |mut connection| {
                while connection.read_request() && connection.write(&answer) {}
            },
        )
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests that were read whole, in the order of their ends.
    pub(super) fn requests(&self) -> Vec<Received> {
        self.log.state().requests.clone()
    }

    /// Waits until so many requests were read whole.
    pub(super) async fn received(&self, count: usize) {
        self.log.wait(|state| state.requests.len() >= count).await;
    }

    /// Waits until a client has closed a connection whose request it was waiting for.
    pub(super) async fn closed_by_client(&self) {
        self.log.wait(|state| state.closed_by_client > 0).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // The connection lets the thread look at the flag.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(accepting) = self.accepting.take()
            && woken
        {
            let _ = accepting.join();
        }
    }
}

impl Log {
    fn state(&self) -> MutexGuard<'_, LogState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut LogState)) {
        let wakers = {
            let mut state = self.state();
            change(&mut state);
            std::mem::take(&mut state.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    async fn wait(&self, is_met: impl Fn(&LogState) -> bool) {
        std::future::poll_fn(|context| {
            let mut state = self.state();
            if is_met(&state) {
                return Poll::Ready(());
            }
            state.wakers.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl Connection {
    fn new(stream: TcpStream, log: Arc<Log>) -> io::Result<Self> {
        stream.set_read_timeout(Some(READ_TIMEOUT))?;
        stream.set_write_timeout(Some(READ_TIMEOUT))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            log,
            unread: Vec::new(),
        })
    }

    /// Reads one request and notes it. `false` if none came whole.
    pub(super) fn read_request(&mut self) -> bool {
        self.read_target().is_some()
    }

    /// Reads one request, notes it, and tells its path and query. `None` if none came whole.
    pub(super) fn read_target(&mut self) -> Option<String> {
        let received = self.try_read_request()?;
        let target = received.target.clone();
        self.log.note(|state| state.requests.push(received));
        Some(target)
    }

    /// Waits until the client closes the connection, and notes it.
    pub(super) fn read_to_end(&mut self) {
        let mut rest = [0; 1024];
        loop {
            match self.stream.read(&mut rest) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if is_timeout(&error) => return,
                Err(_) => break,
            }
        }
        self.log.note(|state| state.closed_by_client += 1);
    }

    /// `false` if the client is gone.
    pub(super) fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).is_ok()
    }

    /// Ends the connection in order, so that the client reads all that was written.
    pub(super) fn close(self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    fn try_read_request(&mut self) -> Option<Received> {
        let head = self.read_until(b"\r\n\r\n")?;
        let head = head.strip_suffix(b"\r\n\r\n")?;
        let mut lines = head
            .split(|&c| c == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let request_line = String::from_utf8_lossy(lines.next()?).into_owned();
        let mut words = request_line.split(' ').map(str::to_owned);
        let mut received = Received {
            method: words.next()?,
            target: words.next()?,
            ..Received::default()
        };
        for line in lines {
            let colon = line.iter().position(|&c| c == b':')?;
            let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
            received.headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
        }
        received.body = match received.header("content-length") {
            Some(length) => self.read_exactly(std::str::from_utf8(length).ok()?.parse().ok()?)?,
            None if received.header("transfer-encoding").is_some() => self.read_chunks()?,
            None => Vec::new(),
        };
        Some(received)
    }

    fn read_chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = self.read_until(b"\r\n")?;
            let size = usize::from_str_radix(std::str::from_utf8(size.trim_ascii()).ok()?, 16).ok()?;
            let chunk = self.read_exactly(size + 2)?;
            body.extend_from_slice(chunk.strip_suffix(b"\r\n")?);
            if size == 0 {
                return Some(body);
            }
        }
    }

    fn read_until(&mut self, end: &[u8]) -> Option<Vec<u8>> {
        loop {
            if let Some(at) = self.unread.windows(end.len()).position(|window| window == end) {
                return Some(self.take(at + end.len()));
            }
            self.read_more()?;
        }
    }

    fn read_exactly(&mut self, count: usize) -> Option<Vec<u8>> {
        while self.unread.len() < count {
            self.read_more()?;
        }
        Some(self.take(count))
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.unread.split_off(count);
        std::mem::replace(&mut self.unread, rest)
    }

    fn read_more(&mut self) -> Option<()> {
        let mut buffer = [0; 16 * 1024];
        let count = self.stream.read(&mut buffer).ok().filter(|&count| count > 0)?;
        self.unread.extend_from_slice(&buffer[..count]);
        Some(())
    }
}

impl Received {
    fn header(&self, name: &str) -> Option<&[u8]> {
        let header = self.headers.iter().find(|(n, _)| n == name);
        header.map(|(_, value)| value.as_slice())
    }

    pub(super) fn header_values(&self, name: &str) -> Vec<&[u8]> {
        let headers = self.headers.iter().filter(|(n, _)| n == name);
        headers.map(|(_, value)| value.as_slice()).collect()
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
