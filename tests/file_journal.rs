//! The journal in a file: what survives a crash, what is refused, and what can be removed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::task::{Context, Waker};

use clerk_core::run::journal::{FileJournal, Journal, JournalError, Record};
use pollster::block_on;
use tempfile::TempDir;

const BEGUN: &str = r#"{"begun":{"version":1,"instance":"ins_1","resource":"invitations"}}"#;
const ATTEMPTED: &str = concat!(
    r#"{"attempted":{"attempt":1,"lane":"bulk","at":1000,"people":["#,
    r#"{"address":"ada@example.com","fingerprint":18446744073709551615,"baseline":["inv_0"]},"#,
    r#"{"address":"josé@例え.jp","fingerprint":2}]}}"#
);
const ENDED: &str = r#"{"ended":{"attempt":1,"at":2000,"effect":"applied"}}"#;
const CREATED: &str =
    r#"{"settled":{"address":"ada@example.com","outcome":"created","evidence":"answer","id":"inv_1"}}"#;
const REFUSED: &str = concat!(
    r#"{"settled":{"address":"josé@例え.jp","outcome":"refused","evidence":"refusal","#,
    r#""code":"form_param_format_invalid","fingerprint":2}}"#
);
const SECOND: &str = r#"{"attempted":{"attempt":2,"lane":"single","at":3000,"people":[]}}"#;

fn record(line: &str) -> Record {
    serde_json::from_str(line).unwrap()
}

fn records(lines: &[&str]) -> Vec<Record> {
    lines.iter().copied().map(record).collect()
}

fn text(lines: &[&str]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line, "\n"]).collect::<String>().into()
}

/// Returns the file of a journal with these records.
fn written(lines: &[&str]) -> Vec<u8> {
    let (_folder, path) = journal_path();
    append(&FileJournal::open(&path).unwrap(), lines).unwrap();
    fs::read(path).unwrap()
}

fn load(journal: &FileJournal) -> Result<Vec<Record>, JournalError> {
    let mut loaded = Vec::new();
    block_on(journal.load(&mut |record| loaded.push(record)))?;
    Ok(loaded)
}

fn append(journal: &FileJournal, lines: &[&str]) -> Result<(), JournalError> {
    block_on(journal.append(&records(lines)))
}

/// Returns a new folder, and the path of a journal in it.
fn journal_path() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.journal");
    (folder, path)
}

/// Asserts that the message contains a text, and names the file.
fn assert_message(error: &JournalError, path: &Path, expected: &str) {
    let message = error.to_string();
    assert!(message.contains(expected), "{message:?} does not contain {expected:?}");
    assert!(
        message.contains(&path.display().to_string()),
        "{message:?} does not name the file"
    );
}

#[test]
fn appends_one_line_for_each_record_and_loads_them_after_reopening() {
    let (_folder, path) = journal_path();
    let journal = FileJournal::open(&path).unwrap();
    assert_eq!(load(&journal).unwrap(), []);
    append(&journal, &[BEGUN]).unwrap();
    append(&journal, &[ATTEMPTED]).unwrap();
    append(&journal, &[ENDED, CREATED, REFUSED]).unwrap();
    let all = [BEGUN, ATTEMPTED, ENDED, CREATED, REFUSED];
    assert_eq!(load(&journal).unwrap(), records(&all), "by the same run");
    drop(journal);
    let stored = fs::read_to_string(&path).unwrap();
    for (index, line) in stored.lines().enumerate() {
        let mut json: serde_json::Value = serde_json::from_str(line).unwrap();
        let members = json.as_object_mut().unwrap();
        assert_eq!(members.remove("n").unwrap(), index + 1, "the number of the line");
        assert!(members.remove("sum").unwrap().is_string(), "the checksum");
        assert_eq!(json, serde_json::from_str::<serde_json::Value>(all[index]).unwrap());
    }
    let reopened = FileJournal::open(&path).unwrap();
    assert_eq!(load(&reopened).unwrap(), records(&all));
    append(&reopened, &[SECOND]).unwrap();
    assert_eq!(load(&reopened).unwrap().last(), Some(&record(SECOND)));
}

