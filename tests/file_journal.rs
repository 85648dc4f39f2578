//! The journal in a file: what survives a crash, what is refused, and what is forgotten.

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

fn load(journal: &FileJournal) -> Result<Vec<Record>, JournalError> {
    let mut loaded = Vec::new();
    block_on(journal.load(&mut |record| loaded.push(record)))?;
    Ok(loaded)
}

fn append(journal: &FileJournal, lines: &[&str]) -> Result<(), JournalError> {
    block_on(journal.append(&records(lines)))
}

/// A folder with a journal's path in it.
fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.journal");
    (folder, path)
}

/// Asserts that the error says this, and of which file.
fn assert_says(error: &JournalError, path: &Path, what: &str) {
    let said = error.to_string();
    assert!(said.contains(what), "{said:?} does not say {what:?}");
    assert!(
        said.contains(&path.display().to_string()),
        "{said:?} does not name the file"
    );
}

#[test]
fn what_is_appended_is_a_line_a_record_and_is_loaded_by_whoever_opens_it_next() {
    let (_folder, path) = place();
    let journal = FileJournal::open(&path).unwrap();
    assert_eq!(load(&journal).unwrap(), []);
    append(&journal, &[BEGUN]).unwrap();
    append(&journal, &[ATTEMPTED]).unwrap();
    append(&journal, &[ENDED, CREATED, REFUSED]).unwrap();
    let all = [BEGUN, ATTEMPTED, ENDED, CREATED, REFUSED];
    assert_eq!(load(&journal).unwrap(), records(&all), "by the same run");
    drop(journal);
    assert_eq!(fs::read(&path).unwrap(), text(&all));
    let reopened = FileJournal::open(&path).unwrap();
    assert_eq!(load(&reopened).unwrap(), records(&all));
    append(&reopened, &[SECOND]).unwrap();
    assert_eq!(load(&reopened).unwrap().last(), Some(&record(SECOND)));
}

#[test]
fn a_torn_end_is_cut_wherever_it_tears() {
    let before = text(&[BEGUN, ATTEMPTED]);
    let whole = text(&[BEGUN, ATTEMPTED, ENDED, CREATED, REFUSED]);
    let torn = (0..=whole.len()).map(|length| whole[..length].to_vec());
    let garbled = [
        &b"\0\0\0\0\0\0\0\0"[..],
        b"\0\0\0\n",
        b"\xff\xd8{}",
        b"{\"ended\":}\n",
        b"\n",
    ]
    .map(|garbage| [&before, garbage].concat());
    for bytes in torn.chain(garbled) {
        let (_folder, path) = place();
        fs::write(&path, &bytes).unwrap();
        let journal = FileJournal::open(&path).unwrap();
        // The newline alone may be missing: the record is whole, and what it tells is not forgotten.
        let mut expected: Vec<_> = [BEGUN, ATTEMPTED, ENDED, CREATED, REFUSED]
            .into_iter()
            .scan(0, |end, line| {
                *end += line.len() + 1;
                Some((*end - 1, line))
            })
            .take_while(|(end, line)| bytes.len() >= *end && bytes[..*end].ends_with(line.as_bytes()))
            .map(|(_, line)| line)
            .collect();
        assert_eq!(load(&journal).unwrap(), records(&expected), "{} bytes", bytes.len());
        let next = if expected.is_empty() { BEGUN } else { SECOND };
        append(&journal, &[next]).unwrap();
        expected.push(next);
        drop(journal);
        assert_eq!(fs::read(&path).unwrap(), text(&expected), "{} bytes", bytes.len());
        assert_eq!(load(&FileJournal::open(&path).unwrap()).unwrap(), records(&expected));
    }
}

#[test]
fn what_cannot_be_understood_is_refused_and_left_as_it_is() {
    let not_a_journal = "is not a journal";
    let later = "a later one wrote it";
    let cases: [(Vec<u8>, &str); 18] = [
        (b"email_address\nada@example.com\n".into(), not_a_journal),
        (b"ada@example.com".into(), not_a_journal),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".into(), not_a_journal),
        (b"{}".into(), not_a_journal),
        (b"{}\n".into(), not_a_journal),
        (b"[]".into(), not_a_journal),
        (b"\n".into(), not_a_journal),
        (b"\0\0\0\0\0\0\0\0".into(), not_a_journal),
        (text(&[ATTEMPTED]), not_a_journal),
        (text(&[&BEGUN.replace(":1,", ":2,"), "\u{1}binary"]), "line 1 "),
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
    ];
    for (bytes, what) in cases {
        let (_folder, path) = place();
        fs::write(&path, &bytes).unwrap();
        assert_says(&FileJournal::open(&path).unwrap_err(), &path, what);
        assert_says(&FileJournal::purge(&path).unwrap_err(), &path, what);
        assert_eq!(fs::read(&path).unwrap(), bytes, "{what}");
    }
}

