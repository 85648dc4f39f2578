//! A journal on a simulated disk. A crash keeps every synced write, and a part of the last one.

mod damage;
mod file;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clerk_core::async_trait;
use clerk_core::model::Timestamp;
use clerk_core::run::Revocation;
use clerk_core::run::journal::{Journal, JournalError, JournalKey, Record};

use crate::breakage::Break;
use crate::log::Log;
use crate::scenario::Medium;

pub(crate) use damage::{Damage, Remedy};
use file::StoredFile;

/// An accident at a write, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accident {
    /// The process dies before, during or after the write. `kept` is the part of the write on disk, in 1/255.
    Dies { write: u64, kept: u8, rest: Rest },
    /// The write fails. `kept` is the part of it on disk, in 1/255.
    Fails { write: u64, kept: u8 },
}

/// The content of the disk behind the part of a write that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    Nothing,
    /// Zeros in place of the write, as after a loss of power.
    Zeros,
    /// The write without some of its blocks, as after a loss of power.
    Holes,
}

/// The journal of all processes of a seed. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    state: Arc<Mutex<State>>,
    broken: Option<Break>,
    log: Log,
}

#[derive(Debug)]
struct State {
    storage: Storage,
    /// The number of writes of this process.
    number: u64,
    accident: Option<Accident>,
    process_is_dead: bool,
    has_failed: bool,
    /// Whether this process has recorded that a round of inviting again has ended.
    has_ended_round: bool,
}

#[derive(Debug)]
enum Storage {
    /// One record for each line, and where the writes of this process begin.
    Memory { text: String, writes: Vec<usize> },
    /// A file journal.
    File(StoredFile),
}

impl Disk {
    pub(crate) fn new(medium: Medium, broken: Option<Break>, log: &Log) -> std::io::Result<Self> {
        let storage = match medium {
            Medium::Memory => Storage::Memory {
                text: String::new(),
                writes: Vec::new(),
            },
            Medium::File => Storage::File(StoredFile::new(broken)?),
        };
        Ok(Self {
            state: Arc::new(Mutex::new(State {
                storage,
                number: 0,
                accident: None,
                process_is_dead: false,
                has_failed: false,
                has_ended_round: false,
            })),
            broken,
            log: log.clone(),
        })
    }

    /// Starts with the next process, which has this accident. Fails if the journal cannot be opened.
    pub(crate) fn attach(&self, accident: Option<Accident>, remedy: Option<Remedy>) -> Result<(), JournalError> {
        let mut state = self.state();
        state.number = 0;
        state.accident = accident;
        state.process_is_dead = false;
        state.has_failed = false;
        state.has_ended_round = false;
        match &mut state.storage {
            Storage::Memory { writes, .. } => {
                writes.clear();
                Ok(())
            }
            Storage::File(file) => file.open(remedy),
        }
    }

    /// Ends the process, which closes the journal.
    pub(crate) fn detach(&self) {
        if let Storage::File(file) = &mut self.state().storage {
            file.close();
        }
    }

    /// Damages a file that no process has open. Returns the number of the line at fault, or `None` if nothing was changed.
    pub(crate) fn damage(&self, damage: Damage) -> Option<u64> {
        let Storage::File(file) = &mut self.state().storage else {
            return None;
        };
        let line = file.damage(damage);
        self.log
            .line(|| format!("{damage:?} damages line {line:?} of the journal"));
        line
    }

    /// Removes the folder of the file from a message, because it differs in every run of a seed.
    pub(crate) fn without_folder(&self, message: &str) -> String {
        match &self.state().storage {
            Storage::Memory { .. } => message.to_owned(),
            Storage::File(file) => message.replace(&file.folder(), ""),
        }
    }

    /// Whether a write has killed the process.
    pub(crate) fn process_is_dead(&self) -> bool {
        self.state().process_is_dead
    }

    /// Whether this process has recorded that a round of inviting again has ended.
    pub(crate) fn has_ended_round(&self) -> bool {
        self.state().has_ended_round
    }

    /// Whether the journal has a first record.
    pub(crate) fn is_begun(&self) -> bool {
        match &self.state().storage {
            Storage::Memory { text, .. } => !text.is_empty(),
            Storage::File(file) => file.is_begun(),
        }
    }