#[test]
fn removes_an_incomplete_last_record_of_any_length() {
    let all = [BEGUN, ATTEMPTED, ENDED, CREATED, REFUSED];
    for (whole, before) in [
        (text(&all), text(&[BEGUN, ATTEMPTED])),
        (written(&all), written(&[BEGUN, ATTEMPTED])),
    ] {
        let torn = (0..=whole.len()).map(|length| whole[..length].to_vec());
        let garbled =
            [&b"\0\0\0\0\0\0\0\0"[..], b"\xff\xd8{}", b"{\"ended\":}"].map(|garbage| [&before, garbage].concat());
        for bytes in torn.chain(garbled) {
            let (_folder, path) = journal_path();
            fs::write(&path, &bytes).unwrap();
            let journal = FileJournal::open(&path).unwrap();
            // If only the newline is missing, the record is complete and is kept.
            let mut expected: Vec<_> = whole
                .split_inclusive(|byte| *byte == b'\n')
                .scan(0, |end, line| {
                    *end += line.len();
                    Some(*end - 1)
                })
                .zip(all)
                .take_while(|(end, _)| bytes.get(..*end) == Some(&whole[..*end]))
                .map(|(_, line)| line)
                .collect();
            assert_eq!(load(&journal).unwrap(), records(&expected), "{} bytes", bytes.len());
            let next = if expected.is_empty() { BEGUN } else { SECOND };
            append(&journal, &[next]).unwrap();
            expected.push(next);
            drop(journal);
            assert!(fs::read(&path).unwrap().ends_with(b"}\n"), "{} bytes", bytes.len());
            assert_eq!(load(&FileJournal::open(&path).unwrap()).unwrap(), records(&expected));
        }
    }
}

