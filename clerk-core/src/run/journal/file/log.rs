//! The open file: appends lines, and reads them in chunks.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use super::lines::{Lines, Position, scan};
use super::open::LockedFile;
use super::problem::{failed, failed_before};
use crate::run::journal::{JournalError, Record};

/// How many records are read at a time.
const CHUNK: usize = 512;

/// An open file that contains lines of records, and nothing else.
#[derive(Debug)]
pub(super) struct Log {
    file: LockedFile,
    path: Arc<Path>,
    end: u64,
    has_failed: bool,
}

impl Log {
    /// Checks that a file of this length is a journal, and removes an incomplete last record.
    pub(super) fn new(file: LockedFile, path: Arc<Path>, length: u64) -> Result<Self, JournalError> {
        let extent = scan(&file, &path, length, |_| Ok(()))?;
        let mut log = Self {
            file,
            path,
            end: extent.end,
            has_failed: false,
        };
        if extent.end < length {
            log.truncate().map_err(|error| failed(&log.path, "truncated", error))?;
        }
        if extent.lacks_newline {
            log.append(b"\n")?;
        }
        Ok(log)
    }

    fn truncate(&self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.file.sync_all()
    }

    /// Appends whole lines, which are on disk when it returns. After a failure, it refuses every further call.
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

    fn write(&self, lines: &[u8]) -> io::Result<()> {
        let mut file: &File = &self.file;
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(lines)?;
        file.sync_data()
    }

    /// Reads the next records from a position on, and returns them with the position after them. Returns no records at the
    /// end.
    pub(super) fn read(&self, from: Position) -> Result<(Vec<Record>, Position), JournalError> {
        if self.has_failed {
            return Err(failed_before(&self.path));
        }
        let mut lines = Lines::new(&self.file, &self.path, from, self.end)?;
        let mut records = Vec::new();
        let mut next = from;
        while records.len() < CHUNK
            && let Some(record) = lines.next_record()?
        {
            records.push(record);
            next = lines.position();
        }
        Ok((records, next))
    }
}
