//! The conformance suite for journals, tested on the SDK's journals and on faulty ones: each fault fails the check that
//! covers it.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod own;

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex};

use clerk_core::run::journal::{FileJournal, MemoryJournal};
use clerk_testkit::JournalConformance;
use clerk_testkit::conformance::{CheckOutcome, Report};
use own::{Fault, OwnJournal, Store, lock};
use pollster::block_on;

const ORDER: &str = "records load unchanged and in order";
const LARGE: &str = "a large append is kept in full";
const REOPENED: &str = "a reopened journal has every record";
const DROPPED: &str = "a dropped append keeps a prefix of its records";
const INTERRUPTED: &str = "an interrupted append keeps a prefix of its records";
const FAILED: &str = "a failed append is an error and keeps a prefix of its records";
const TWO_OPENERS: &str = "a second opener loses no records";
const DAMAGED: &str = "a damaged journal is refused";

fn report_on(fault: Option<Fault>) -> Report {
    let store = Arc::new(Store::default());
    let change = |name: &str, change: &dyn Fn(&mut Vec<String>)| {
        // A journal with a fault may be stored under another name.
        if let Some(lines) = lock(&store.lines).get_mut(name) {
            change(lines);
        }
    };
    let suite = JournalConformance::new(async |name: &str| OwnJournal::open(&store, name, fault))
        .damage(|name| change(name, &|lines| lines[1].replace_range(2..8, "???")))
        .fail_append(|name| {
            lock(&store.failing).insert(name.to_owned());
        })
        .interrupt(|name| {
            change(name, &|lines| {
                if fault == Some(Fault::WritesBackwards) {
                    // The row that is written last is the first one.
                    lines.remove(1);
                } else {
                    lines.truncate(lines.len() - 3);
                    lines.last_mut().expect("a line").truncate(9);
                }
            });
        });
    block_on(suite.check())
}

fn outcome<'r>(report: &'r Report, check: &str) -> &'r CheckOutcome {
    let found = report.results().find(|(name, _)| *name == check);
    found.expect("a check has this name").1
}

/// The checks that a journal did not pass, for whatever reason.
fn not_passed(report: &Report) -> Vec<&str> {
    let others = report
        .results()
        .filter(|(_, outcome)| **outcome != CheckOutcome::Passed);
    others.map(|(name, _)| name).collect()
}

#[test]
fn a_correct_journal_of_an_application_passes_every_check() {
    let report = report_on(None);
    assert!(not_passed(&report).is_empty(), "{report}");
    report.verify().expect("it conforms");
}

#[test]
fn the_file_journal_conforms() {
    let folder = tempfile::tempdir().expect("a folder");
    let change = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let path = folder.path().join(name);
        let mut bytes = fs::read(&path).expect("the journal is a file");
        change(&mut bytes);
        fs::write(&path, bytes).expect("the file can be written");
    };
    let suite = JournalConformance::new(async |name: &str| FileJournal::open(folder.path().join(name)))
        .damage(|name| {
            change(name, &|bytes| {
                let second = bytes.iter().position(|&byte| byte == b'\n').expect("a line") + 1;
                bytes[second + 5] = b'\0';
            });
        })
        .interrupt(|name| change(name, &|bytes| bytes.truncate(bytes.len() - 75)));
    let report = block_on(suite.check());
    // No test can make a write to a file fail without the help of the file system.
    assert_eq!(not_passed(&report), [FAILED], "{report}");
    report.verify().expect("it conforms");
}

#[test]
fn the_memory_journal_conforms_and_is_advised_to_refuse_a_second_opener() {
    let journals = Mutex::new(HashMap::<String, Arc<MemoryJournal>>::new());
    let suite =
        JournalConformance::new(async |name: &str| Ok(Arc::clone(lock(&journals).entry(name.to_owned()).or_default())));
    let report = block_on(suite.check());
    report.verify().expect("it conforms");
    let advice = outcome(&report, TWO_OPENERS);
    assert!(
        matches!(advice, CheckOutcome::Advice(text) if text.contains("refuse the second opener")),
        "{report}"
    );
    for check in [INTERRUPTED, FAILED, DAMAGED] {
        let not_tried = outcome(&report, check);
        assert!(
            matches!(not_tried, CheckOutcome::NotTried(reason) if reason.starts_with("set ")),
            "{report}"
        );
    }
}

#[test]
fn each_fault_fails_its_check_with_a_message_that_says_what_to_change() {
    let table = [
        (
            Fault::BeginsWithARecord,
            "a new journal is empty",
            "create an empty journal",
        ),
        (Fault::LoadsInReverse, ORDER, "in the order in which they were appended"),
        (
            Fault::LosesLastOfAnAppend,
            ORDER,
            "11 records were appended and 10 were loaded",
        ),
        (
            Fault::DropsBaselines,
            ORDER,
            "they differ from record 2 on: store every field",
        ),
        (Fault::RoundsFingerprints, ORDER, "fingerprints are 64-bit integers"),
        (
            Fault::AppendsToItsOwnStartOnly,
            ORDER,
            "in the order in which they were appended",
        ),
        (
            Fault::EmptiesOnLoad,
            "loading does not change the journal",
            "load every record each time",
        ),
        (
            Fault::WritesALineForNothing,
            "an append of no records changes nothing",
            "a stored record cannot be read",
        ),
        (
            Fault::KeepsFirstThousandOfAnAppend,
            LARGE,
            "5000 records were appended and 1000 were loaded",
        ),
        (
            Fault::SharesOneStore,
            "journals with different names are separate",
            "apart from those of other names",
        ),
        (
            Fault::LosesRecordsWhenReopened,
            REOPENED,
            "keep every record until the journal is deleted",
        ),
        (
            Fault::RepeatsRecordsWhenReopened,
            REOPENED,
            "1 records were appended and 2 were loaded",
        ),
        (
            Fault::StaysLocked,
            REOPENED,
            "could not be opened: the journal is in use",
        ),
        (
            Fault::WritesBackwards,
            DROPPED,
            "record 1 is not the one that was appended",
        ),
        (Fault::WritesBackwards, INTERRUPTED, "write records in their order"),
        (
            Fault::SwallowsErrors,
            FAILED,
            "return an error if any record may not have been kept",
        ),
        (
            Fault::SkipsFailedRecord,
            FAILED,
            "record 4 is not the one that was appended",
        ),
        (
            Fault::RefusesATornEnd,
            INTERRUPTED,
            "discard an incomplete record at the end",
        ),
        (
            Fault::AcceptsTwoOpenersAndOverwrites,
            TWO_OPENERS,
            "lock the journal while it is open",
        ),
        (
            Fault::SkipsDamagedRecords,
            DAMAGED,
            "a forgotten attempt can invite a person twice",
        ),
    ];
    for (fault, check, message) in table {
        let report = report_on(Some(fault));
        let is_as_expected = match outcome(&report, check) {
            CheckOutcome::Failed(reason) => reason.contains(message),
            _ => false,
        };
        assert!(
            is_as_expected,
            "{fault:?} should fail {check:?} with {message:?}:\n{report}"
        );
        report.verify().expect_err("it does not conform");
    }
}

#[test]
fn a_journal_that_serves_two_openers_correctly_gets_advice() {
    let report = report_on(Some(Fault::AcceptsSecondOpener));
    assert!(
        matches!(outcome(&report, TWO_OPENERS), CheckOutcome::Advice(_)),
        "{report}"
    );
    report.verify().expect("advice is not a failure");
}
