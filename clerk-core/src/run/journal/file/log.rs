//! The open file: appends lines, and reads them in chunks.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use super::EncodedRecords;
use super::lines::{Lines, find_extent};
use super::open::{LockedFile, narrow_permissions};
use super::position::Position;
use super::problem::{damaged, failed, failed_before};
use crate::run::journal::{JournalError, Record};

/// How many records are read at a time.
const CHUNK: usize = 512;

/// What to do with a file that is damaged behind its first record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    Refuse,
    /// Remove everything from the damage on, and record that.
    Remove,
}

/// An open file that contains lines of records, and nothing else.
#[derive(Debug)]
pub(super) struct Log {
    file: LockedFile,
    path: Arc<Path>,
    end: Position,
    has_failed: bool,
}

impl Log {
    /// Checks that a file of this length is a journal, and removes an incomplete last record. Returns the log with the
    /// number of the first line that was removed because of damage.
    pub(super) fn new(
        file: LockedFile,
        path: Arc<Path>,
        length: u64,
        damage: Damage,
    ) -> Result<(Self, Option<u64>), JournalError> {
        let extent = find_extent(&file, &path, length)?;
        let mut log = Self {
            file,
            path,
            end: extent.end,
            has_failed: false,
        };
        match extent.damaged_line {
            Some(line) if damage == Damage::Refuse => return Err(damaged(&log.path, line)),
            Some(line) => log.remove_tail(length, line),
            None if log.end.offset < length => log.truncate(),
            None if extent.lacks_newline => log.complete_last_line(),
            None => Ok(()),
        }
        .map_err(|error| failed(&log.path, "written", error))?;
        narrow_permissions(&log.file);
        Ok((log, extent.damaged_line))
    }

    fn truncate(&self) -> io::Result<()> {
        self.file.set_len(self.end.offset)?;
        self.file.sync_all()
    }

    fn complete_last_line(&mut self) -> io::Result<()> {
        self.write(self.end.offset, b"\n")?;
        self.end.offset += 1;
        Ok(())
    }

    /// Replaces the lines behind the intact ones by a record of their loss.
    fn remove_tail(&mut self, length: u64, line: u64) -> io::Result<()> {
        let (begin, mut lines) = (self.end.offset, Vec::new());
        let record = serde_json::to_vec(&Record::TailLost { line })?;
        self.end.write(&record, &mut lines);
        // Until the record is complete, the file ends in a newline behind something else: a crash leaves a damaged file and
        // not one whose last record is incomplete.
        self.write(length.max(self.end.offset), b"\n")?;
        self.write(begin, &lines)?;
        self.truncate()
    }

    /// Appends records, which are on disk when it returns. After a failure, it refuses every further call.
    pub(super) fn append(&mut self, records: &EncodedRecords) -> Result<(), JournalError> {
        if self.has_failed {
            return Err(failed_before(&self.path));
        }
        let (mut end, mut lines) = (self.end, Vec::with_capacity(2 * records.json.len()));
        for record in records.each() {
            end.write(record, &mut lines);
        }
        if let Err(error) = self.write(self.end.offset, &lines) {
            self.has_failed = true;
            return Err(failed(&self.path, "written", error));
        }
        self.end = end;
        Ok(())
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut file: &File = &self.file;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)?;
        file.sync_data()
    }

    /// Reads the next records from a position on, and returns them with the position after them. Returns no records at the
    /// end.
    pub(super) fn read(&self, from: Position) -> Result<(Vec<Record>, Position), JournalError> {
        if self.has_failed {
            return Err(failed_before(&self.path));
        }
        let mut lines = Lines::new(&self.file, &self.path, from, self.end.offset)?;
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
