//! The conformance suite for journals.

mod content;
mod records;
mod storage;

use std::fmt;

use clerk_core::run::journal::{Journal, JournalError, Record};

use super::{CheckOutcome, Finding, Report, ensure, with_sources};

/// Tests that a journal keeps the promises of [`Journal`].
///
/// The suite takes a function that opens a journal by name, and calls it with names that begin with `conformance-`. A name
/// that was not opened before must open an empty journal, so delete what an earlier test has left. The suite drops each
/// journal before it opens the same name again, except where it tests two openers at once.
///
/// ```
/// use clerk_core::run::journal::FileJournal;
/// use clerk_testkit::JournalConformance;
///
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::path::PathBuf::from("target");
/// let report = JournalConformance::new(async |name: &str| FileJournal::open(folder.join(name)))
///     .damage(|name| {
///         let path = folder.join(name);
///         let text = std::fs::read_to_string(&path).expect("the journal is a file");
///         std::fs::write(&path, text.replacen("\"attempted\"", "\"att", 1)).expect("the file can be written");
///     })
///     .check()
///     .await;
/// println!("{report}");
/// report.verify()?;
/// # Ok(()) }
/// ```
///
/// The suite cannot cut the power, so it does not test that an append is on durable storage when it returns.
pub struct JournalConformance<'a, F> {
    open: F,
    damage: Option<Hook<'a>>,
    interrupt: Option<Hook<'a>>,
    fail_append: Option<Hook<'a>>,
}

type Hook<'a> = Box<dyn Fn(&str) + 'a>;

impl<'a, J: Journal, F: AsyncFn(&str) -> Result<J, JournalError>> JournalConformance<'a, F> {
    /// Creates a suite for the journals that `open` opens by name.
    pub fn new(open: F) -> Self {
        Self {
            open,
            damage: None,
            interrupt: None,
            fail_append: None,
        }
    }

    /// Sets a function that damages the journal of a name, somewhere before its last record.
    ///
    /// The suite then checks that the damage is an error, because a record that silently disappears can make a run invite a
    /// person twice. The journal is closed meanwhile. Without this function, the check is not tried.
    #[must_use]
    pub fn damage(mut self, damage: impl Fn(&str) + 'a) -> Self {
        self.damage = Some(Box::new(damage));
        self
    }

    /// Sets a function that removes the end of what the last append to a journal has written, as a crash in the middle of
    /// that append would have left it.
    ///
    /// The suite then checks that the journal opens and has a prefix of its records. The journal is closed meanwhile.
    /// Without this function, the check is not tried. A journal whose appends are transactions needs none.
    #[must_use]
    pub fn interrupt(mut self, interrupt: impl Fn(&str) + 'a) -> Self {
        self.interrupt = Some(Box::new(interrupt));
        self
    }

    /// Sets a function that makes the next append to an open journal fail, such as by filling its storage.
    ///
    /// The suite then checks that the append returns an error, and that the journal has a prefix of its records when it is
    /// opened again. Without this function, the check is not tried.
    #[must_use]
    pub fn fail_append(mut self, fail: impl Fn(&str) + 'a) -> Self {
        self.fail_append = Some(Box::new(fail));
        self
    }

    /// Runs every check, one after another.
    ///
    /// The call itself does not fail: the report has the outcome of each check.
    pub async fn check(&self) -> Report {
        let mut report = Report::new("journal");
        report.add("a new journal is empty", self.new_is_empty().await);
        report.add(
            "records load unchanged and in order",
            self.unchanged_and_in_order().await,
        );
        report.add("loading does not change the journal", self.load_twice().await);
        report.add("an append of no records changes nothing", self.empty_append().await);
        report.add("a large append is kept in full", self.large_append().await);
        report.add("journals with different names are separate", self.separate().await);
        report.add("a reopened journal has every record", self.reopened().await);
        report.add(
            "a dropped append keeps a prefix of its records",
            self.dropped_append().await,
        );
        report.add(
            "an interrupted append keeps a prefix of its records",
            self.interrupted_append().await,
        );
        report.add(
            "a failed append is an error and keeps a prefix of its records",
            self.failed_append().await,
        );
        report.add("a second opener loses no records", self.two_openers().await);
        report.add("a damaged journal is refused", self.damaged().await);
        report
    }

    /// Opens the journal of a check.
    async fn open(&self, name: &str) -> Result<J, String> {
        let opened = (self.open)(name).await;
        opened.map_err(|error| format!("the journal {name:?} could not be opened: {}", with_sources(&error)))
    }
}

impl<F> fmt::Debug for JournalConformance<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalConformance")
            .field("damage", &self.damage.is_some())
            .field("interrupt", &self.interrupt.is_some())
            .field("fail_append", &self.fail_append.is_some())
            .finish_non_exhaustive()
    }
}

async fn append(journal: &impl Journal, records: &[Record]) -> Result<(), String> {
    let appended = journal.append(records).await;
    appended.map_err(|error| {
        format!(
            "an append of {} records failed: {}",
            records.len(),
            with_sources(&error)
        )
    })
}

async fn load(journal: &impl Journal) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    let loaded = journal.load(&mut |record| records.push(record)).await;
    loaded.map_err(|error| format!("loading failed: {}", with_sources(&error)))?;
    Ok(records)
}

/// Fails unless the journal has exactly these records. `owed` says what a journal must do instead.
async fn expect_records(journal: &impl Journal, expected: &[Record], owed: &str) -> Result<(), String> {
    let loaded = load(journal).await?;
    ensure(loaded == expected, || {
        let same = loaded.iter().zip(expected).take_while(|(a, b)| a == b).count();
        format!(
            "{} records were appended and {} were loaded; they differ from record {} on: {owed}",
            expected.len(),
            loaded.len(),
            same + 1
        )
    })
}
