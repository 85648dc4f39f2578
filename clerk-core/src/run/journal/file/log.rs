//! A journal's open file: appends lines, and reads them in portions.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use super::lines::{Lines, Position, scan};
use super::problem::{failed, failed_before};
use crate::run::journal::{JournalError, Record};

/// How many records are in memory at a time.
const PORTION: usize = 512;

/// Lines of records, and nothing else.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    path: Arc<Path>,
    end: u64,
    has_failed: bool,
}

impl Log {
    /// Takes a file of this length, cuts off a torn end, and refuses what is no journal.
    pub(super) fn new(file: File, path: Arc<Path>, length: u64) -> Result<Self, JournalError> {
        let extent = scan(&file, &path, length, |_| Ok(()))?;
        let mut log = Self {
            file,
            path,
            end: extent.end,
            has_failed: false,
        };
        if extent.end < length {
            log.cut().map_err(|error| failed(&log.path, "cut", error))?;
        }
        if extent.lacks_newline {
            log.append(b"\n")?;
        }
        Ok(log)
    }

    fn cut(&self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.file.sync_all()
    }

    /// Adds whole lines, which are on disk when it returns. Once that has failed, nothing more is added.
    pub(super) fn append(&mut self, lines: &[u8]) -> Result<(), JournalError> {
        if self.has_failed {
            return Err(failed_before(&self.path));
        }
        if let Err(error) = self.write(lines) {
            self.has_failed = true;
            return Err(failed(&self.path, "written", error));
        }
        self.end += lines.len() as u64;
        Ok(())
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(lines)?;
        self.file.sync_data()
    }

    /// The next records from a position on, and the position behind them. No records at the end.
    pub(super) fn read(&self, from: Position) -> Result<(Vec<Record>, Position), JournalError> {
        if self.has_failed {
            return Err(failed_before(&self.path));
        }
        let mut lines = Lines::new(&self.file, &self.path, from, self.end)?;
        let mut records = Vec::new();
        let mut behind = from;
        while records.len() < PORTION
            && let Some(record) = lines.next_record()?
        {
            records.push(record);
            behind = lines.position();
        }
        Ok((records, behind))
    }
}