    /// Loses what was not synced. That is nothing, except for a journal that skips its syncs.
    pub(crate) fn lose_power(&self) {
        if let Storage::Memory { text, writes } = &mut self.state().storage
            && self.broken == Some(Break::SkipFsync)
        {
            // The first record is old enough that the system has written it by itself.
            let last = writes.len().saturating_sub(3);
            if let Some(end) = writes.get(last).copied().filter(|end| *end > 0) {
                text.truncate(end);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts a write, and returns the accident that it has.
    fn next_accident(&mut self) -> Option<Accident> {
        self.number += 1;
        let number = self.number;
        let accident = self.accident.filter(|accident| match accident {
            Accident::Dies { write, .. } | Accident::Fails { write, .. } => *write == number,
        });
        self.process_is_dead = matches!(accident, Some(Accident::Dies { .. }));
        self.has_failed = matches!(accident, Some(Accident::Fails { .. }));
        accident
    }

    fn write(&mut self, records: &[Record], accident: Option<Accident>) -> Result<(), JournalError> {
        let (kept, rest) = match accident {
            None => (u8::MAX, Rest::Nothing),
            Some(Accident::Dies { kept, rest, .. }) => (kept, rest),
            Some(Accident::Fails { kept, .. }) => (kept, Rest::Nothing),
        };
        let ends_round = records.iter().any(|record| matches!(record, Record::RoundEnded { .. }));
        self.has_ended_round |= ends_round && kept == u8::MAX;
        match &mut self.storage {
            Storage::Memory { text, writes } => {
                writes.push(text.len());
                write_in_memory(text, &lines(records)?, kept);
                Ok(())
            }
            Storage::File(file) => file.append(records, accident.is_some().then_some((kept, rest))),
        }
    }
}

/// Writes a part of the lines, and removes an incomplete record, as opening the journal would.
fn write_in_memory(text: &mut String, lines: &str, kept: u8) {
    let begin = text.len();
    let torn = lines.len() * usize::from(kept) / usize::from(u8::MAX);
    text.push_str(lines.get(..torn).unwrap_or_default());
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    text.truncate(whole.max(begin));
}

fn lines(records: &[Record]) -> Result<String, JournalError> {
    let mut text = String::new();
    for record in records {
        text += &serde_json::to_string(record).map_err(unreadable)?;
        text.push('\n');
    }
    Ok(text)
}

#[async_trait]
impl Journal for Disk {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        let mut records = Vec::new();
        match &self.state().storage {
            Storage::Memory { text, .. } => {
                for line in text.lines() {
                    records.push(serde_json::from_str(line).map_err(unreadable)?);
                }
            }
            Storage::File(file) => file.load(&mut |record| records.push(record))?,
        }
        let remembered = records.into_iter().filter_map(|record| remember(record, self.broken));
        remembered.for_each(each);
        Ok(())
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let accident = {
            let mut state = self.state();
            if state.has_failed {
                return Err(JournalError::new("the journal has failed before"));
            }
            let accident = state.next_accident();
            state.write(records, accident)?;
            accident
        };
        self.log.line(|| {
            let text = lines(records).unwrap_or_default();
            format!(
                "journal{} {}",
                accident.map(describe).unwrap_or_default(),
                text.trim_end()
            )
        });
        match accident {
            None => Ok(()),
            Some(Accident::Fails { .. }) => Err(JournalError::new("the disk is full")),
            Some(Accident::Dies { .. }) => std::future::pending().await,
        }
    }

    /// The same in every run of the seed.
    fn new_key(&self) -> JournalKey {
        JournalKey::default()
    }
}

fn describe(accident: Accident) -> String {
    match accident {
        Accident::Dies { kept, rest, .. } => format!(" (kept {kept}/255, then {rest:?}, and the process dies)"),
        Accident::Fails { kept, .. } => format!(" (kept {kept}/255, and the write fails)"),
    }
}

/// Returns what a broken journal remembers of a record.
fn remember(mut record: Record, broken: Option<Break>) -> Option<Record> {
    match (broken, &mut record) {
        (Some(Break::ForgetBudget), Record::Attempted { at, .. } | Record::Ended { at, .. }) => {
            *at = Timestamp::from_millis(0);
        }
        (Some(Break::ForgetFingerprints), Record::Attempted { people, .. }) => {
            people.iter_mut().for_each(|person| person.fingerprint = 0);
        }
        (Some(Break::UndoneCountsAsCreated), Record::Revoked { revocation, .. }) => *revocation = Revocation::Accepted,
        (Some(Break::ForgetLostTail), Record::TailLost { .. }) => return None,
        _ => {}
    }
    Some(record)
}

fn unreadable(error: serde_json::Error) -> JournalError {
    JournalError::new("a record of the simulated journal cannot be converted from or to JSON").with_source(error)
}
