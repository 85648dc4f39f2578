//! Recording what is new, and several recorders of one file.

use std::path::Path;
use std::time::Duration;

use clerk_core::{HttpRequest, HttpTransport, transport_fn};
use clerk_testkit::cassette::{CassetteError, RecordOptions};
use clerk_testkit::{Cassette, ManualClock, Record, Replay};
use pollster::block_on;

use crate::exchange::{request, response};

fn get(name: &str) -> HttpRequest {
    request("GET", &format!("/v1/{name}"), "")
}

fn live(answer: &'static str) -> impl HttpTransport {
    transport_fn(move |_request| async move { Ok(response(answer)) })
}

fn options() -> RecordOptions {
    RecordOptions::new().clock(ManualClock::new())
}

/// Records requests, and returns the responses.
fn record_new(path: &Path, options: RecordOptions, answer: &'static str, names: &[&str]) -> Vec<String> {
    let record = Record::new_requests(live(answer), path, options).expect("a recorder");
    let ask = |name: &&str| block_on(record.send(get(name))).expect("a response");
    let answers = names.iter().map(ask);
    let answers = answers.map(|answer| String::from_utf8_lossy(answer.body()).into_owned());
    let answers = answers.collect();
    record.save().expect("no leak");
    answers
}

/// Returns the responses of a file.
fn replayed(path: &Path, names: &[&str]) -> Vec<String> {
    let replay = Replay::load(path).expect("a cassette");
    let ask = |name: &&str| block_on(replay.send(get(name))).expect("a response");
    let answers = names
        .iter()
        .map(ask)
        .map(|answer| String::from_utf8_lossy(answer.body()).into_owned());
    let answers = answers.collect();
    replay.verify().expect("all requests were made");
    answers
}

#[test]
fn what_is_new_is_recorded_and_the_rest_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    assert_eq!(record_new(&path, options(), "1", &["a", "b"]), ["1", "1"]);
    let first = std::fs::read_to_string(&path).expect("the file");
    let commented = first.replacen("\"version\": 1,", "\"version\": 1,\n  \"comment\": \"mine\",", 1);
    std::fs::write(&path, &commented).expect("a file");

    assert_eq!(
        record_new(&path, options(), "2", &["b", "c", "a", "b"]),
        ["1", "2", "1", "2"]
    );
    let text = std::fs::read_to_string(&path).expect("the file");
    let kept = commented.rsplit_once("\n    }\n  ]").expect("the end").0;
    assert!(text.starts_with(kept), "{text}");
    assert_eq!(replayed(&path, &["a", "b", "c", "b"]), ["1", "1", "2", "2"]);

    assert_eq!(record_new(&path, options(), "3", &["a"]), ["1"]);
    assert_eq!(
        std::fs::read_to_string(&path).expect("the file"),
        text,
        "nothing is new"
    );
}

#[test]
fn what_is_too_old_is_recorded_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    let day = Duration::from_secs(24 * 60 * 60);
    let at = |days: u32| {
        let clock = ManualClock::new();
        clock.advance(day * days);
        options().clock(clock).max_age(day * 30)
    };
    record_new(&path, at(0), "0", &["a", "b"]);
    assert_eq!(record_new(&path, at(20), "20", &["a", "c"]), ["0", "20"]);
    assert_eq!(record_new(&path, at(40), "40", &["a", "c"]), ["40", "20"]);
    // An old interaction that was not asked for is kept.
    assert_eq!(replayed(&path, &["a", "b", "c"]), ["40", "0", "20"]);
}

#[test]
fn recorders_of_one_file_do_not_overwrite_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    std::fs::write(
        &path,
        Cassette::from_json(r#"{"version":1,"interactions":[]}"#)
            .expect("a cassette")
            .to_json()
            .expect("no leak"),
    )
    .expect("a file");
    record_new(&path, options(), "old", &["old"]);
    let [one, two] = ["1", "2"].map(|answer| Record::new(live(answer), &path, options()));
    block_on(one.send(get("a"))).expect("a response");
    block_on(two.send(get("b"))).expect("a response");
    one.save().expect("no leak");
    two.save().expect("no leak");
    assert_eq!(
        replayed(&path, &["a", "b"]),
        ["1", "2"],
        "the old recording is replaced"
    );
    block_on(one.send(get("c"))).expect("a response");
    one.save().expect("no leak");
    one.save().expect("no leak");
    drop((one, two));
    assert_eq!(replayed(&path, &["a", "b", "c"]), ["1", "2", "1"]);
}

#[test]
fn many_threads_record_and_read_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let path = &path;
            scope.spawn(move || {
                for number in 0..4 {
                    record_new(path, options(), "1", &[&format!("{thread}.{number}")]);
                    assert!(Cassette::load(path).expect("a whole file").len() > number);
                }
            });
        }
    });
    assert_eq!(Cassette::load(&path).expect("a cassette").len(), 32);
}

#[test]
fn a_refused_recording_leaves_the_file_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    let save = || {
        let record = Record::new(live("sk_live_abc"), &path, options());
        block_on(record.send(get("a"))).expect("a response");
        let error = record.save().expect_err("a key");
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(record))).ok();
        error
    };
    assert!(matches!(save(), CassetteError::Leak { .. }) && !path.exists());
    record_new(&path, options(), "1", &["a"]);
    let before = std::fs::read_to_string(&path).expect("the file");
    save();
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), before);
}
