//! Measures one bulk call for ten people, and other calls, relative to peers in the same run.
//!
//! ```sh
//! cargo bench -p clerk-benches --bench calls
//! ```
//!
//! `tests/performance/count` uses `serve` and `call` to run one peer at a time and count its instructions.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark prints its figures and fails by panicking"
)]

mod drive;
mod json;
mod middlewares;
mod paired;
mod peer;
mod pin;
mod server;
mod testkit;
mod wire;
mod workload;

use std::net::SocketAddr;

use drive::drive;
use peer::by_hand::ByHand;
use peer::clerk::Clerk;
use peer::model::{AsMap, AsText};
use peer::reqwest::Reqwest;
use peer::transport::{Middlewares, in_memory, on_hyper};
use workload::Work;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve"] => serve(),
        ["call", work, peer, calls, server] => call(
            named(&Work::NAMED, work),
            peer,
            calls.parse().expect("a number of calls"),
            server.parse().expect("an address"),
        ),
        // `cargo bench` passes `--bench`.
        [] | ["--bench"] => compare(),
        _ => panic!("unknown arguments: {arguments:?}"),
    }
}

/// Prints the server's address and serves until the process is killed.
fn serve() {
    println!("{}", server::start());
    loop {
        std::thread::park();
    }
}

/// Makes `calls` calls with one peer, one after another.
fn call(work: Work, peer: &str, calls: usize, server: SocketAddr) {
    match peer {
        "clerk" => drive(Clerk::new(server, work), calls),
        "by-hand" => drive(ByHand::<AsMap>::new(server, work), calls),
        "by-hand-as-text" => drive(ByHand::<AsText>::new(server, work), calls),
        "reqwest" => drive(Reqwest::new(server), calls),
        "hyper" => drive(on_hyper(server), calls),
        "no-middleware" => drive(in_memory(Middlewares::None), calls),
        name => drive(in_memory(named(&Middlewares::NAMED, name)), calls),
    }
}

fn named<T: Copy>(all: &[(&str, T)], name: &str) -> T {
    let found = all.iter().find(|(named, _)| *named == name);
    found.unwrap_or_else(|| panic!("unknown: {name}")).1
}

/// Prints all figures.
fn compare() {
    let server = server::start();
    pin::to_processor(0);
    paired::print_head();
    wire::compare(server);
    json::compare();
    middlewares::compare();
    testkit::compare();
}
