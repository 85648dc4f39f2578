//! The cost of a replayed call by the length of the cassette, with which it must not grow.
//!
//! For comparison, `serde_json` parses the same bodies of ten people, request and response.

#![expect(clippy::expect_used, reason = "benchmarks fail by panicking")]

use std::fmt::Write as _;

use clerk_core::{Bytes, HttpRequest, HttpResponse, HttpTransport, transport_fn};
use clerk_testkit::cassette::RecordOptions;
use clerk_testkit::{Cassette, Record, Replay};
use divan::black_box;
use divan::counter::ItemsCount;
use pollster::block_on;
use serde_json::Value;

fn main() {
    divan::main();
}

/// Returns a bulk invitation of `count` people with addresses that contain `number`.
fn people(count: usize, number: usize) -> String {
    let mut json = String::new();
    for person in 0..count {
        let comma = if person == 0 { '[' } else { ',' };
        let _ = write!(
            json,
            r#"{comma}{{"email_address":"person{person}.{number}@company.test","public_metadata":{{"team":"blue"}},"redirect_url":"https://app.example.com/welcome"}}"#
        );
    }
    json + "]"
}

fn request(count: usize, number: usize) -> HttpRequest {
    http::Request::post("https://api.clerk.com/v1/invitations/bulk")
        .body(Bytes::from(people(count, number)))
        .expect("a request")
}

/// Returns a cassette with `length` different requests, each with its own body as the response.
fn cassette(count: usize, length: usize) -> Cassette {
    let echo = transport_fn(async |request: HttpRequest| Ok(HttpResponse::new(request.into_body())));
    let file = tempfile::NamedTempFile::new().expect("a file");
    let record = Record::new(echo, file.path(), RecordOptions::new());
    for number in 0..length {
        block_on(record.send(request(count, number))).expect("a response");
    }
    record.save().expect("no secret");
    record.cassette()
}

#[divan::bench(args = [100, 1_000, 10_000], sample_count = 20, sample_size = 1)]
fn one_person(bencher: divan::Bencher<'_, '_>, length: usize) {
    replay(bencher, 1, length);
}

#[divan::bench(args = [100, 1_000, 10_000], sample_count = 20, sample_size = 1)]
fn ten_people(bencher: divan::Bencher<'_, '_>, length: usize) {
    replay(bencher, 10, length);
}

#[divan::bench(args = [100, 1_000, 10_000], sample_count = 20, sample_size = 1)]
fn ten_people_read_by_serde_json(bencher: divan::Bencher<'_, '_>, length: usize) {
    let bodies: Vec<String> = (0..length).map(|number| people(10, number)).collect();
    let read = |body: &str| serde_json::from_str::<Value>(body).expect("JSON");
    bencher.counter(ItemsCount::new(length)).bench_local(|| {
        for body in &bodies {
            // The response is the same as the request.
            black_box((read(body), read(body)));
        }
    });
}

#[divan::bench(args = [10_000], sample_count = 10, sample_size = 1)]
fn save(bencher: divan::Bencher<'_, '_>, length: usize) {
    let cassette = cassette(1, length);
    bencher.bench_local(|| black_box(cassette.to_json().expect("no leak")));
}

#[divan::bench(args = [10_000], sample_count = 10, sample_size = 1)]
fn load(bencher: divan::Bencher<'_, '_>, length: usize) {
    let json = cassette(1, length).to_json().expect("no leak");
    bencher.bench_local(|| black_box(Cassette::from_json(&json).expect("a cassette")));
}

/// Makes every request of the cassette once, the last one first. The cost of a call is the inverse of the items per second.
fn replay(bencher: divan::Bencher<'_, '_>, count: usize, length: usize) {
    let cassette = cassette(count, length);
    let requests: Vec<HttpRequest> = (0..length).rev().map(|number| request(count, number)).collect();
    assert_answers_name_the_caller(&Replay::new(cassette.clone()), &requests);
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

/// Checks that the measured code puts every address back: the response is byte for byte the request.
fn assert_answers_name_the_caller(replay: &Replay, requests: &[HttpRequest]) {
    for request in requests {
        let answer = block_on(replay.send(request.clone())).expect("a response");
        assert_eq!(answer.body(), request.body());
    }
}
