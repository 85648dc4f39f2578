//! A minimal HTTP client over a socket.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A connection to the server.
pub(crate) struct Connection(pub(crate) BufReader<TcpStream>);

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// The `Content-Length` of the head.
    pub(crate) promised: usize,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a timeout");
        Self(BufReader::new(stream))
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) {
        self.send_with_key("sk_test_fake", method, path, body);
    }

    pub(crate) fn send_with_key(&mut self, key: &str, method: &str, path: &str, body: &str) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: fake\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0
            .get_mut()
            .write_all(request.as_bytes())
            .expect("the request is written");
    }

    /// Reads a response. Returns `None` if the connection closes before it starts.
    pub(crate) fn read(&mut self) -> Option<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = match self.0.read_line(&mut head) {
                Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
                read => read.expect("a line of the head"),
            };
            if read == 0 {
                return None;
            }
        }
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        let promised = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
            .unwrap_or(0);
        let mut body = Vec::new();
        self.0
            .by_ref()
            .take(promised as u64)
            .read_to_end(&mut body)
            .expect("a body");
        Some(Answer {
            status,
            head,
            body,
            promised,
        })
    }

    pub(crate) fn call(&mut self, method: &str, path: &str, body: impl ToString) -> Answer {
        self.send(method, path, &body.to_string());
        self.read().expect("a response")
    }
}
