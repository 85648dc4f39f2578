//! Runs the tests of the example `invitation-service`, and the example as a process, against a fake of Clerk on a socket.
#![cfg(unix)]
#![expect(clippy::expect_used, clippy::panic, reason = "the helpers of a test fail the test")]

// `cargo test` builds an example either as a program or as its tests. So the tests of the service run here.
#[path = "../invitation-service/failure.rs"]
mod failure;
#[path = "../invitation-service/routes.rs"]
mod routes;
#[path = "../invitation-service/runs.rs"]
mod runs;
#[path = "../invitation-service/tests.rs"]
mod tests;

mod example;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use clerk_testkit::FakeClerk;
use clerk_testkit::server::FakeServer;
use serde_json::{Value, json};

/// The running service.
struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start(clerk_url: &str, folder: &Path) -> Self {
        let mut process = Command::new(example::path("invitation-service"))
            .env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY)
            .env("CLERK_API_URL", clerk_url)
            .env("LISTEN", "127.0.0.1:0")
            .env("RUNS_FOLDER", folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on http://").expect("its address");
        Self {
            address: address.to_owned(),
            process,
        }
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let body = body.to_string();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).expect("sent");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("a response");
        let (head, body) = response.split_once("\r\n\r\n").expect("a head");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    /// Returns the progress of a run that is done.
    fn done(&self, id: u64) -> Value {
        for _ in 0..100_000 {
            let (_, progress) = self.call("GET", &format!("/invitations/{id}"), &Value::Null);
            if progress["status"] == "done" {
                return progress;
            }
        }
        panic!("run {id} does not end");
    }

    /// Stops the service as a service manager does.
    fn terminate(mut self) {
        let kill = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status();
        assert!(kill.expect("kill").success());
        assert!(self.process.wait().expect("an exit code").success());
    }
}

#[test]
fn the_service_keeps_its_runs_when_it_is_terminated() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let server = runtime.block_on(FakeServer::start(FakeClerk::new())).expect("a server");
    let folder = tempfile::tempdir().expect("a folder");

    let service = Service::start(&server.url(), folder.path());
    let people = json!({ "people": ["ada@example.com", "grace@example.com"] });
    let (status, progress) = service.call("POST", "/invitations", &people);
    assert_eq!((status, &progress["id"]), (202, &json!(1)));
    assert_eq!(service.done(1)["outcomes"], json!({ "created": 2 }));
    service.terminate();

    let service = Service::start(&server.url(), folder.path());
    assert_eq!(service.done(1)["outcomes"], json!({ "created_earlier": 2 }));
    let (status, _) = service.call("POST", "/invitation", &json!({ "email_address": "alan@example.com" }));
    assert_eq!(status, 201);
    service.terminate();
    assert_eq!(server.fake().mails().into_values().collect::<Vec<_>>(), [1, 1, 1]);
}
