//! Damage of a journal in a file: what is noticed, and what can be recovered.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use clerk_core::run::journal::{FileJournal, Journal, JournalError, Record};
use pollster::block_on;
use tempfile::TempDir;

const BEGUN: &str = concat!(
    r#"{"begun":{"version":2,"key":"0123456789abcdef0123456789abcdef","#,
    r#""instance":"ins_1","resource":"invitations"}}"#
);
const BEGUN_1: &str = r#"{"begun":{"version":1,"instance":"ins_1","resource":"invitations"}}"#;
/// The second person has a row with `ignore_existing`, whose invitations from before are in the baseline.
const ATTEMPTED: &str = concat!(
    r#"{"attempted":{"attempt":1,"lane":"bulk","at":1000,"people":["#,
    r#"{"address":"ada@example.com","fingerprint":18446744073709551615,"baseline":[]},"#,
    r#"{"address":"bob@example.com","fingerprint":2,"baseline":["inv_0"]}]}}"#
);
const ENDED: &str = r#"{"ended":{"attempt":1,"at":2000,"effect":"applied"}}"#;
const CREATED: &str =
    r#"{"settled":{"address":"ada@example.com","outcome":"created","evidence":"answer","id":"inv_1"}}"#;
const UNKNOWN: &str = r#"{"settled":{"address":"bob@example.com","outcome":"unknown","evidence":"read"}}"#;

/// The appends of a finished run, and of two that were interrupted.
const RUNS: [&[&[&str]]; 3] = [
    &[&[BEGUN], &[ATTEMPTED], &[ENDED, CREATED, UNKNOWN]],
    &[&[BEGUN], &[ATTEMPTED]],
    &[&[BEGUN], &[ATTEMPTED], &[ENDED, CREATED]],
];

fn records(lines: &[&str]) -> Vec<Record> {
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A journal in a folder of its own.
struct Stored {
    _folder: TempDir,
    path: PathBuf,
}

impl Stored {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.journal");
        Self { _folder: folder, path }
    }

    /// Appends to the journal, and returns the length of the file after each append.
    fn append(&self, appends: &[&[&str]]) -> Vec<usize> {
        let journal = FileJournal::open(&self.path).unwrap();
        appends
            .iter()
            .map(|lines| {
                block_on(journal.append(&records(lines))).unwrap();
                self.read().len()
            })
            .collect()
    }

    fn read(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    fn load(&self, bytes: &[u8]) -> Result<Vec<Record>, JournalError> {
        fs::write(&self.path, bytes).unwrap();
        load(&FileJournal::open(&self.path)?)
    }

    /// Asserts that the journal is refused with these bytes, and left as it is.
    fn assert_refused(&self, bytes: &[u8], what: &str) -> JournalError {
        let error = self.load(bytes).expect_err(what);
        assert!(self.read() == bytes, "{what}: the file was changed");
        error
    }
}

fn load(journal: &FileJournal) -> Result<Vec<Record>, JournalError> {
    let mut loaded = Vec::new();
    block_on(journal.load(&mut |record| loaded.push(record)))?;
    Ok(loaded)
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

#[test]
fn refuses_a_journal_in_which_any_bit_is_flipped() {
    for appends in RUNS {
        let stored = Stored::new();
        stored.append(appends);
        let whole = stored.read();
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let line = 1 + whole[..bit / 8].iter().filter(|byte| **byte == b'\n').count();
            let error = stored.assert_refused(&flipped, &format!("bit {bit}"));
            if error.is_damage() {
                assert!(
                    error.to_string().starts_with(&format!("line {line} of the journal ")),
                    "{error}"
                );
            } else {
                // The first line does not begin as the first line of a journal does.
                assert!(
                    bit / 8 < 6 && error.to_string().contains("is not a journal"),
                    "bit {bit}: {error}"
                );
            }
        }
    }
}

#[test]
fn a_flipped_bit_in_a_journal_with_an_incomplete_last_record_changes_no_other_record() {
    let stored = Stored::new();
    let ends = stored.append(RUNS[0]);
    let whole = stored.read();
    let kept = records(&[BEGUN, ATTEMPTED]);
    for length in [ends[1] + 1, ends[1] + 20, ends[1] + 60] {
        for bit in 0..length * 8 {
            let mut flipped = whole[..length].to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            match stored.load(&flipped) {
                Ok(records) => assert_eq!(records, kept, "bit {bit}"),
                Err(error) => assert!(error.is_damage() || bit / 8 < 6, "bit {bit}: {error}"),
            }
        }
    }
}

#[test]
fn refuses_a_journal_without_one_of_its_lines_or_with_two_of_them_exchanged() {
    for appends in RUNS {
        let stored = Stored::new();
        stored.append(appends);
        let whole = stored.read();
        let lines = lines(&whole);
        for removed in 0..lines.len() - 1 {
            let without: Vec<_> = [&lines[..removed], &lines[removed + 1..]].concat().concat();
            let error = stored.assert_refused(&without, "a removed line");
            assert!(error.to_string().contains(&format!("line {} ", removed + 1)), "{error}");
            let mut exchanged = lines.clone();
            exchanged.swap(removed, removed + 1);
            stored.assert_refused(&exchanged.concat(), "exchanged lines");
            let mut repeated = lines.clone();
            repeated.insert(removed, lines[removed]);
            stored.assert_refused(&repeated.concat(), "a repeated line");
        }
    }
}

#[test]
fn refuses_lines_of_another_journal() {
    let (stored, other) = (Stored::new(), Stored::new());
    stored.append(RUNS[0]);
    let begun = BEGUN.replace("0123", "3210");
    other.append(&[&[&begun], &[ATTEMPTED], &[ENDED, CREATED, UNKNOWN]]);
    let (ours, theirs) = (stored.read(), other.read());
    let mixed = [&lines(&ours)[..2], &lines(&theirs)[2..]].concat().concat();
    let error = stored.assert_refused(&mixed, "mixed lines");
    assert!(error.to_string().contains("line 3 "), "{error}");
}

#[test]
fn an_append_that_is_cut_off_anywhere_keeps_what_was_appended_before_and_a_prefix_of_it() {
    for appends in RUNS {
        let stored = Stored::new();
        let ends = stored.append(appends);
        let whole = stored.read();
        let all = records(&appends.concat());
        let kept = records(&appends[..appends.len() - 1].concat()).len();
        for length in ends[ends.len() - 2]..=whole.len() {
            let loaded = stored.load(&whole[..length]).unwrap();
            assert!(
                loaded.len() >= kept && all.starts_with(&loaded),
                "{length} bytes: {loaded:?}"
            );
        }
    }
}

#[test]
fn a_journal_of_version_1_is_continued_with_lines_that_cover_its_old_ones() {
    let stored = Stored::new();
    let old = [BEGUN_1, ATTEMPTED].map(|line| format!("{line}\n")).concat();
    fs::write(&stored.path, &old).unwrap();
    stored.append(&[&[ENDED], &[CREATED]]);
    let whole = stored.read();
    assert!(whole.starts_with(old.as_bytes()), "the old lines stay as they are");
    assert_eq!(
        stored.load(&whole).unwrap(),
        records(&[BEGUN_1, ATTEMPTED, ENDED, CREATED])
    );
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        stored.assert_refused(&flipped, &format!("bit {bit}"));
    }
    for removed in 0..3 {
        let mut lines = lines(&whole);
        lines.remove(removed);
        stored.assert_refused(&lines.concat(), "a removed line");
    }
}

