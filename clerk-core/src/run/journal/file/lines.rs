//! Reads the file line by line: which lines are records, and where an incomplete last record begins.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::Path;

use serde::de::IgnoredAny;

use super::problem::{damaged, failed, not_a_journal, of_a_later_version};
use crate::run::journal::{JournalError, Record};

/// The first bytes of every journal.
const BEGINNING: &[u8] = br#"{"begun":{"version":"#;

/// Longer than any record. A line of a damaged file can be as long as the file.
const LONGEST_LINE: u64 = 16 << 20;

/// A position between two lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub(super) offset: u64,
    /// The number of lines before it.
    pub(super) line: u64,
}

impl Position {
    pub(super) const START: Self = Self { offset: 0, line: 0 };
}

/// A line of the file.
#[derive(Debug)]
enum Line {
    Record(Record),
    /// JSON, but not a record of this version.
    Unknown,
    /// Not JSON: an incomplete write, or damage.
    Torn,
}

/// Where the complete records end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(super) end: u64,
    /// Whether the last record is complete except for its newline.
    pub(super) lacks_newline: bool,
}

/// Reads the lines of a file from a position to `end`.
#[derive(Debug)]
pub(super) struct Lines<'f> {
    reader: BufReader<Take<&'f File>>,
    path: &'f Path,
    at: Position,
    end: u64,
    text: Vec<u8>,
}

impl<'f> Lines<'f> {
    pub(super) fn new(mut file: &'f File, path: &'f Path, from: Position, end: u64) -> Result<Self, JournalError> {
        file.seek(SeekFrom::Start(from.offset))
            .map_err(|error| failed(path, "read", error))?;
        Ok(Self {
            reader: BufReader::with_capacity(64 << 10, file.take(end - from.offset)),
            path,
            at: from,
            end,
            text: Vec::new(),
        })
    }

    /// Returns the position after the line that was read last.
    pub(super) const fn position(&self) -> Position {
        self.at
    }

    /// Reads the next record. Anything else is an error.
    pub(super) fn next_record(&mut self) -> Result<Option<Record>, JournalError> {
        match self.next_line()? {
            None => Ok(None),
            Some(Line::Record(record)) => Ok(Some(record)),
            Some(Line::Unknown) => Err(of_a_later_version(self.path, self.at.line)),
            Some(Line::Torn) => Err(damaged(self.path, self.at.line)),
        }
    }

    fn next_line(&mut self) -> Result<Option<Line>, JournalError> {
        self.read_line().map_err(|error| failed(self.path, "read", error))?;
        if self.text.is_empty() {
            return Ok(None);
        }
        Ok(Some(match serde_json::from_slice(&self.text) {
            Ok(record) => Line::Record(record),
            Err(_) if serde_json::from_slice::<IgnoredAny>(&self.text).is_ok() => Line::Unknown,
            Err(_) => Line::Torn,
        }))
    }

    fn read_line(&mut self) -> io::Result<()> {
        self.text.clear();
        let mut line = self.reader.by_ref().take(LONGEST_LINE);
        let length = line.read_until(b'\n', &mut self.text)?;
        self.at.offset += length as u64;
        self.at.line += 1;
        Ok(())
    }
}

/// Reads the whole file, passes its records to `each`, and returns where they end. The file is not changed.
pub(crate) fn scan(
    file: &File,
    path: &Path,
    length: u64,
    mut each: impl FnMut(Record) -> Result<(), JournalError>,
) -> Result<Extent, JournalError> {
    check_beginning(file, path, length)?;
    let mut lines = Lines::new(file, path, Position::START, length)?;
    let mut extent = Extent {
        end: 0,
        lacks_newline: false,
    };
    while let Some(line) = lines.next_line()? {
        let at = lines.position();
        match line {
            Line::Record(Record::Begun { version, .. }) if version > Record::VERSION => {
                return Err(of_a_later_version(path, at.line));
            }
            Line::Record(record) => each(record)?,
            Line::Unknown => return Err(of_a_later_version(path, at.line)),
            Line::Torn if at.offset < lines.end => return Err(damaged(path, at.line)),
            Line::Torn => break,
        }
        extent.end = at.offset;
        extent.lacks_newline = !lines.text.ends_with(b"\n");
    }
    Ok(extent)
}

/// Fails for a file that does not start as a journal does.
fn check_beginning(mut file: &File, path: &Path, length: u64) -> Result<(), JournalError> {
    let mut beginning = Vec::with_capacity(BEGINNING.len());
    file.seek(SeekFrom::Start(0))
        .and_then(|_| {
            file.take(length.min(BEGINNING.len() as u64))
                .read_to_end(&mut beginning)
        })
        .map_err(|error| failed(path, "read", error))?;
    if BEGINNING.starts_with(&beginning) {
        Ok(())
    } else {
        Err(not_a_journal(path))
    }
}
