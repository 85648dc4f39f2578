//! Reads the file line by line: which lines are intact records, and where an incomplete last record or damage begins.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::Path;

use serde::de::IgnoredAny;

use super::position::{FRAME, Position};
use super::problem::{damaged, failed, not_a_journal, of_a_later_version, zeroed};
use crate::run::journal::{JournalError, Record};

/// The first bytes of a journal of format 1.
const BEGINNING_OF_FORMAT_1: &[u8] = br#"{"begun":{"version":"#;

/// How the first record begins behind its checksum, or behind the brace.
const FIRST_RECORD: &[u8] = br#""begun":"#;

/// Longer than any record. A line of a damaged file can be as long as the file.
const LONGEST_LINE: u64 = 16 << 20;

/// A line of the file.
#[derive(Debug)]
enum Line {
    Record(Record),
    /// Intact by its checksum, and not parsed.
    Intact,
    /// Intact, but not a record of this version.
    Unknown,
    /// A beginning of a line at the end of the file: an append that was cut off.
    Torn,
    Damaged,
}

/// Where the intact records end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(super) end: Position,
    /// Whether the last record is complete except for its newline.
    pub(super) lacks_newline: bool,
    /// The number of the damaged line behind the records, if there is one.
    pub(super) damaged_line: Option<u64>,
}

/// Reads the lines of a file from a position to `end`.
#[derive(Debug)]
pub(super) struct Lines<'f> {
    reader: BufReader<Take<&'f File>>,
    path: &'f Path,
    at: Position,
    end: u64,
    /// The line that was read last, without its newline.
    text: Vec<u8>,
    /// Whether that line has no newline.
    ends_without_newline: bool,
    depth: Depth,
}

/// How far a line is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Records,
    /// Whether it is intact. A line with a checksum is not parsed, except for the first record, wherever it is.
    Checksums,
}

impl<'f> Lines<'f> {
    /// Reads records.
    pub(super) fn new(file: &'f File, path: &'f Path, from: Position, end: u64) -> Result<Self, JournalError> {
        Self::with_depth(file, path, from, end, Depth::Records)
    }

