//! How `cassette` chooses between recording and replaying, and when a recorder writes its file.

use clerk_core::{HttpTransport, transport_fn};
use clerk_testkit::cassette::{CassetteTransport, RecordOptions};
use clerk_testkit::{Cassette, Mock, Record, cassette};
use pollster::block_on;

use crate::exchange::{recorded, request, response};

#[test]
fn replays_without_connecting_if_the_variable_is_not_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    std::fs::write(
        &path,
        recorded(request("GET", "/v1/x", ""), Ok(response("1"))).expect("a cassette"),
    )
    .expect("a file");
    let tape: CassetteTransport<Mock> =
        cassette(&path, "CLERK_TESTKIT_NEVER_SET", || panic!("a replay does not connect")).expect("a cassette");
    let answer = block_on(tape.send(request("GET", "/v1/x", ""))).expect("a response");
    assert_eq!(answer.body(), "1");
    tape.finish().expect("all requests were made");
}

#[test]
fn dropping_a_recorder_writes_the_file_unless_the_test_is_failing() {
    let folder = tempfile::tempdir().expect("a folder");
    let record = |name: &str, answer: &'static str| {
        let inner = transport_fn(move |_request| async move { Ok(response(answer)) });
        let record = Record::new(inner, folder.path().join(name), RecordOptions::new());
        block_on(record.send(request("GET", "/v1/x", ""))).expect("a response");
        record
    };
    drop(record("written.json", "1"));
    assert_eq!(
        Cassette::load(folder.path().join("written.json"))
            .expect("a cassette")
            .len(),
        1
    );

    let failing = std::panic::catch_unwind(|| {
        let _record = record("failing.json", "1");
        panic!("the test's own failure");
    });
    assert!(failing.is_err() && !folder.path().join("failing.json").exists());

    let refused = std::panic::catch_unwind(|| drop(record("secret.json", "sk_live_abc"))).expect_err("a secret");
    let message = refused.downcast_ref::<String>().expect("a message");
    assert!(
        message.contains("the cassette was not written, because $.interactions[0].outcome.response.body.text would contain a secret key"),
        "{message}"
    );
    assert!(!folder.path().join("secret.json").exists());
}

#[test]
fn a_request_that_ends_after_a_save_is_written_on_drop() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    let inner = transport_fn(async |_request| Ok(response("1")));
    let record = Record::new(inner, &path, RecordOptions::new());
    block_on(record.send(request("GET", "/v1/x", ""))).expect("a response");
    record.save().expect("a cassette");
    block_on(record.send(request("GET", "/v1/y", ""))).expect("a response");
    drop(record);
    assert_eq!(Cassette::load(&path).expect("a cassette").len(), 2);
}

const PATH_VARIABLE: &str = "CLERK_TESTKIT_CASSETTE_PATH";
const RECORD_VARIABLE: &str = "CLERK_TESTKIT_RECORD";

/// A user's test, in a process with the environment that the next test chooses.
#[test]
#[ignore = "started by the next test"]
fn a_users_test() {
    let Ok(path) = std::env::var(PATH_VARIABLE) else { return };
    let live = || transport_fn(async |_request| Ok(response("live")));
    let tape = cassette(path, RECORD_VARIABLE, live).expect("a cassette");
    let answer = block_on(tape.send(request("GET", "/v1/x", ""))).expect("a response");
    assert_eq!(answer.body(), "live");
    tape.finish().expect("a written file, or all requests made");
}

#[test]
fn the_variable_starts_recording_except_in_continuous_integration() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.json");
    let run = |record: &str, ci: Option<&str>| {
        let mut test = std::process::Command::new(std::env::current_exe().expect("this test"));
        test.args(["--ignored", "--exact", "recording::a_users_test"]);
        test.env(PATH_VARIABLE, &path)
            .env(RECORD_VARIABLE, record)
            .env_remove("CI");
        if let Some(ci) = ci {
            test.env("CI", ci);
        }
        let output = test.output().expect("it runs");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (passed, output) = run("1", Some("true"));
    assert!(
        !passed && !path.exists() && output.contains("but the variable CI is set"),
        "{output}"
    );
    let (passed, output) = run("0", None);
    assert!(!passed && !path.exists(), "there is nothing to replay: {output}");
    let (passed, output) = run("1", None);
    assert!(passed && path.exists(), "it records: {output}");
    let (passed, output) = run("", Some("true"));
    assert!(passed, "it replays: {output}");
}
