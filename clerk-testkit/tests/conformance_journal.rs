//! The conformance suite for journals, tested on the SDK's journals and on faulty ones: each fault fails the check that is
//! there for it.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::collections::{HashMap, HashSet};
use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use clerk_core::run::journal::{FileJournal, Journal, JournalError, MemoryJournal, Record};
use clerk_testkit::JournalConformance;
use clerk_testkit::conformance::{CheckOutcome, Report};
use pollster::block_on;

const ORDER: &str = "records load unchanged and in order";
const LARGE: &str = "a large append is kept in full";
const REOPENED: &str = "a reopened journal has every record";
const DROPPED: &str = "a dropped append keeps a prefix of its records";
const INTERRUPTED: &str = "an interrupted append keeps a prefix of its records";
const TWO_OPENERS: &str = "a second opener loses no records";
const DAMAGED: &str = "a damaged journal is refused";

/// Stored journals: lines of JSON by the journal's name, and the names that are open.
#[derive(Debug, Default)]
struct Store {
    lines: Mutex<HashMap<String, Vec<String>>>,
    open: Mutex<HashSet<String>>,
}

/// One fault of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    AcceptsSecondOpener,
    AcceptsTwoOpenersAndOverwrites,
    AppendsToItsOwnStartOnly,
    BeginsWithARecord,
    DropsBaselines,
    EmptiesOnLoad,
    KeepsFirstThousandOfAnAppend,
    LoadsInReverse,
    LosesLastOfAnAppend,
    LosesRecordsWhenReopened,
    RefusesATornEnd,
    RepeatsRecordsWhenReopened,
    RoundsFingerprints,
    SharesOneStore,
    SkipsDamagedRecords,
    StaysLocked,
    WritesALineForNothing,
    WritesBackwards,
}

/// A journal of an application's own, as it may keep one in its database. Correct unless it has a fault.
#[derive(Debug)]
struct OwnJournal {
    name: String,
    store: Arc<Store>,
    fault: Option<Fault>,
    /// The lines that this opener has seen, for the faults that do not read the store.
    seen: Mutex<Vec<String>>,
}

