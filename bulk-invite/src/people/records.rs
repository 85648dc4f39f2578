//! Reads the records of a CSV file and the lines they are on.

use csv::{ReaderBuilder, StringRecord};

use super::{Position, UnusableFile};

/// A record with at least one field that is not blank.
#[derive(Debug, PartialEq, Eq)]
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
    /// Returns where the record begins.
    pub(super) const fn position(&self) -> Position {
        Position {
            line: self.line,
            item: self.item,
        }
    }
}

/// Reads at most `max` records of a CSV file. Skips blank records.
pub(super) fn read(text: &str, separator: u8, max: usize) -> Result<Vec<Record>, UnusableFile> {
    let bytes = text.as_bytes();
    let mut reader = reader(bytes, separator);
    let mut lines = Lines { bytes, at: 0, line: 1 };
    let mut records = Vec::new();
    let mut record = StringRecord::new();
    while records.len() < max {
        let more = reader
            .read_record(&mut record)
            .map_err(|error| UnusableFile(format!("the file is not CSV: {error}")))?;
        if !more {
            break;
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let raw = lines.raw(start, reader.position().byte());
        let line = lines.line;
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let last_line = line + line_ends(raw.trim_ascii_end());
        let is_last = lines.at + raw.len() == bytes.len();
        records.push(Record {
            line,
            item: 0,
            last_line,
            fields: record.iter().map(unquoted).collect(),
            is_open: (last_line > line && has_odd_quotes(raw)) || (is_last && runs_on(raw, separator)),
        });
    }
    Ok(records)
}

fn reader(bytes: &[u8], separator: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes)
}

/// Whether a record has an odd number of quotes. A stray quote can be closed by the first quote of a later row.
fn has_odd_quotes(record: &[u8]) -> bool {
    record.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

/// Whether a line after the record would become part of it. Counting quotes is not enough: `5" pipe` has one and is
/// complete.
fn runs_on(record: &[u8], separator: u8) -> bool {
    let with_a_line = [record, b"\nx"].concat();
    reader(&with_a_line, separator).into_byte_records().count() == 1
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

/// Finds the line on which a record begins. The CSV reader's position is before the blank lines that precede it.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Advances to the record between two positions, and returns its bytes.
    fn raw(&mut self, start: u64, end: u64) -> &'a [u8] {
        let index = |position| usize::try_from(position).unwrap_or(usize::MAX).min(self.bytes.len());
        let (mut start, end) = (index(start), index(end));
        while start < end && matches!(self.bytes[start], b'\n' | b'\r') {
            start += 1;
        }
        self.line += line_ends(&self.bytes[self.at..start]);
        self.at = start;
        &self.bytes[start..end]
    }
}

/// Counts line ends: LF, CRLF, or CR alone.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    let mut ends = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(index + 1) != Some(&b'\n')) {
            ends += 1;
        }
    }
    ends
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
}