#[test]
fn a_path_where_no_journal_can_be_says_what_is_wrong_with_it() {
    let (folder, file) = place();
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
            assert_says(&error, &path, what);
        }
    }
}

#[test]
fn a_journal_has_one_run_at_a_time() {
    let (_folder, path) = place();
    let first = FileJournal::open(&path).unwrap();
    append(&first, &[BEGUN]).unwrap();
    assert_says(
        &FileJournal::open(&path).unwrap_err(),
        &path,
        "is in use by another run",
    );
    assert_says(
        &FileJournal::purge(&path).unwrap_err(),
        &path,
        "is in use by another run",
    );
    drop(first);
    assert!(FileJournal::open(&path).is_ok());
}

#[test]
fn another_process_has_a_journal_until_it_ends() {
    let (_folder, path) = place();
    let mut child = in_child("child_that_holds_a_journal", &path, &[]);
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("it has it")));
    assert_says(
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
    println!("\nit has it");
    let _never = std::io::stdin().lines().next();
}

/// Where a child's journal is.
const PATH: &str = "CLERK_TEST_JOURNAL";

/// Runs one of this program's tests in a process of its own, behind the words of a command if there are any.
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
fn on_a_full_disk_it_says_so_and_goes_on_once_there_is_room() {
    let (_folder, path) = place();
    // What fills up is what the process may write to a file: 8 blocks of 512 bytes, or of 1,024 with some shells.
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""];
    let said = in_child("child_whose_disk_is_full", &path, &limited)
        .wait_with_output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("make room, then run again on the same journal"), "{said}");
    assert!(
        said.contains(&format!("the journal {} cannot be written", path.display())),
        "{said}"
    );
    assert!(said.contains("open it again"), "{said}");
    let kept = said.lines().filter(|line| *line == "kept").count();
    assert!(kept > 10, "{said}");
    let torn = fs::read(&path).unwrap();
    assert!(!torn.ends_with(b"\n"), "the last record is half written");
    let journal = FileJournal::open(&path).unwrap();
    assert_eq!(
        load(&journal).unwrap().len(),
        kept,
        "everything acknowledged, and nothing else"
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
fn a_new_journal_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let (_folder, path) = place();
    drop(FileJournal::open(&path).unwrap());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_append_that_nobody_awaits_any_longer_is_whole() {
    let (_folder, path) = place();
    let journal = FileJournal::open(&path).unwrap();
    append(&journal, &[BEGUN]).unwrap();
    for attempt in [ATTEMPTED, SECOND] {
        let records = records(&[attempt]);
        let mut dropped = pin!(journal.append(&records));
        let _begun = dropped.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    drop(journal);
    assert_eq!(fs::read(&path).unwrap(), text(&[BEGUN, ATTEMPTED, SECOND]));
}

#[test]
fn a_finished_journal_can_be_forgotten_and_no_other() {
    let created = CREATED.replace("ada@example.com", "josé@例え.jp");
    let unsettled = "are not settled";
    let cases: [(&[&str], Option<&str>); 8] = [
        (&[], None),
        (&[BEGUN], None),
        (&[BEGUN, ATTEMPTED, ENDED, CREATED, REFUSED], None),
        (&[BEGUN, ATTEMPTED, CREATED, REFUSED], None),
        (&[BEGUN, ATTEMPTED], Some(unsettled)),
        (&[BEGUN, ATTEMPTED, ENDED, CREATED], Some("1 of its people")),
        (&[BEGUN, ATTEMPTED, ENDED, &created], Some(unsettled)),
        (&[BEGUN, ATTEMPTED, ENDED], Some("2 of its people")),
    ];
    for (lines, refusal) in cases {
        let (folder, path) = place();
        fs::write(&path, text(lines)).unwrap();
        match (FileJournal::purge(&path), refusal) {
            (Ok(()), None) => assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0),
            (Err(error), Some(refusal)) => {
                assert_says(&error, &path, refusal);
                assert_eq!(fs::read(&path).unwrap(), text(lines));
            }
            (purged, _) => panic!("{lines:?}: {purged:?}"),
        }
    }
    let (_folder, path) = place();
    assert_says(&FileJournal::purge(&path).unwrap_err(), &path, "cannot be opened");
    assert!(!path.exists(), "purging makes no file");
}

#[test]
fn what_is_logged_of_a_record_has_no_address_in_it() {
    for line in [ATTEMPTED, CREATED] {
        let shown = format!("{:?}", record(line));
        assert!(!shown.contains("ada") && !shown.contains("josé"), "{shown}");
    }
}
