//! A server on loopback that gives every path its prepared response, with as little work as possible.

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use crate::pin;
use crate::workload::Work;

/// Starts the server on separate threads, which run until the process ends.
pub(crate) fn start() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        // The threads that it spawns inherit this.
        pin::to_processor(1);
        serve(&listener);
    });
    address
}

fn serve(listener: &TcpListener) {
    let responses: Arc<Vec<_>> = Arc::new(Work::NAMED.map(|(_, work)| (work.path(), response(work))).into());
    for connection in listener.incoming() {
        let connection = connection.expect("a connection");
        let responses = Arc::clone(&responses);
        // The thread ends when the client closes the connection.
        thread::spawn(move || respond_to_each(&connection, &responses));
    }
}

fn respond_to_each(connection: &TcpStream, responses: &[(&str, String)]) -> Result<()> {
    connection.set_nodelay(true)?;
    let mut requests = BufReader::new(connection);
    let mut writer = connection;
    loop {
        let mut line = String::new();
        requests.read_line(&mut line)?;
        let path = line.split(' ').nth(1);
        let length = content_length(&mut requests)?;
        std::io::copy(&mut requests.by_ref().take(length), &mut std::io::sink())?;
        let response = responses.iter().find(|(known, _)| path == Some(known));
        let (_, response) = response.ok_or(std::io::ErrorKind::InvalidInput)?;
        writer.write_all(response.as_bytes())?;
    }
}

/// Reads the headers of a request and returns the length of its body.
fn content_length(requests: &mut impl BufRead) -> Result<u64> {
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if requests.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            return Ok(length);
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().expect("a length");
        }
    }
}

fn response(work: Work) -> String {
    let (status, body) = work.response();
    format!(
        "HTTP/1.1 {status} \r\nDate: Wed, 25 Nov 2026 20:00:00 GMT\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: keep-alive\r\nClerk-Trace-Id: 3c1f0a52f3d14d2b8a7a9a5f\r\n\
         CF-Ray: 8e8c1d2f3a4b5c6d-FRA\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n{body}",
        body.len()
    )
}
