//! Reads the records of a CSV file and the lines they are on. Detects the separator and the kind of line ends.

use csv::{ByteRecord, ReaderBuilder};

use super::UnusableFile;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const UTF_16_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];
/// The number of bytes checked for UTF-16. No column name is shorter in UTF-16.
const BEGINNING: usize = 8;
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// A record with at least one field that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// The line on which it ends, which differs if a quoted field contains line breaks.
    pub(super) last_line: u64,
    /// The fields without surrounding spaces; `None` for a field that is not UTF-8.
    pub(super) fields: Vec<Option<String>>,
    /// Whether an opening quote has no closing one, so that the record may contain the lines after it.
    pub(super) is_open: bool,
}

/// Reads the records of a CSV file. Skips blank records.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Record>, UnusableFile> {
    if looks_like_utf_16(bytes) {
        return Err(UnusableFile(
            "the file looks like UTF-16, not UTF-8: save it as CSV UTF-8".to_owned(),
        ));
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let separator = separator(bytes);
    let mut reader = reader(bytes, separator);
    let mut lines = Lines { bytes, at: 0, line: 1 };
    let mut records = Vec::new();
    let mut record = ByteRecord::new();
    loop {
        let more = reader
            .read_byte_record(&mut record)
            .map_err(|error| UnusableFile(format!("the file is not CSV: {error}")))?;
        if !more {
            return Ok(records);
        }
        let start = record.position().map_or(0, csv::Position::byte);
        let raw = lines.raw(start, reader.position().byte());
        let line = lines.line;
        if record.iter().all(|field| field.trim_ascii().is_empty()) {
            continue;
        }
        let last_line = line + line_ends(raw.trim_ascii_end());
        let is_last = lines.at + raw.len() == bytes.len();
        records.push(Record {
            line,
            last_line,
            fields: record.iter().map(text).collect(),
            is_open: (last_line > line && has_odd_quotes(raw)) || (is_last && runs_on(raw, separator)),
        });
    }
}

/// Whether the bytes begin with a byte order mark of UTF-16, or with ASCII letters in UTF-16: every other byte is NUL.
fn looks_like_utf_16(bytes: &[u8]) -> bool {
    let first = &bytes[..bytes.len().min(BEGINNING)];
    let is_each = |nul: usize| {
        let mut units = first.chunks_exact(2);
        units.len() > 0 && units.all(|unit| unit[nul] == 0 && unit[1 - nul] != 0)
    };
    UTF_16_MARKS.iter().any(|mark| bytes.starts_with(mark)) || is_each(0) || is_each(1)
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

/// Returns the separator that occurs most often in the header.
fn separator(bytes: &[u8]) -> u8 {
    let header = bytes.trim_ascii_start();
    let header = header
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or(header);
    let count = |separator: u8| header.iter().filter(|byte| **byte == separator).count();
    // `max_by_key` returns the last maximum, and of equals the first must win.
    SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|separator| count(*separator))
        .unwrap_or(b',')
}

/// Returns a field without surrounding spaces, and without quotes that the CSV reader kept because of those spaces.
fn text(field: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(field).ok()?.trim();
    let is_padded = text.len() < field.len();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    Some(match quoted {
        Some(quoted) if is_padded => quoted.replace("\"\"", "\"").trim().to_owned(),
        _ => text.to_owned(),
    })
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
fn line_ends(bytes: &[u8]) -> u64 {
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

    fn fields(record: &Record) -> Vec<&str> {
        record
            .fields
            .iter()
            .map(|field| field.as_deref().unwrap_or("<not UTF-8>"))
            .collect()
    }

    #[test]
    fn reads_common_csv_dialects_alike() {
        let cases: [&[u8]; 9] = [
            b"a,b\n1,2\n",
            b"a,b\r\n1,2\r\n",
            b"a,b\r1,2\r",
            b"\xEF\xBB\xBFa,b\n1,2",
            b"a;b\n1;2\n",
            b"a\tb\n1\t2\n",
            b"\"a\",\"b\"\n\"1\",\"2\"\n",
            b" a , b \n 1 ,\t2 \n",
            b" \"a\" , \"b\" \n\"1\" , \"2\"\n",
        ];
        for case in cases {
            let records = read(case).expect("CSV");
            let all: Vec<_> = records.iter().map(fields).collect();
            assert_eq!(all, [["a", "b"], ["1", "2"]], "{:?}", String::from_utf8_lossy(case));
        }
    }

    #[test]
    fn records_have_their_first_and_last_line() {
        let csv = b"\n\nname,note\r\n\r\nada,\"two\nlines\"\n  \n , \nbob,x\reve,\"\n\n\"\n\n\"zoe\"\"\",y";
        let lines: Vec<_> = read(csv)
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
            let records = read(format!("a,b\n{row}").as_bytes()).expect("CSV");
            let ends: Vec<_> = records
                .iter()
                .map(|record| (record.last_line, record.is_open))
                .collect();
            assert_eq!(ends, [(1, false), (last_line, is_open)], "{row:?}");
        }
        let records = read(b"a,b\n5\" pipe,x\ny,z").expect("CSV");
        assert!(records.iter().all(|record| !record.is_open), "{records:?}");
    }

    #[test]
    fn detects_utf_16_and_marks_fields_that_are_not_utf_8() {
        let utf_16: [&[u8]; 5] = [
            b"\xFF\xFEe\0m\0",
            b"\xFE\xFF\0e\0m",
            b"e\0m\0a\0",
            b"\0e\0m\0a\0i\0l\0\n",
            b"e\0m\0a\0i\0l\0\n\0\x16\x04",
        ];
        for bytes in utf_16 {
            let error = read(bytes).expect_err("not UTF-8").to_string();
            assert!(error.contains("UTF-16"), "{bytes:?}: {error}");
        }
        for with_nul in [&b"email\nada\0"[..], b"e\0mail\nada", b"\0\0\0\0\0\0\0\0", b"\0"] {
            assert!(read(with_nul).is_ok(), "{with_nul:?}");
        }
        let latin_1 = read(b"name\nJos\xE9\nada\n").expect("the other rows can be read");
        assert_eq!(fields(&latin_1[1]), ["<not UTF-8>"]);
        assert_eq!(fields(&latin_1[2]), ["ada"]);
    }
}