#[test]
fn refuses_other_and_damaged_files_without_changing_them() {
    let not_a_journal = "is not a journal";
    let later = "a later version wrote it";
    let cases: [(Vec<u8>, &str); 28] = [
        (b"email_address\nada@example.com\n".into(), not_a_journal),
        (b"ada@example.com".into(), not_a_journal),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".into(), not_a_journal),
        (b"{}".into(), not_a_journal),
        (b"{}\n".into(), not_a_journal),
        (b"[]".into(), not_a_journal),
        (b"\n".into(), not_a_journal),
        (b"\0\0\0\0\0\0\0\0".into(), "delete it and run again"),
        ([0; 90_000].into(), "delete it and run again"),
        ([&[0; 90_000][..], b"x"].concat(), not_a_journal),
        (text(&[ATTEMPTED]), not_a_journal),
        (text(&[&BEGUN.replace(":1,", ":3,"), "\u{1}binary"]), "line 1 "),
        (written(&[&BEGUN.replace(":1,", ":3,")]), later),
        (text(&[&BEGUN.replace("}}", r#","region":"eu"}}"#)]), later),
        (text(&[BEGUN, r#"{"paused":{"at":1}}"#]), later),
        (text(&[BEGUN, r#"{"paused":{"at":1}}"#, ENDED]), "line 2 "),
        (
            text(&[
                BEGUN,
                &ATTEMPTED.replace("\"fingerprint\":2", "\"fingerprint\":2,\"x\":1"),
            ]),
            later,
        ),
        (text(&[BEGUN, &CREATED.replace("created", "delivered")]), later),
        (text(&[BEGUN, &ATTEMPTED[..50], ENDED]), "line 2 of the journal"),
        (text(&[BEGUN, ATTEMPTED, "", ENDED]), "line 3 of the journal"),
        (text(&[BEGUN, "\0\0\0\0\0", ENDED]), "is damaged"),
        (text(&[BEGUN, "\0\0\0"]), "line 2 of the journal"),
        (text(&[BEGUN, r#"{"ended":}"#]), "is damaged"),
        (text(&[BEGUN, ""]), "line 2 of the journal"),
        (text(&[BEGUN, ENDED, BEGUN]), "line 3 of the journal"),
        (written(&[BEGUN, ENDED, BEGUN]), "line 3 of the journal"),
        (written(&[ENDED]), "line 1 of the journal"),
        ([written(&[BEGUN]), text(&[ENDED])].concat(), "line 2 of the journal"),
    ];
    for (bytes, what) in cases {
        let (_folder, path) = journal_path();
        fs::write(&path, &bytes).unwrap();
        assert_message(&FileJournal::open(&path).unwrap_err(), &path, what);
        assert_message(&FileJournal::purge(&path).unwrap_err(), &path, what);
        assert_eq!(fs::read(&path).unwrap(), bytes, "{what}");
    }
}

#[test]
fn says_what_is_wrong_with_a_path_that_cannot_have_a_journal() {
    let (folder, file) = journal_path();
    fs::write(&file, "").unwrap();
    let mut cases = vec![
        (folder.path().to_owned(), "is a directory"),
        (file.join("people.journal"), "not a directory"),
        (folder.path().join("no").join("people.journal"), "its folder must exist"),
    ];
    if cfg!(target_os = "linux") {
        cases.push(("/dev/full".into(), "is not a journal"));
        cases.push(("/proc/people.journal".into(), "cannot be opened"));
    }
    for (path, what) in cases {
        let error = FileJournal::open(&path).unwrap_err();
        if cfg!(unix) {
            assert_message(&error, &path, what);
        }
    }
}

#[test]
fn refuses_to_open_a_journal_twice() {
    let (_folder, path) = journal_path();
    let first = FileJournal::open(&path).unwrap();
    append(&first, &[BEGUN]).unwrap();
    assert_message(
        &FileJournal::open(&path).unwrap_err(),
        &path,
        "is in use by another run",
    );
    assert_message(
        &FileJournal::purge(&path).unwrap_err(),
        &path,
        "is in use by another run",
    );
    drop(first);
    assert!(FileJournal::open(&path).is_ok());
}

#[test]
fn a_journal_stays_locked_until_the_process_that_opened_it_ends() {
    let (_folder, path) = journal_path();
    let mut child = in_child("child_that_holds_a_journal", &path, &[]);
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(output.any(|line| line.unwrap().contains("opened")));
    assert_message(
        &FileJournal::open(&path).unwrap_err(),
        &path,
        "is in use by another run",
    );
    child.kill().unwrap();
    child.wait().unwrap();
    let journal = FileJournal::open(&path).unwrap();
    assert_eq!(
        load(&journal).unwrap(),
        records(&[BEGUN, ATTEMPTED]),
        "a killed process leaves what it appended"
    );
}

#[test]
#[ignore = "a process that another test starts"]
fn child_that_holds_a_journal() {
    let Some(path) = std::env::var_os(PATH) else { return };
    let journal = FileJournal::open(path).unwrap();
    append(&journal, &[BEGUN]).unwrap();
    append(&journal, &[ATTEMPTED]).unwrap();
    println!("\nopened");
    let _ = std::io::stdin().lines().next();
}

/// The environment variable with the path of the child's journal.
const PATH: &str = "CLERK_TEST_JOURNAL";

/// Runs one of this program's tests in another process, as the argument of `command` if it is not empty.
fn in_child(test: &str, path: &Path, command: &[&str]) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut words = command.iter().map(Into::into).chain([program.into_os_string()]);
    Command::new(words.next().unwrap())
        .args(words)
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env(PATH, path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
#[cfg(unix)]
fn reports_a_full_disk_and_continues_once_there_is_room() {
    let (_folder, path) = journal_path();
    // The shell limits the size of files to 8 blocks, of 512 or 1,024 bytes depending on the shell.
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""];
    let output = in_child("child_whose_disk_is_full", &path, &limited)
        .wait_with_output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.contains("free some space, then run again on the same journal"),
        "{output}"
    );
    assert!(
        output.contains(&format!("there is no room for the journal {} (", path.display())),
        "{output}"
    );
    assert!(output.contains("open it again"), "{output}");
    let kept = output.lines().filter(|line| *line == "kept").count();
    assert!(kept > 10, "{output}");
    let torn = fs::read(&path).unwrap();
    assert!(!torn.ends_with(b"\n"), "the last record is incomplete");
    let journal = FileJournal::open(&path).unwrap();
    assert_eq!(
        load(&journal).unwrap().len(),
        kept,
        "every acknowledged record, and no other"
    );
    append(&journal, &[SECOND]).unwrap();
    assert_eq!(load(&journal).unwrap().len(), kept + 1);
}

#[test]
#[cfg(unix)]
#[ignore = "a process that another test starts"]
fn child_whose_disk_is_full() {
    let Some(path) = std::env::var_os(PATH) else { return };
    let journal = FileJournal::open(path).unwrap();
    append(&journal, &[BEGUN]).unwrap();
    println!("\nkept");
    let error = loop {
        match append(&journal, &[CREATED]) {
            Ok(()) => println!("kept"),
            Err(error) => break error,
        }
    };
    println!("{error}");
    println!("{}", append(&journal, &[CREATED]).unwrap_err());
    println!("{}", load(&journal).unwrap_err());
}

#[test]
#[cfg(unix)]
fn a_journal_is_made_readable_by_its_owner_only_and_other_files_are_left_as_they_are() {
    use std::os::unix::fs::PermissionsExt;

    let cases: [(Option<Vec<u8>>, u32); 4] = [
        (None, 0o600),
        (Some(written(&[BEGUN])), 0o600),
        (Some(text(&[BEGUN])), 0o600),
        (Some(b"email_address".into()), 0o664),
    ];
    for (bytes, expected) in cases {
        let (_folder, path) = journal_path();
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
        }
        let _ = FileJournal::open(&path);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, expected);
    }
}

#[test]
fn an_append_is_completed_when_its_future_is_dropped() {
    let (_folder, path) = journal_path();
    let journal = FileJournal::open(&path).unwrap();
    append(&journal, &[BEGUN]).unwrap();
    for attempt in [ATTEMPTED, SECOND] {
        let records = records(&[attempt]);
        let mut dropped = pin!(journal.append(&records));
        let _ = dropped.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    drop(journal);
    assert_eq!(fs::read(&path).unwrap(), written(&[BEGUN, ATTEMPTED, SECOND]));
}

#[test]
fn purges_a_finished_journal_and_no_other() {
    let created = CREATED.replace("ada@example.com", "josé@例え.jp");
    let unresolved = "are unresolved";
    let cases: [(&[&str], Option<&str>); 8] = [
        (&[], None),
        (&[BEGUN], None),
        (&[BEGUN, ATTEMPTED, ENDED, CREATED, REFUSED], None),
        (&[BEGUN, ATTEMPTED, CREATED, REFUSED], None),
        (&[BEGUN, ATTEMPTED], Some(unresolved)),
        (&[BEGUN, ATTEMPTED, ENDED, CREATED], Some("1 of its people")),
        (&[BEGUN, ATTEMPTED, ENDED, &created], Some(unresolved)),
        (&[BEGUN, ATTEMPTED, ENDED], Some("2 of its people")),
    ];
    for (lines, refusal) in cases {
        let (folder, path) = journal_path();
        fs::write(&path, text(lines)).unwrap();
        match (FileJournal::purge(&path), refusal) {
            (Ok(()), None) => assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0),
            (Err(error), Some(refusal)) => {
                assert_message(&error, &path, refusal);
                assert_eq!(fs::read(&path).unwrap(), text(lines));
            }
            (purged, _) => panic!("{lines:?}: {purged:?}"),
        }
    }
    let (_folder, path) = journal_path();
    assert_message(&FileJournal::purge(&path).unwrap_err(), &path, "cannot be opened");
    assert!(!path.exists(), "purging creates no file");
}

#[test]
fn debug_of_a_record_contains_no_address() {
    for line in [ATTEMPTED, CREATED] {
        let shown = format!("{:?}", record(line));
        assert!(!shown.contains("ada") && !shown.contains("josé"), "{shown}");
    }
}
