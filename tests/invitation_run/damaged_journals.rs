//! Journals of runs that were interrupted in an append: what a crash can leave is continued, any other damage is refused, and
//! nobody is invited twice.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::async_trait;
use clerk_core::run::journal::{FileJournal, Journal, JournalError, JournalKey, Record};
use clerk_core::run::{Lanes, Outcome};
use clerk_testkit::fake::{FakeOperation, Fault, FaultPlan, Moment};
use tempfile::TempDir;

use super::scene::{BlockingJournal, Scene, people};

/// More appends than the run makes.
const MANY: usize = 100;

/// A journal whose process dies at the end of an append, before it can go on.
#[derive(Debug)]
struct DyingJournal {
    journal: BlockingJournal,
    appends_left: AtomicUsize,
    /// How much of the file there was before the last append.
    before: Arc<AtomicUsize>,
}

#[async_trait]
impl Journal for DyingJournal {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        self.journal.load(each).await
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let length = fs::metadata(self.journal.0.path()).unwrap().len();
        self.before.store(usize::try_from(length).unwrap(), Ordering::Relaxed);
        self.journal.append(records).await?;
        if self.appends_left.fetch_sub(1, Ordering::Relaxed) == 1 {
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    fn new_key(&self) -> JournalKey {
        JournalKey::new(7)
    }
}

/// A run that was interrupted, with what is left of it.
struct Interrupted {
    scene: Scene,
    folder: TempDir,
    /// The journal, and how much of it there was before the last append.
    bytes: Vec<u8>,
    before: usize,
}

/// People, some of them in rows with `ignore_existing`.
fn rows() -> Vec<CreateInvitation> {
    let rows = people(5).into_iter().enumerate();
    rows.map(|(number, row)| row.ignore_existing(number % 2 == 1)).collect()
}

impl Interrupted {
    /// Interrupts a run at the end of its append of this number. Returns `None` if it makes fewer.
    fn at(append: usize) -> Option<Self> {
        let faults = FaultPlan::new()
            .on_call(FakeOperation::CreateInvitation, 1, Fault::Lost(Moment::AfterEffect))
            .on_call(FakeOperation::CreateInvitation, 2, Fault::Lost(Moment::BeforeEffect));
        let scene = Scene::new(|fake| fake.faults(faults));
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        let before = Arc::new(AtomicUsize::new(0));
        let journal = DyingJournal {
            journal: BlockingJournal::open(&path),
            appends_left: AtomicUsize::new(append),
            before: Arc::clone(&before),
        };
        let clerk = scene.client();
        let run = clerk
            .invitations()
            .invite_all(rows())
            .lanes(Lanes::Single)
            .journal(journal);
        if scene.clock.drive(run.run()).is_ok() {
            return None;
        }
        let (bytes, before) = (fs::read(&path).unwrap(), before.load(Ordering::Relaxed));
        Some(Self {
            scene,
            folder,
            bytes,
            before,
        })
    }

    fn each() -> impl Iterator<Item = Self> {
        (1..MANY).map_while(Self::at)
    }

    fn path(&self) -> std::path::PathBuf {
        path(&self.folder)
    }

    fn lines(&self) -> Vec<&[u8]> {
        self.bytes.split_inclusive(|byte| *byte == b'\n').collect()
    }

    /// Opens the journal with these bytes.
    fn open(&self, bytes: &[u8]) -> Result<FileJournal, JournalError> {
        fs::write(self.path(), bytes).unwrap();
        FileJournal::open(self.path())
    }

    fn assert_refused(&self, bytes: &[u8], what: &str) {
        assert_noticed(&self.open(bytes).expect_err(what), what);
        assert!(fs::read(self.path()).unwrap() == bytes, "{what}: the file was changed");
    }

