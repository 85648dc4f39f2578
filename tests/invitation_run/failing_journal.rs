//! Runs whose journal fails.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clerk_core::async_trait;
use clerk_core::run::journal::{Journal, JournalError, Record};
use clerk_core::run::{Lanes, Outcome, Settlement, Stop};
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};

use super::scene::{BlockingJournal, Scene, assert_one_mail_each, people};

/// How an append fails.
#[derive(Debug, Clone, Copy)]
enum Failure {
    /// Nothing was written.
    Nothing,
    /// A part of a record was written.
    Torn,
    /// Everything was written, but the run gets an error.
    Whole,
}

/// A journal in a file. Its disk fails at one append and at all later ones.
#[derive(Debug)]
struct Failing {
    journal: BlockingJournal,
    file: PathBuf,
    appends_left: AtomicUsize,
    failure: Failure,
}

#[async_trait]
impl Journal for Failing {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        self.journal.load(each).await
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let left = self.appends_left.load(Ordering::Relaxed);
        self.appends_left.store(left.saturating_sub(1), Ordering::Relaxed);
        match (left, self.failure) {
            (0, _) | (1, Failure::Nothing) => {}
            (1, Failure::Torn) => {
                let whole = serde_json::to_vec(&records[0]).unwrap();
                let mut file = File::options().append(true).open(&self.file).unwrap();
                file.write_all(&whole[..whole.len() / 2]).unwrap();
            }
            (1, Failure::Whole) => self.journal.append(records).await?,
            _ => return self.journal.append(records).await,
        }
        Err(JournalError::new("the disk failed"))
    }
}

#[test]
fn a_run_stops_when_its_journal_fails_and_the_next_one_invites_nobody_twice() {
    let mut people = people(25);
    people[7] = people[7].clone().ignore_existing(true);
    people[20] = people[20].clone().ignore_existing(true);
    for failure in [Failure::Nothing, Failure::Torn, Failure::Whole] {
        for appends in 1.. {
            let scene = Scene::new(|fake| {
                fake.malformed("person3@example.com").faults(FaultPlan::new().on_calls(
                    FakeOperation::CreateInvitation,
                    1..=1,
                    Fault::Truncated,
                ))
            });
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("people.journal");
            let failing = Failing {
                journal: BlockingJournal::open(&file),
                file: file.clone(),
                appends_left: AtomicUsize::new(appends),
                failure,
            };
            let (report, settled) = scene.run(&people, Arc::new(failing), Lanes::Both);
            let context = format!("{failure:?} at append {appends}");
            if report.stopped().is_none() {
                assert!(appends > 10, "{context}: no append failed");
                break;
            }
            assert!(matches!(report.stopped(), Some(Stop::Journal(_))), "{context}");
            assert_nothing_was_sent_unrecorded(&scene, &settled, &file, &context);
            let (report, settled) = scene.run(&people, Arc::new(BlockingJournal::open(&file)), Lanes::Both);
            assert!(report.stopped().is_none(), "{context}");
            assert_one_mail_each(&scene, &settled);
            for settlement in settled {
                let expected: &[_] = match settlement.position {
                    3 => &[Outcome::Refused],
                    7 | 20 => &[Outcome::Created, Outcome::CreatedEarlier, Outcome::Unknown],
                    _ => &[Outcome::Created, Outcome::CreatedEarlier],
                };
                assert!(expected.contains(&settlement.outcome), "{context}: {settlement:?}");
            }
        }
    }
}

#[test]
fn reports_a_failed_journal_even_if_something_else_stops_the_run() {
    // The appends: begun, two attempts, and their ends. The end of the bulk call comes first and stops the run.
    for append_that_fails in [4, 5] {
        let lost = Fault::Lost(Moment::AfterEffect);
        let faults = FaultPlan::new().on_call(FakeOperation::CreateBulkInvitations, 1, lost);
        let scene = Scene::new(|fake| fake.latency(Duration::from_secs(1)).faults(faults));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.journal");
        let failing = Failing {
            journal: BlockingJournal::open(&file),
            file,
            appends_left: AtomicUsize::new(append_that_fails),
            failure: Failure::Nothing,
        };
        let clerk = scene.client();
        let run = clerk.invitations().invite_all(people(11)).max_failures(0);
        let report = scene.clock.drive(run.journal(failing).run()).expect("the run ends");
        assert!(matches!(report.stopped(), Some(Stop::Journal(_))), "{report:?}");
        assert_eq!(
            report.count(Outcome::Created),
            1,
            "a known outcome is announced: {report:?}"
        );
    }
}

fn assert_nothing_was_sent_unrecorded(scene: &Scene, settled: &[Settlement], file: &Path, context: &str) {
    let journal = std::fs::read_to_string(file).unwrap();
    for settlement in settled {
        let address = settlement.email_address.as_str();
        let mails = scene.fake.mails_to(address);
        assert!(
            mails == 0 || journal.contains(&format!("{address:?}")),
            "{context}: {address}"
        );
        assert!(
            mails == 1 || settlement.outcome != Outcome::Created,
            "{context}: {address}"
        );
    }
}
