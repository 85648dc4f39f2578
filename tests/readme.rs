//! Compiles and runs the first sample in the README, and compares its request with that of Clerk's JavaScript SDK.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};

use serde_json::{Value, json};

const SAMPLE: &str = include_str!("readme/sample.rs");

/// A request as the server received it.
struct ReceivedRequest {
    request_line: String,
    headers: BTreeMap<String, String>,
    body: Value,
}

#[test]
fn the_compiled_sample_is_the_one_in_the_readme() {
    let readme = include_str!("../README.md");
    let (_, code) = readme.split_once("```rust,no_run\n").expect("Rust code");
    let (code, _) = code.split_once("```").expect("the end of the code");
    assert_eq!(code, SAMPLE, "README.md and tests/readme/sample.rs differ");
}

#[test]
fn the_sample_sends_what_clerks_javascript_sdk_sends() {
    let (output, request) = run_sample();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed, "inv_1 is pending\ninv_2 is pending\n");

    assert_eq!(request.request_line, "POST /v1/invitations/bulk HTTP/1.1");
    let header = |name: &str| request.headers.get(name).map(String::as_str);
    assert_eq!(header("authorization"), Some("Bearer sk_test_readme"));
    assert_eq!(header("clerk-api-version"), Some("2026-05-12"));
    assert_eq!(header("content-type"), Some("application/json"));
    let user_agent = header("user-agent").expect("a user agent");
    assert!(user_agent.starts_with("clerk-core/"), "{user_agent}");
    let item = |address| {
        json!({
            "email_address": address,
            "redirect_url": "https://www.example.com/my-sign-up",
            "public_metadata": { "example": "metadata", "example_nested": { "nested": "metadata" } },
        })
    };
    assert_eq!(
        request.body,
        json!([item("invite@example.com"), item("invite2@example.com")])
    );
}

/// Runs the sample against a server that accepts one request.
fn run_sample() -> (Output, ReceivedRequest) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || serve(listener.accept().unwrap().0));
    let output = Command::new(env!("CARGO_BIN_EXE_readme-sample"))
        .env("CLERK_SECRET_KEY", "sk_test_readme")
        .env("CLERK_API_URL", &url)
        .output()
        .unwrap();
    // If the sample sent nothing, this connection ends the server's wait.
    drop(TcpStream::connect(url.trim_start_matches("http://")));
    (output, server.join().expect("the server received a request"))
}

fn serve(stream: TcpStream) -> ReceivedRequest {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    let request_line = line();
    let headers: BTreeMap<_, _> = std::iter::from_fn(|| Some(line()).filter(|line| !line.is_empty()))
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        })
        .collect();
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    let invitation = |id, address| json!({ "id": id, "email_address": address, "status": "pending", "created_at": 1, "updated_at": 1 });
    let response = json!([
        invitation("inv_1", "invite@example.com"),
        invitation("inv_2", "invite2@example.com"),
    ])
    .to_string();
    let length = response.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {length}\r\n\r\n");
    reader.into_inner().write_all((head + &response).as_bytes()).unwrap();
    let body = serde_json::from_slice(&body).unwrap();
    ReceivedRequest {
        request_line,
        headers,
        body,
    }
}
