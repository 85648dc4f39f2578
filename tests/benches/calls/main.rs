//! What one bulk call of ten people costs the caller, each figure beside a peer's in the same run.
//!
//! ```sh
//! cargo bench -p clerk-tests --bench calls
//! ```
//!
//! `tests/performance/count` runs one of the peers at a time, with `serve` and `call`, to count instructions.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark prints, and has failed if it cannot go on"
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

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve"] => serve(),
        ["call", who, calls, server] => call(
            who,
            calls.parse().expect("a number of calls"),
            server.parse().expect("an address"),
        ),
        // Cargo says the latter.
        [] | ["--bench"] => compare(),
        _ => panic!("what is {arguments:?}?"),
    }
}

/// Says where the server is, and serves until the process is ended.
fn serve() {
    println!("{}", server::start());
    loop {
        std::thread::park();
    }
}

/// Lets one peer make so many calls, one after another.
fn call(who: &str, calls: usize, server: SocketAddr) {
    match who {
        "clerk" => drive(Clerk::new(server), calls),
        "by-hand" => drive(ByHand::<AsMap>::new(server), calls),
        "by-hand-as-text" => drive(ByHand::<AsText>::new(server), calls),
        "reqwest" => drive(Reqwest::new(server), calls),
        "hyper" => drive(on_hyper(server), calls),
        "no-middleware" => drive(in_memory(Middlewares::None), calls),
        who => match Middlewares::NAMED.iter().find(|(name, _)| *name == who) {
            Some((_, middlewares)) => drive(in_memory(*middlewares), calls),
            None => panic!("nobody is called {who}"),
        },
    }
}

/// Prints every figure.
fn compare() {
    let server = server::start();
    pin::to_processor(0);
    paired::print_head();
    wire::compare(server);
    json::compare();
    middlewares::compare();
    testkit::compare();
}