impl OwnJournal {
    fn open(store: &Arc<Store>, name: &str, fault: Option<Fault>) -> Result<Self, JournalError> {
        let name = if fault == Some(Fault::SharesOneStore) {
            "shared"
        } else {
            name
        };
        let accepts_second = matches!(
            fault,
            Some(Fault::AcceptsSecondOpener | Fault::AcceptsTwoOpenersAndOverwrites | Fault::SharesOneStore)
        );
        if !lock(&store.open).insert(name.to_owned()) && !accepts_second {
            return Err(JournalError::new("the journal is in use"));
        }
        let journal = Self {
            name: name.to_owned(),
            store: Arc::clone(store),
            fault,
            seen: Mutex::default(),
        };
        journal.recover()?;
        Ok(journal)
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// Cuts a torn record off the end, and checks the others.
    fn recover(&self) -> Result<(), JournalError> {
        let mut all = lock(&self.store.lines);
        let is_new = !all.contains_key(&self.name);
        let lines = all.entry(self.name.clone()).or_default();
        match self.fault {
            Some(Fault::BeginsWithARecord) if is_new => {
                lines.push(r#"{"ended":{"attempt":0,"at":0,"effect":"none"}}"#.into())
            }
            Some(Fault::LosesRecordsWhenReopened) => lines.clear(),
            Some(Fault::RepeatsRecordsWhenReopened) => lines.extend(lines.clone()),
            _ => {}
        }
        let is_torn = lines.last().is_some_and(|line| !line.ends_with('}'));
        if is_torn && !self.has(Fault::RefusesATornEnd) {
            lines.pop();
        }
        if self.has(Fault::SkipsDamagedRecords) {
            lines.retain(|line| serde_json::from_str::<Record>(line).is_ok());
        }
        lock(&self.seen).clone_from(lines);
        for line in lines.iter() {
            serde_json::from_str::<Record>(line).map_err(unreadable)?;
        }
        Ok(())
    }

    fn push(&self, line: String) {
        let mut all = lock(&self.store.lines);
        let lines = all.entry(self.name.clone()).or_default();
        let mut seen = lock(&self.seen);
        seen.push(line.clone());
        match self.fault {
            Some(Fault::AcceptsTwoOpenersAndOverwrites) => lines.clone_from(&seen),
            Some(Fault::AppendsToItsOwnStartOnly) => lines.insert(lines.len().min(1), line),
            _ => lines.push(line),
        }
    }

    fn encode(&self, record: &Record) -> String {
        let mut value = serde_json::to_value(record).expect("a record is JSON");
        if let Some(people) = value
            .pointer_mut("/attempted/people")
            .and_then(|people| people.as_array_mut())
        {
            for person in people {
                if self.has(Fault::DropsBaselines) {
                    person.as_object_mut().expect("an object").remove("baseline");
                }
                if self.has(Fault::RoundsFingerprints) {
                    let fingerprint = person["fingerprint"].as_f64().expect("a number");
                    person["fingerprint"] = (fingerprint as u64).into();
                }
            }
        }
        value.to_string()
    }
}

#[async_trait]
impl Journal for OwnJournal {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        let mut lines = lock(&self.store.lines).get(&self.name).cloned().unwrap_or_default();
        if self.has(Fault::LoadsInReverse) {
            lines.reverse();
        }
        if self.has(Fault::EmptiesOnLoad) {
            lock(&self.store.lines).remove(&self.name);
        }
        for line in lines {
            each(serde_json::from_str(&line).map_err(unreadable)?);
        }
        Ok(())
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let mut lines: Vec<String> = records.iter().map(|record| self.encode(record)).collect();
        match self.fault {
            Some(Fault::LosesLastOfAnAppend) if lines.len() > 1 => lines.truncate(lines.len() - 1),
            Some(Fault::KeepsFirstThousandOfAnAppend) => lines.truncate(1_000),
            Some(Fault::WritesALineForNothing) if lines.is_empty() => lines.push(String::new()),
            Some(Fault::WritesBackwards) => {
                // One row at a time, last row first, each under its final number: a failure leaves a gap at the front.
                let end = lock(&self.store.lines)[&self.name].len();
                for line in lines.into_iter().rev() {
                    lock(&self.store.lines)
                        .entry(self.name.clone())
                        .or_default()
                        .insert(end, line);
                    yield_once().await;
                }
                return Ok(());
            }
            _ => {}
        }
        for line in lines {
            self.push(line);
            yield_once().await;
        }
        Ok(())
    }
}

impl Drop for OwnJournal {
    fn drop(&mut self) {
        if !self.has(Fault::StaysLocked) {
            lock(&self.store.open).remove(&self.name);
        }
    }
}

fn unreadable(error: serde_json::Error) -> JournalError {
    JournalError::new("a stored record cannot be read").with_source(error)
}

/// Returns to the executor once, as an append that waits for a database does.
async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn report_on(fault: Option<Fault>) -> Report {
    let store = Arc::new(Store::default());
    let change = |name: &str, change: &dyn Fn(&mut Vec<String>)| {
        change(lock(&store.lines).get_mut(name).expect("the journal exists"));
    };
    let suite = JournalConformance::new(async |name: &str| OwnJournal::open(&store, name, fault))
        .damage(|name| change(name, &|lines| lines[1].replace_range(2..8, "???")))
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
    found
        .unwrap_or_else(|| panic!("no check is named {check:?}:\n{report}"))
        .1
}

fn assert_all_passed(report: &Report) {
    let all_passed = report.results().all(|(_, outcome)| *outcome == CheckOutcome::Passed);
    assert!(all_passed, "{report}");
    report.verify().expect("it conforms");
}

#[test]
fn a_correct_journal_of_an_application_passes_every_check() {
    assert_all_passed(&report_on(None));
}

#[test]
fn the_file_journal_passes_every_check() {
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
    assert_all_passed(&block_on(suite.check()));
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
    for check in [INTERRUPTED, DAMAGED] {
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
    report.verify().expect("advice is no failure");
}
