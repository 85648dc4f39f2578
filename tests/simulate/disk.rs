//! A journal on a simulated disk. A crash keeps every synced write, and a part of the last one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clerk_core::async_trait;
use clerk_core::model::Timestamp;
use clerk_core::run::journal::{Journal, JournalError, Record};

use crate::breakage::Break;
use crate::log::Log;

/// An accident at a write, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accident {
    /// The process dies before, during or after the write. `kept` is the part of the write on disk, in 1/255.
    Dies { write: u64, kept: u8 },
    /// The write fails. `kept` is the part of it on disk, in 1/255.
    Fails { write: u64, kept: u8 },
}

/// The journal of all processes of a seed. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Disk {
    state: Arc<Mutex<State>>,
    broken: Option<Break>,
    log: Log,
}

#[derive(Debug, Default)]
struct State {
    /// One record for each line.
    text: String,
    /// Where the writes of this process begin.
    writes: Vec<usize>,
    /// The number of writes of this process.
    number: u64,
    accident: Option<Accident>,
    process_is_dead: bool,
}

impl Disk {
    pub(crate) fn new(broken: Option<Break>, log: &Log) -> Self {
        Self {
            state: Arc::default(),
            broken,
            log: log.clone(),
        }
    }

    /// Starts with the next process, which has this accident.
    pub(crate) fn attach(&self, accident: Option<Accident>) {
        let mut state = self.state();
        state.number = 0;
        state.accident = accident;
        state.process_is_dead = false;
        state.writes.clear();
    }

    /// Whether a write has killed the process.
    pub(crate) fn process_is_dead(&self) -> bool {
        self.state().process_is_dead
    }

    /// Whether the journal has a first record.
    pub(crate) fn is_begun(&self) -> bool {
        !self.state().text.is_empty()
    }

    /// Loses what was not synced. That is nothing, except for a journal that skips its syncs.
    pub(crate) fn lose_power(&self) {
        let mut state = self.state();
        if self.broken == Some(Break::SkipFsync) {
            // The first record is old enough that the system has written it by itself.
            let last = state.writes.len().saturating_sub(3);
            if let Some(end) = state.writes.get(last).copied().filter(|end| *end > 0) {
                state.text.truncate(end);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes a part of the text, and removes an incomplete record, as opening the journal would.
    fn write(&mut self, text: &str, kept: u8) {
        let begin = self.text.len();
        self.writes.push(begin);
        let torn = text.len() * usize::from(kept) / usize::from(u8::MAX);
        self.text.push_str(text.get(..torn).unwrap_or_default());
        let whole = self.text.rfind('\n').map_or(0, |end| end + 1);
        self.text.truncate(whole.max(begin));
    }
}

#[async_trait]
impl Journal for Disk {
    async fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        let text = self.state().text.clone();
        for line in text.lines() {
            let mut record = serde_json::from_str(line).map_err(unreadable)?;
            if self.broken == Some(Break::ForgetBudget) {
                forget_when(&mut record);
            }
            each(record);
        }
        Ok(())
    }

    async fn append(&self, records: &[Record]) -> Result<(), JournalError> {
        let mut text = String::new();
        for record in records {
            text += &serde_json::to_string(record).map_err(unreadable)?;
            text.push('\n');
        }
        let accident = {
            let mut state = self.state();
            state.number += 1;
            let number = state.number;
            let accident = state.accident.filter(|accident| match accident {
                Accident::Dies { write, .. } | Accident::Fails { write, .. } => *write == number,
            });
            let kept = accident.map_or(u8::MAX, |accident| match accident {
                Accident::Dies { kept, .. } | Accident::Fails { kept, .. } => kept,
            });
            state.write(&text, kept);
            state.process_is_dead = matches!(accident, Some(Accident::Dies { .. }));
            accident
        };
        self.log.line(|| {
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
}

fn describe(accident: Accident) -> String {
    match accident {
        Accident::Dies { kept, .. } => format!(" (kept {kept}/255, and the process dies)"),
        Accident::Fails { kept, .. } => format!(" (kept {kept}/255, and the write fails)"),
    }
}

/// Makes a record forget when the call was made.
fn forget_when(record: &mut Record) {
    if let Record::Attempted { at, .. } | Record::Ended { at, .. } = record {
        *at = Timestamp::from_millis(0);
    }
}

fn unreadable(error: serde_json::Error) -> JournalError {
    JournalError::new("a record of the simulated journal cannot be converted from or to JSON").with_source(error)
}
