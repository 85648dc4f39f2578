//! Reads the records of a CSV file and the lines they are on.

use std::io::{self, BufRead, Read};

use csv::{ReaderBuilder, StringRecord};
use serde::{Deserialize, Serialize};

use super::line_ends::line_ends;
use super::{Position, UnusableFile};

/// The size that a record can have, in bytes. A longer one is many rows behind a stray quote.
pub(super) const MAX_RECORD: usize = 4 << 20;

/// The number of fields that a record can have.
const MAX_FIELDS: usize = 10_000;

/// The size of the CSV reader's buffer.
const BUFFER: usize = 1 << 16;

/// A record with at least one field that is not blank.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// The position on the line, from 0, of an address in a list.
    pub(super) item: u32,
    /// The line on which it ends, which differs if a quoted field contains line breaks.
    pub(super) last_line: u64,
    /// The fields without surrounding spaces.
    pub(super) fields: Vec<String>,
    /// Whether an opening quote has no closing one, so that the record may contain the lines after it.
    pub(super) is_open: bool,
}

impl Record {
    /// Creates a record of a form that has no quotes.
    pub(super) const fn new(line: u64, item: u32, last_line: u64, fields: Vec<String>) -> Self {
        Self {
            line,
            item,
            last_line,
            fields,
            is_open: false,
        }
    }

    /// Returns where the record begins.
    pub(super) const fn position(&self) -> Position {
        Position {
            line: self.line,
            item: self.item,
        }
    }
}

/// Reads at most `max` records of a text. Skips blank records.
pub(super) fn read(text: &str, separator: u8, max: usize) -> Result<Vec<Record>, UnusableFile> {
    Records::new(text.as_bytes(), separator).take(max).collect()
}

/// The records of a CSV file that are not blank.
pub(super) struct Records<R> {
    reader: csv::Reader<Retaining<R>>,
    separator: u8,
    record: StringRecord,
    /// The position and the line at which the last record begins.
    at: u64,
    line: u64,
    has_failed: bool,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(text: R, separator: u8) -> Self {
        Self {
            reader: reader(Retaining::new(text), separator),
            separator,
            record: StringRecord::new(),
            at: 0,
            line: 1,
            has_failed: false,
        }
    }

    fn read(&mut self) -> Result<Option<Record>, UnusableFile> {
        loop {
            let end = self.reader.position().byte();
            self.reader.get_mut().release(self.at, end);
            let more = self
                .reader
                .read_record(&mut self.record)
                .map_err(|error| self.unreadable(&error))?;
            if !more {
                return Ok(None);
            }
            let start = self.record.position().map_or(0, csv::Position::byte);
            let end = self.reader.position().byte();
            let retaining = self.reader.get_ref();
            // The CSV reader's position is before the blank lines that precede a record.
            let blank = retaining.slice(start, end);
            let blank = blank.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            let start = start + blank as u64;
            self.line += line_ends(retaining.slice(self.at, start));
            self.at = start;
            let is_blank = |field: &str| match self.separator {
                // Tables that are drawn with bars have rules.
                b'|' => is_rule(field),
                _ => field.trim().is_empty(),
            };
            if self.record.iter().all(is_blank) {
                continue;
            }
            if self.record.len() > MAX_FIELDS {
                return Err(UnusableFile(format!(
                    "line {} has more than {MAX_FIELDS} fields: keep only the columns that are needed",
                    self.line
                )));
            }
            let raw = retaining.slice(start, end);
            let last_line = self.line + line_ends(raw.trim_ascii_end());
            let is_odd = last_line > self.line && has_odd_quotes(raw);
            let is_last = self
                .reader
                .get_mut()
                .is_end(end)
                .map_err(|error| self.unreadable(&error.into()))?;
            let raw = self.reader.get_ref().slice(start, end);
            return Ok(Some(Record {
                is_open: is_odd || (is_last && runs_on(raw, self.separator)),
                ..Record::new(self.line, 0, last_line, self.record.iter().map(unquoted).collect())
            }));
        }
    }

    fn unreadable(&self, error: &csv::Error) -> UnusableFile {
        UnusableFile(match self.reader.get_ref().is_full() {
            true => format!(
                "the row after line {} has more than {} MB: look for a quote without a closing one",
                self.line,
                MAX_RECORD >> 20
            ),
            false => format!("the file is not CSV: {error}"),
        })
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record, UnusableFile>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let record = self.read().transpose();
        self.has_failed = matches!(record, Some(Err(_)));
        record
    }
}

/// Whether a field of a drawn table is blank or a line of dashes, as in `|---|:--:|` and `----+----`.
fn is_rule(field: &str) -> bool {
    let field = field.trim();
    let dashes = field.bytes().filter(|byte| matches!(byte, b'-' | b'=')).count();
    field.is_empty() || (dashes > 1 && field.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'+' | b':')))
}

fn reader<R: Read>(text: R, separator: u8) -> csv::Reader<R> {
    ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(BUFFER)
        .from_reader(text)
}