    /// Continues the run to its end, and asserts that nobody is invited twice.
    fn assert_continued(&self, journal: FileJournal, what: &str) {
        let (report, settled) = self
            .scene
            .run(&rows(), Arc::new(BlockingJournal(journal)), Lanes::Single);
        assert!(report.stopped().is_none(), "{what}: {report}");
        for person in settled {
            let mails = self.scene.fake.mails_to(person.email_address.as_str());
            let is_unknown = person.outcome == Outcome::Unknown;
            assert!(
                mails == 1 || (is_unknown && mails == 0),
                "{what}: {mails} mails; {person}"
            );
        }
    }
}

fn assert_noticed(error: &JournalError, what: &str) {
    let is_noticed = error.is_damage() || error.to_string().contains("is not a journal");
    assert!(is_noticed, "{what}: {error}");
}

fn path(folder: &TempDir) -> std::path::PathBuf {
    Path::join(folder.path(), "people.journal")
}

#[test]
fn a_flipped_bit_or_a_missing_line_is_refused() {
    let mut last = None;
    for (number, run) in Interrupted::each().enumerate() {
        let lines = run.lines();
        for removed in 0..lines.len() - 1 {
            let without = [&lines[..removed], &lines[removed + 1..]].concat().concat();
            run.assert_refused(&without, &format!("append {number}, without line {}", removed + 1));
        }
        last = Some(run);
    }
    let run = last.unwrap();
    fs::write(run.path(), &run.bytes).unwrap();
    let file = fs::OpenOptions::new().write(true).open(run.path()).unwrap();
    // Only the byte is written, because many systems sync a file that is written anew.
    let write = |index: usize, byte| {
        (&file).seek(SeekFrom::Start(index as u64)).unwrap();
        (&file).write_all(&[byte]).unwrap();
    };
    for (index, byte) in run.bytes.iter().enumerate() {
        for bit in 0..8 {
            write(index, byte ^ (1 << bit));
            let opened = FileJournal::open(run.path());
            assert_noticed(&opened.expect_err("damage"), &format!("bit {bit} of byte {index}"));
        }
        write(index, *byte);
    }
    assert!(fs::read(run.path()).unwrap() == run.bytes, "the file was changed");
}

#[test]
fn an_append_that_is_cut_anywhere_is_continued() {
    let mut runs = 0;
    let last = Interrupted::each().count();
    for append in 1..=last {
        let run = Interrupted::at(append).unwrap();
        let whole_lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
        let mut continued = None;
        for cut in run.before..=run.bytes.len() {
            let what = format!("append {append}, {cut} bytes");
            let bytes = &run.bytes[..cut];
            let journal = run.open(bytes).expect(&what);
            // A last line that lacks only its newline is whole.
            let kept = fs::read(run.path()).unwrap();
            assert!(bytes.starts_with(&kept) || kept.starts_with(bytes), "{what}");
            // The rest depends on the whole lines alone.
            if continued != Some(whole_lines(&kept)) {
                continued = Some(whole_lines(&kept));
                let fresh = Interrupted::at(append).unwrap();
                drop(journal);
                fresh.assert_continued(fresh.open(bytes).unwrap(), &what);
                runs += 1;
            }
        }
    }
    assert!(runs > last, "{runs} runs were continued after {last} appends");
}

#[test]
fn a_recovered_journal_invites_nobody_twice() {
    let last = Interrupted::each().count();
    for append in (1..=last).step_by(3) {
        let lines = Interrupted::at(append).unwrap().lines().len();
        for damaged in 1..lines {
            let run = Interrupted::at(append).unwrap();
            let begin = run.lines()[..damaged].concat().len();
            let mut bytes = run.bytes.clone();
            bytes[begin + 20] ^= 1;
            let what = format!("append {append}, damage in line {}", damaged + 1);
            run.assert_refused(&bytes, &what);
            let journal = FileJournal::open_recovering_tail(run.path()).unwrap();
            assert_eq!(journal.lost_from_line(), Some(damaged as u64 + 1));
            run.assert_continued(journal, &what);
        }
    }
}