    fn with_depth(
        mut file: &'f File,
        path: &'f Path,
        from: Position,
        end: u64,
        depth: Depth,
    ) -> Result<Self, JournalError> {
        file.seek(SeekFrom::Start(from.offset))
            .map_err(|error| failed(path, "read", error))?;
        Ok(Self {
            reader: BufReader::with_capacity(64 << 10, file.take(end - from.offset)),
            path,
            at: from,
            end,
            text: Vec::new(),
            ends_without_newline: false,
            depth,
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
            Some(Line::Unknown | Line::Intact) => Err(of_a_later_version(self.path, self.at.line)),
            Some(Line::Torn | Line::Damaged) => Err(damaged(self.path, self.at.line + 1)),
        }
    }

    /// Reads the next line, and moves behind it if it is intact.
    fn next_line(&mut self) -> Result<Option<Line>, JournalError> {
        self.read_line().map_err(|error| failed(self.path, "read", error))?;
        let length = self.text.len();
        let Some(last) = self.text.last().copied() else {
            return Ok(None);
        };
        self.ends_without_newline = last != b'\n';
        if !self.ends_without_newline {
            self.text.pop();
        }
        if let Some((after, line)) = self.intact(self.text.len(), length as u64) {
            self.at = after;
            return Ok(Some(line));
        }
        let is_complete = !self.ends_without_newline || self.begins_with_intact_line();
        let is_last = self.at.offset + length as u64 == self.end;
        Ok(Some(match is_last && !is_complete {
            true => Line::Torn,
            false => Line::Damaged,
        }))
    }

    /// Whether the text begins with a line that was written in full, behind which the newline was changed to another byte.
    /// A part of the next line can follow.
    fn begins_with_intact_line(&mut self) -> bool {
        let mut values = serde_json::Deserializer::from_slice(&self.text).into_iter::<IgnoredAny>();
        let begins_with_value = matches!(values.next(), Some(Ok(_)));
        let end = values.byte_offset();
        begins_with_value && self.intact(end, 0).is_some()
    }

    /// Reads the first bytes of the text as a line that takes `length` bytes of the file. Returns `None` for a damaged one.
    fn intact(&mut self, bytes: usize, length: u64) -> Option<(Position, Line)> {
        let text = &mut self.text[..bytes];
        let (after, begin) = self.at.after(text, length)?;
        let has_checksum = begin > 0;
        let may_be_first = after.line == 1 || text.get(begin + 1..)?.starts_with(FIRST_RECORD);
        if self.depth == Depth::Checksums && has_checksum && !may_be_first {
            return Some((after, Line::Intact));
        }
        let json = &mut text[begin..];
        *json.first_mut()? = b'{';
        let line = match serde_json::from_slice(json) {
            Ok(record) => Line::Record(record),
            Err(_) if serde_json::from_slice::<IgnoredAny>(json).is_ok() => Line::Unknown,
            Err(_) => return None,
        };
        // A journal has one first record.
        let is_out_of_place = match &line {
            Line::Record(record) => matches!(record, Record::Begun { .. }) != (after.line == 1),
            _ => false,
        };
        (!is_out_of_place).then_some((after, line))
    }

    fn read_line(&mut self) -> io::Result<()> {
        self.text.clear();
        let mut line = self.reader.by_ref().take(LONGEST_LINE);
        line.read_until(b'\n', &mut self.text)?;
        Ok(())
    }
}

/// Reads the whole file, passes its records to `each`, and returns where they end. The file is not changed.
///
/// # Errors
///
/// [`JournalError`] for a damaged file.
pub(crate) fn scan(
    file: &File,
    path: &Path,
    length: u64,
    each: impl FnMut(Record) -> Result<(), JournalError>,
) -> Result<Extent, JournalError> {
    let extent = read_to_damage(file, path, length, Depth::Records, each)?;
    match extent.damaged_line {
        None => Ok(extent),
        Some(line) => Err(damaged(path, line)),
    }
}

/// Finds where the intact lines end, at the end of the file or at the first damage. Lines with a checksum are not parsed.
///
/// # Errors
///
/// [`JournalError`] if not even the first line is intact.
pub(super) fn find_extent(file: &File, path: &Path, length: u64) -> Result<Extent, JournalError> {
    read_to_damage(file, path, length, Depth::Checksums, |_| Ok(()))
}

fn read_to_damage(
    file: &File,
    path: &Path,
    length: u64,
    depth: Depth,
    mut each: impl FnMut(Record) -> Result<(), JournalError>,
) -> Result<Extent, JournalError> {
    check_beginning(file, path, length)?;
    let mut lines = Lines::with_depth(file, path, Position::START, length, depth)?;
    let mut extent = Extent {
        end: Position::START,
        lacks_newline: false,
        damaged_line: None,
    };
    while let Some(line) = lines.next_line()? {
        let number = lines.at.line;
        match line {
            Line::Record(Record::Begun { version, .. }) if version > Record::VERSION => {
                return Err(of_a_later_version(path, number));
            }
            Line::Record(record) => each(record)?,
            Line::Intact => {}
            Line::Unknown => return Err(of_a_later_version(path, number)),
            Line::Damaged if number == 0 => return Err(damaged(path, 1)),
            Line::Damaged => {
                extent.damaged_line = Some(number + 1);
                break;
            }
            Line::Torn => break,
        }
        extent.end = lines.at;
        extent.lacks_newline = lines.ends_without_newline;
    }
    Ok(extent)
}

/// Fails for a file that does not start as a journal does.
fn check_beginning(mut file: &File, path: &Path, length: u64) -> Result<(), JournalError> {
    let mut beginning = Vec::with_capacity(BEGINNING_OF_FORMAT_1.len());
    file.seek(SeekFrom::Start(0))
        .and_then(|_| {
            file.take(length.min(BEGINNING_OF_FORMAT_1.len() as u64))
                .read_to_end(&mut beginning)
        })
        .map_err(|error| failed(path, "read", error))?;
    let has_format_2 = beginning.starts_with(FRAME) || FRAME.starts_with(&beginning);
    if has_format_2 || BEGINNING_OF_FORMAT_1.starts_with(&beginning) {
        Ok(())
    } else if beginning.iter().all(|byte| *byte == 0) && is_zero(file).map_err(|error| failed(path, "read", error))? {
        Err(zeroed(path))
    } else {
        Err(not_a_journal(path))
    }
}

/// Whether the rest of a file has nothing but zero bytes.
fn is_zero(file: &File) -> io::Result<bool> {
    let mut reader = BufReader::new(file);
    loop {
        let bytes = reader.fill_buf()?;
        match bytes.len() {
            0 => return Ok(true),
            _ if bytes.iter().any(|byte| *byte != 0) => return Ok(false),
            read => reader.consume(read),
        }
    }
}
