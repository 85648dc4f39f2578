//! The processes of the workers, and their messages.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{ExitStatus, Stdio};

use clerk_hyper::TokioClock;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::control::{GO, Message};
use crate::timing::{PATIENCE, within};
use crate::worker::Setup;

/// A message of a worker, with the way to reply.
pub(crate) struct Event {
    pub(crate) worker: usize,
    pub(crate) message: Message,
    /// Lets a worker go on that waits at a failpoint.
    pub(crate) go: Option<oneshot::Sender<()>>,
}

/// Listens to the workers of a round.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    pub(crate) events: mpsc::UnboundedReceiver<Event>,
    /// Stops listening when it is dropped.
    _listening: JoinSet<()>,
}

impl Listener {
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, events) = mpsc::unbounded_channel();
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(listen(connection, sender.clone()));
            }
        });
        Ok(Self {
            address,
            events,
            _listening: listening,
        })
    }
}

/// Passes the messages of one worker.
async fn listen(connection: TcpStream, events: mpsc::UnboundedSender<Event>) {
    let _ = connection.set_nodelay(true);
    let (from_worker, mut to_worker) = connection.into_split();
    let mut lines = BufReader::new(from_worker).lines();
    let mut worker = 0;
    while let Ok(Some(line)) = lines.next_line().await {
        let message: Message = serde_json::from_str(&line).expect("a message of a worker");
        if let Message::Started { worker: started } = message {
            worker = started;
        }
        let (go, wait) = message.is_failpoint().then(oneshot::channel).unzip();
        if events.send(Event { worker, message, go }).is_err() {
            return;
        }
        if let Some(wait) = wait {
            // Without a reply, the worker was killed.
            if wait.await.is_err() || to_worker.write_all(GO.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// The process of a worker. It is killed when it is dropped.
pub(crate) struct WorkerProcess {
    child: Child,
    pub(crate) pid: Pid,
}

impl WorkerProcess {
    pub(crate) fn start(setup: &Setup) -> std::io::Result<Self> {
        let child = Command::new(std::env::current_exe()?)
            .arg("worker")
            .arg(serde_json::to_string(setup)?)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let pid = pid.expect("a process that was not waited for has an id");
        Ok(Self { child, pid })
    }

    /// Waits for the end of the process.
    pub(crate) async fn end(&mut self, clock: &TokioClock) -> Option<ExitStatus> {
        within(clock, PATIENCE, self.child.wait()).await?.ok()
    }
}

/// Sends a signal to a process that has not been waited for.
pub(crate) fn send(pid: Pid, signal: Signal) {
    // It may have ended by itself, which is noticed at the end of the round.
    let _ = kill_process(pid, signal);
}