#[test]
fn recovers_the_records_before_the_damage_and_records_the_loss() {
    let stored = Stored::new();
    stored.append(RUNS[0]);
    let whole = stored.read();
    let all = records(&RUNS[0].concat());
    let damages: [fn(&mut Vec<u8>, usize); 3] = [
        |bytes, begin| bytes[begin + 30] ^= 1,
        |bytes, begin| bytes.splice(begin.., *b"\0\0\0\n").for_each(drop),
        |bytes, begin| bytes.extend(bytes[begin..].to_vec().repeat(3)),
    ];
    for intact in 1..all.len() {
        let begin = lines(&whole)[..intact].concat().len();
        for damage in damages {
            let mut bytes = whole.clone();
            damage(&mut bytes, begin);
            let kept = lines(&bytes)
                .iter()
                .zip(lines(&whole))
                .take_while(|(a, b)| *a == b)
                .count();
            stored.assert_refused(&bytes, "damage");
            let journal = FileJournal::open_recovering_tail(&stored.path).unwrap();
            assert_eq!(journal.lost_from_line(), Some(kept as u64 + 1));
            let lost = format!(r#"{{"tail_lost":{{"line":{}}}}}"#, kept + 1);
            let mut expected = all[..kept].to_vec();
            expected.extend(records(&[&lost]));
            assert_eq!(load(&journal).unwrap(), expected);
            block_on(journal.append(&records(&[ENDED]))).unwrap();
            drop(journal);
            expected.extend(records(&[ENDED]));
            assert_eq!(stored.load(&stored.read()).unwrap(), expected);
        }
    }
}

#[test]
fn recovering_refuses_a_damaged_first_line_and_changes_nothing_in_an_intact_journal() {
    let stored = Stored::new();
    stored.append(RUNS[0]);
    let whole = stored.read();
    let journal = FileJournal::open_recovering_tail(&stored.path).unwrap();
    assert_eq!(journal.lost_from_line(), None);
    drop(journal);
    assert!(stored.read() == whole);
    let mut damaged = whole.clone();
    damaged[40] ^= 1;
    fs::write(&stored.path, &damaged).unwrap();
    let error = FileJournal::open_recovering_tail(&stored.path).unwrap_err();
    assert!(error.is_damage() && error.to_string().contains("line 1 "), "{error}");
    assert!(stored.read() == damaged);
}
