//! Invites 35 people from a blocking program and prints its progress. There is no async runtime on the client's side.
//!
//! It runs offline: a server that imitates Clerk takes the place of <https://api.clerk.com>.
#![expect(clippy::print_stdout, reason = "the example prints its progress")]

use std::{io, sync::mpsc, thread};

use clerk_testkit::{FakeClerk, server::FakeServer};

// passage: a blocking program with progress
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};

use clerk_ureq::run::{Outcome, RunEvent};
use clerk_ureq::{Client, SecretKey, UreqTransport, block_on};

fn main() -> Result<(), Box<dyn Error>> {
    let url = start_fake_clerk()?;
    let key = SecretKey::new(FakeClerk::SECRET_KEY)?;
    let clerk = Client::builder(key, UreqTransport::new()).base_url(url).build()?;

    let people = (1..=35).map(|n| format!("person{n}@example.com"));
    let settled = AtomicUsize::new(0);
    let run = clerk.invitations().invite_all(people).on_event(move |event| {
        if let RunEvent::Settled(settlement) = event {
            let settled = settled.fetch_add(1, Ordering::Relaxed) + 1;
            println!("{settled:2} of 35: {}", settlement.outcome);
        }
    });
    let report = block_on(run.run());
    println!("{} people were invited", report.count(Outcome::Created));
    Ok(())
}
// end of passage

/// Serves a fake of Clerk on a thread of its own, and returns its URL.
fn start_fake_clerk() -> Result<String, Box<dyn Error>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let server = FakeServer::start(FakeClerk::new()).await?;
            // The main thread waits for the URL until the program ends.
            let _ = sender.send(server.url());
            std::future::pending().await
        })
    });
    Ok(receiver.recv()?)
}
