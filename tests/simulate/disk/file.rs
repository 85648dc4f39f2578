//! A file journal in a folder of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clerk_core::run::journal::{FileJournal, Journal, JournalError, Record};
use pollster::block_on;
use serde_json::{Map, Value};
use tempfile::TempDir;

use super::{Damage, Remedy, Rest};
use crate::breakage::Break;

/// A file system in memory, where there is one.
const IN_MEMORY: &str = "/dev/shm";

/// How much of a write that is cut off by a loss of power is lost at a time.
const BLOCK: usize = 64;

#[derive(Debug)]
pub(super) struct StoredFile {
    folder: TempDir,
    path: PathBuf,
    journal: Option<FileJournal>,
    /// The file as it was before it was damaged.
    copy: Option<Vec<u8>>,
    broken: Option<Break>,
}

impl StoredFile {
    pub(super) fn new(broken: Option<Break>) -> io::Result<Self> {
        let folder = match Path::new(IN_MEMORY).is_dir() {
            true => tempfile::tempdir_in(IN_MEMORY)?,
            false => tempfile::tempdir()?,
        };
        Ok(Self {
            path: folder.path().join("people.journal"),
            folder,
            journal: None,
            copy: None,
            broken,
        })
    }

    pub(super) fn folder(&self) -> String {
        self.folder.path().display().to_string()
    }

    pub(super) fn open(&mut self, remedy: Option<Remedy>) -> Result<(), JournalError> {
        self.close();
        let opened = match remedy {
            None => FileJournal::open(&self.path),
            Some(Remedy::Recover) => FileJournal::open_recovering_tail(&self.path),
            Some(Remedy::Delete) => {
                fs::remove_file(&self.path).map_err(failed)?;
                FileJournal::open(&self.path)
            }
            Some(Remedy::Restore) => {
                if let Some(copy) = self.copy.take() {
                    fs::write(&self.path, copy).map_err(failed)?;
                }
                FileJournal::open(&self.path)
            }
        };
        if opened.is_ok() {
            self.copy = None;
        }
        let opened = match (opened, self.broken) {
            (Err(error), Some(Break::AcceptDamagedJournal)) if error.is_damage() => {
                self.keep_readable_lines()?;
                FileJournal::open(&self.path)
            }
            (Err(error), Some(Break::CutCompleteLastLine)) if error.is_damage() => {
                self.cut_last_line().map_err(failed)?;
                FileJournal::open(&self.path)
            }
            (opened, _) => opened,
        };
        self.journal = Some(opened?);
        Ok(())
    }

    pub(super) fn close(&mut self) {
        self.journal = None;
    }

    pub(super) fn is_begun(&self) -> bool {
        fs::read(&self.path).is_ok_and(|bytes| bytes.contains(&b'\n'))
    }

    pub(super) fn load(&self, each: &mut (dyn FnMut(Record) + Send)) -> Result<(), JournalError> {
        block_on(self.opened()?.load(each))
    }

    /// Appends records. After an accident, only a part of them is on disk.
    pub(super) fn append(&mut self, records: &[Record], accident: Option<(u8, Rest)>) -> Result<(), JournalError> {
        let Some((kept, rest)) = accident else {
            return block_on(self.opened()?.append(records));
        };
        let begin = fs::metadata(&self.path).map_err(failed)?.len();
        block_on(self.opened()?.append(records))?;
        self.close();
        let mut bytes = fs::read(&self.path).map_err(failed)?;
        let begin = usize::try_from(begin).unwrap_or(usize::MAX).min(bytes.len());
        let kept = begin + (bytes.len() - begin) * usize::from(kept) / usize::from(u8::MAX);
        match rest {
            Rest::Nothing => bytes.truncate(kept),
            Rest::Zeros => bytes[kept..].fill(0),
            Rest::Holes => bytes[kept..]
                .chunks_mut(BLOCK)
                .step_by(2)
                .for_each(|block| block.fill(0)),
        }
        fs::write(&self.path, bytes).map_err(failed)
    }

    /// Damages the file. Returns the number of the line at fault, or `None` if nothing was changed.
    pub(super) fn damage(&mut self, damage: Damage) -> Option<u64> {
        let intact = fs::read(&self.path).ok()?;
        let mut bytes = intact.clone();
        let line = damage.apply(&mut bytes).filter(|_| bytes != intact)?;
        fs::write(&self.path, bytes).ok()?;
        self.copy = Some(intact);
        Some(line)
    }

    fn opened(&self) -> Result<&FileJournal, JournalError> {
        self.journal
            .as_ref()
            .ok_or_else(|| JournalError::new("the journal is not open"))
    }

    /// Writes the journal anew with those of its records that can be read.
    fn keep_readable_lines(&self) -> Result<(), JournalError> {
        let bytes = fs::read(&self.path).map_err(failed)?;
        let records: Vec<_> = bytes.split(|byte| *byte == b'\n').filter_map(record).collect();
        fs::remove_file(&self.path).map_err(failed)?;
        block_on(FileJournal::open(&self.path)?.append(&records))
    }

    fn cut_last_line(&self) -> io::Result<()> {
        let mut bytes = fs::read(&self.path)?;
        bytes.pop();
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        bytes.truncate(end);
        fs::write(&self.path, bytes)
    }
}

/// Reads a line whatever its number and its checksum are.
fn record(line: &[u8]) -> Option<Record> {
    let mut members: Map<String, Value> = serde_json::from_slice(line).ok()?;
    members.retain(|name, _| name != "n" && name != "sum");
    serde_json::from_value(Value::Object(members)).ok()
}

fn failed(error: io::Error) -> JournalError {
    JournalError::new("the simulated file cannot be read or written").with_source(error)
}
