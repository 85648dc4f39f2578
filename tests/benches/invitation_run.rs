//! Measures the time and the memory of an invitation run per person, from ten thousand people to a million.
//!
//! The transport responds at once, there are no limits, and the journal is in memory, so the run itself is measured. It is
//! compared with a loop of bulk calls of ten, which keeps no journal, makes no look-ups and handles no failures. Each size
//! runs in its own process, because memory is measured as the peak of the process.
//!
//! ```sh
//! cargo bench -p clerk-benches --bench invitation_run
//! ```

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and fails by panicking"
)]

use std::fmt::Write;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::invitations::CreateInvitationBulk;
use clerk_core::middleware::RateLimits;
use clerk_core::run::Outcome;
use clerk_core::{Client, Clock, HttpRequest, HttpResponse, SecretKey, SystemClock, TransportError, transport_fn};

const SIZES: [usize; 4] = [10_000, 100_000, 300_000, 1_000_000];

fn main() {
    let people = std::env::args().find_map(|argument| argument.strip_prefix("people=")?.parse().ok());
    match people {
        Some(people) => measure(people),
        None => {
            println!("people       seconds  us a person  loop's us  ratio  peak MB");
            SIZES.into_iter().for_each(measure_apart);
        }
    }
}

fn measure_apart(people: usize) {
    let program = std::env::current_exe().expect("this program");
    let status = Command::new(program).arg(format!("people={people}")).status();
    assert!(status.expect("it runs").success(), "{people} people");
}

fn measure(people: usize) {
    let run_seconds = seconds_of(people, run);
    // The peak is that of the run, because the loop needs less.
    let megabytes = peak_megabytes();
    let loop_seconds = seconds_of(people, bulk_calls);
    let each = |seconds: f64| seconds * 1e6 / people as f64;
    println!(
        "{people:<12} {run_seconds:<8.2} {:<12.2} {:<10.2} {:<6.2} {megabytes}",
        each(run_seconds),
        each(loop_seconds),
        run_seconds / loop_seconds,
    );
}

fn seconds_of(people: usize, invite: fn(&Client, usize)) -> f64 {
    let invited = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&invited);
    let transport = transport_fn(move |request| std::future::ready(respond(&request, &counter)));
    let key = SecretKey::new("sk_test_bench").expect("a key");
    let clerk = Client::builder(key, transport).build().expect("a client");
    let clock = SystemClock::new();
    invite(&clerk, people);
    let seconds = clock.now().as_secs_f64();
    assert_eq!(invited.load(Ordering::Relaxed), people);
    seconds
}

fn person(number: usize) -> CreateInvitation {
    CreateInvitation::new(format!("person{number}@example.com"))
}

fn run(clerk: &Client, people: usize) {
    let invitations = clerk.invitations();
    let run = invitations.invite_all((0..people).map(person));
    let report = pollster::block_on(run.limits(RateLimits::none()).run());
    assert_eq!(report.count(Outcome::Created), people, "{:?}", report.stopped());
}

fn bulk_calls(clerk: &Client, people: usize) {
    for first in (0..people).step_by(CreateInvitationBulk::MAX) {
        let last = people.min(first + CreateInvitationBulk::MAX);
        let ten: Vec<CreateInvitation> = (first..last).map(person).collect();
        let invitations = pollster::block_on(clerk.invitations().create_bulk(&ten));
        assert_eq!(invitations.expect("a response").len(), ten.len());
    }
}

/// Responds that everyone in the request is invited, or that nobody was invited before.
fn respond(request: &HttpRequest, invited: &AtomicUsize) -> Result<HttpResponse, TransportError> {
    let body = match (request.method().as_str(), request.uri().path()) {
        ("POST", path) => {
            let invitations = invitations(request.body(), invited);
            if path.ends_with("/bulk") {
                format!("[{}]", invitations.join(","))
            } else {
                invitations.concat()
            }
        }
        (_, "/v1/instance") => r#"{"id":"ins_1","environment_type":"development"}"#.to_owned(),
        _ => "[]".to_owned(),
    };
    Ok(HttpResponse::new(body.into()))
}

/// Returns an invitation for each address in the body.
fn invitations(body: &[u8], invited: &AtomicUsize) -> Vec<String> {
    let text = std::str::from_utf8(body).expect("JSON is UTF-8");
    let addresses = text.split('"').filter(|part| part.contains('@'));
    addresses
        .map(|address| {
            let number = invited.fetch_add(1, Ordering::Relaxed);
            let mut invitation = String::with_capacity(160);
            let written = write!(
                invitation,
                r#"{{"id":"inv_{number:024}","email_address":"{address}","status":"pending","created_at":1,"updated_at":1}}"#
            );
            written.expect("writing to a String");
            invitation
        })
        .collect()
}

/// Returns the peak memory of the process on Linux, and `?` elsewhere.
fn peak_megabytes() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| (kilobytes / 1024).to_string())
}
