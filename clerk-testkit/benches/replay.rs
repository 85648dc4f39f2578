//! What an answer from a cassette costs, by the cassette's length: it must not grow with it.

#![expect(clippy::expect_used, reason = "a benchmark that cannot go on has failed")]

use std::fmt::Write as _;

use clerk_core::{Bytes, HttpRequest, HttpTransport};
use clerk_testkit::{Cassette, Replay};
use divan::counter::ItemsCount;
use pollster::block_on;

fn main() {
    divan::main();
}

/// A bulk invitation of ten people, who differ by number.
fn people(number: usize) -> String {
    let mut json = String::new();
    for person in 0..10 {
        let comma = if person == 0 { '[' } else { ',' };
        let _ = write!(
            json,
            r#"{comma}{{"email_address":"person{person}.{number}@company.test","public_metadata":{{"team":"blue"}},"redirect_url":"https://app.example.com/welcome"}}"#
        );
    }
    json + "]"
}

fn request(number: usize) -> HttpRequest {
    http::Request::post("https://api.clerk.com/v1/invitations/bulk")
        .body(Bytes::from(people(number)))
        .expect("a request")
}

fn cassette(length: usize) -> Cassette {
    let interactions: Vec<String> = (0..length)
        .map(|number| {
            let people = people(number);
            let request = format!(r#"{{"method":"POST","path":"/v1/invitations/bulk","body":{{"json":{people}}}}}"#);
            let outcome = format!(r#"{{"response":{{"status":200,"body":{{"json":{people}}}}}}}"#);
            format!(r#"{{"request":{request},"outcome":{outcome}}}"#)
        })
        .collect();
    let json = format!(
        r#"{{"version":1,"keep":["@company.test"],"interactions":[{}]}}"#,
        interactions.join(",")
    );
    Cassette::from_json(&json).expect("a cassette")
}

/// Every request of the cassette once, the last recorded first. Divan shows the time of one as the inverse of items a second.
#[divan::bench(args = [100, 1_000, 10_000], sample_count = 20, sample_size = 1)]
fn replay(bencher: divan::Bencher<'_, '_>, length: usize) {
    let cassette = cassette(length);
    let requests: Vec<HttpRequest> = (0..length).rev().map(request).collect();
    bencher
        .counter(ItemsCount::new(length))
        .with_inputs(|| (Replay::new(cassette.clone()), requests.clone()))
        .bench_local_values(|(replay, requests)| {
            for request in requests {
                block_on(replay.send(request)).expect("a response");
            }
            replay
        });
}
