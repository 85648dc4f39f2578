//! A journal of an application's own, with faults that can be switched on one at a time.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use clerk_core::run::journal::{Journal, JournalError, Record};

/// Stored journals: lines of JSON by the journal's name, and the names that are open.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) lines: Mutex<HashMap<String, Vec<String>>>,
    open: Mutex<HashSet<String>>,
    /// Journals whose next append fails after some records.
    pub(super) failing: Mutex<HashSet<String>>,
}

/// One fault of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
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
    SkipsFailedRecord,
    StaysLocked,
    SwallowsErrors,
    WritesALineForNothing,
    WritesBackwards,
}

/// A journal of an application's own, as it may keep one in its database. Correct unless it has a fault.
#[derive(Debug)]
pub(super) struct OwnJournal {
    name: String,
    store: Arc<Store>,
    fault: Option<Fault>,
    /// The lines that this opener has seen, for the faults that do not read the store.
    seen: Mutex<Vec<String>>,
}

impl OwnJournal {
    pub(super) fn open(store: &Arc<Store>, name: &str, fault: Option<Fault>) -> Result<Self, JournalError> {
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
                lines.push(r#"{"ended":{"attempt":0,"at":0,"effect":"none"}}"#.into());
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
        let fails_at = lock(&self.store.failing).remove(&self.name).then_some(3);
        for (number, line) in lines.into_iter().enumerate() {
            if fails_at != Some(number) {
                self.push(line);
            } else if self.has(Fault::SwallowsErrors) {
                return Ok(());
            } else if !self.has(Fault::SkipsFailedRecord) {
                return Err(JournalError::new("the storage is full"));
            }
            yield_once().await;
        }
        match fails_at {
            Some(_) => Err(JournalError::new("the storage is full")),
            None => Ok(()),
        }
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

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
