//! The messages between a worker and the test: lines on a connection. The worker waits for a reply at each failpoint, so the
//! test decides there whether it is stopped, killed or goes on.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// A message of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Message {
    Started {
        worker: usize,
    },
    Leading {
        epoch: i64,
    },
    /// The attempt is in the journal, and is sent once the test replies.
    BeforeSend,
    /// The answer or its loss is known, and is recorded once the test replies.
    AfterSend,
    /// Something that helps to understand a failure.
    Note(String),
}

impl Message {
    /// Whether the worker waits for a reply.
    pub(crate) const fn is_failpoint(&self) -> bool {
        matches!(self, Self::BeforeSend | Self::AfterSend)
    }
}

/// The reply to a failpoint.
pub(crate) const GO: &str = "go\n";

/// The connection of a worker. It blocks, because at a failpoint nothing else may happen in the process.
#[derive(Debug)]
pub(crate) struct Control {
    connection: Mutex<BufReader<TcpStream>>,
}

impl Control {
    pub(crate) fn connect(address: SocketAddr) -> io::Result<Self> {
        let connection = TcpStream::connect(address)?;
        connection.set_nodelay(true)?;
        Ok(Self {
            connection: Mutex::new(BufReader::new(connection)),
        })
    }

    /// Sends a message, and waits for the reply if it is a failpoint. A worker without a test ends.
    pub(crate) fn say(&self, message: &Message) {
        if self.try_say(message).is_err() {
            std::process::exit(2);
        }
    }

    fn try_say(&self, message: &Message) -> io::Result<()> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = serde_json::to_string(message)?;
        line.push('\n');
        connection.get_mut().write_all(line.as_bytes())?;
        if message.is_failpoint() {
            let mut reply = String::new();
            if connection.read_line(&mut reply)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }
}