/// Whether a record has an odd number of quotes. A stray quote can be closed by the first quote of a later row.
fn has_odd_quotes(record: &[u8]) -> bool {
    record.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

/// Whether a line after the record would become part of it. Counting quotes is not enough: `5" pipe` has one and is
/// complete.
fn runs_on(record: &[u8], separator: u8) -> bool {
    let with_a_line = [record, b"\nx"].concat();
    reader(&with_a_line[..], separator).into_byte_records().count() == 1
}

/// Keeps the bytes of the records that the CSV reader is at, which it does not show.
struct Retaining<R> {
    inner: R,
    bytes: Vec<u8>,
    /// The position in the text of the first byte that is kept.
    start: u64,
    /// The position behind the last record.
    read_up_to: u64,
}

impl<R: BufRead> Retaining<R> {
    const fn new(inner: R) -> Self {
        Self {
            inner,
            bytes: Vec::new(),
            start: 0,
            read_up_to: 0,
        }
    }

    fn slice(&self, start: u64, end: u64) -> &[u8] {
        let index = |position: u64| usize::try_from(position.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let end = index(end).min(self.bytes.len());
        &self.bytes[index(start).min(end)..end]
    }

    /// Frees the bytes before `from`; the records before `read_up_to` have been read.
    fn release(&mut self, from: u64, read_up_to: u64) {
        self.read_up_to = read_up_to;
        let free = self.slice(self.start, from).len();
        if free >= BUFFER {
            self.bytes.drain(..free);
            self.start = from;
        }
    }

    /// Whether the text ends at a position.
    fn is_end(&mut self, position: u64) -> io::Result<bool> {
        Ok(position == self.start + self.bytes.len() as u64 && self.inner.fill_buf()?.is_empty())
    }

    /// Whether the record that is being read is too long.
    fn is_full(&self) -> bool {
        self.start + self.bytes.len() as u64 > self.read_up_to + (MAX_RECORD + BUFFER) as u64
    }
}

impl<R: BufRead> Read for Retaining<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_full() {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        let length = self.inner.read(buffer)?;
        self.bytes.extend_from_slice(&buffer[..length]);
        Ok(length)
    }
}

/// Returns a field without surrounding spaces, and without quotes that the CSV reader kept because of those spaces.
fn unquoted(field: &str) -> String {
    let text = field.trim_ascii();
    let is_padded = text.len() < field.len();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match quoted {
        Some(quoted) if is_padded => quoted.replace("\"\"", "\"").trim().to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Result<Vec<Record>, UnusableFile> {
        read(text, b',', usize::MAX)
    }

    fn fields(record: &Record) -> Vec<&str> {
        record.fields.iter().map(String::as_str).collect()
    }

    #[test]
    fn reads_common_csv_dialects_alike() {
        let cases = [
            "a,b\n1,2\n",
            "a,b\r\n1,2\r\n",
            "a,b\r1,2\r",
            "a,b\n1,2",
            "\"a\",\"b\"\n\"1\",\"2\"\n",
            " a , b \n 1 ,\t2 \n",
            " \"a\" , \"b\" \n\"1\" , \"2\"\n",
        ];
        for case in cases {
            let records = read_all(case).expect("CSV");
            let all: Vec<_> = records.iter().map(fields).collect();
            assert_eq!(all, [["a", "b"], ["1", "2"]], "{case:?}");
        }
    }

    #[test]
    fn records_have_their_first_and_last_line() {
        let csv = "\n\nname,note\r\n\r\nada,\"two\nlines\"\n  \n , \nbob,x\reve,\"\n\n\"\n\n\"zoe\"\"\",y";
        let lines: Vec<_> = read_all(csv)
            .expect("CSV")
            .iter()
            .map(|record| (fields(record)[0].to_owned(), record.line, record.last_line))
            .collect();
        let expected = [
            ("name", 3, 3),
            ("ada", 5, 6),
            ("bob", 9, 9),
            ("eve", 10, 12),
            ("zoe\"", 14, 14),
        ];
        assert_eq!(lines, expected.map(|(name, line, last)| (name.to_owned(), line, last)));
    }

    #[test]
    fn detects_an_unclosed_quote_but_not_a_quote_within_a_field() {
        let cases = [
            ("\"open,x\nbob,y\n", 3, true),
            ("\"open,x\n\"bob\",y\n", 3, true),
            ("\"open,x\n", 2, true),
            ("\"open,x", 2, true),
            ("x,\"open", 2, true),
            ("x,\"open\"\"", 2, true),
            ("x,\"\"\"", 2, true),
            ("x,5\" pipe", 2, false),
            ("x,5\" pipe\n", 2, false),
            ("\"quo\"\"ted\",x", 2, false),
            ("\"quo\"\"ted\",\"two\nlines\"\n\n", 3, false),
        ];
        for (row, last_line, is_open) in cases {
            let records = read_all(&format!("a,b\n{row}")).expect("CSV");
            let ends: Vec<_> = records
                .iter()
                .map(|record| (record.last_line, record.is_open))
                .collect();
            assert_eq!(ends, [(1, false), (last_line, is_open)], "{row:?}");
        }
        let records = read_all("a,b\n5\" pipe,x\ny,z").expect("CSV");
        assert!(records.iter().all(|record| !record.is_open), "{records:?}");
    }

    #[test]
    fn records_far_into_a_file_have_their_lines() {
        let mut text = String::from("a,b\n");
        for n in 0..20_000 {
            text += &format!("{n},\"two\r\nlines\"\r\n");
        }
        text += "\n\nlast,\"open";
        let records = read_all(&text).expect("CSV");
        for (record, n) in records[1..=20_000].iter().zip(0_u64..) {
            assert_eq!((record.line, record.last_line), (2 * n + 2, 2 * n + 3));
            assert_eq!(fields(record)[0], n.to_string());
        }
        let last = records.last().map(|record| (record.line, record.is_open));
        assert_eq!(last, Some((40_004, true)));
    }

    #[test]
    fn a_record_has_a_limit() {
        let text = format!("a,b\nx,y\n\"{}", "x,y\n".repeat(MAX_RECORD / 2));
        let error = read_all(&text).expect_err("too long").to_string();
        assert_eq!(
            error,
            "the row after line 2 has more than 4 MB: look for a quote without a closing one"
        );
        let wide = format!("x{}", ",".repeat(MAX_FIELDS));
        let error = read_all(&wide).expect_err("too wide").to_string();
        assert!(error.starts_with("line 1 has more than 10000 fields"), "{error}");
    }
}
