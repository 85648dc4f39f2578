//! Finds the separator of a CSV file, and the header of a table.

use super::header::has_email_column;
use super::lines::Lines;
use super::options::ReadOptions;
use super::records::{self, Record};
use super::{UnusableFile, address};

const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The header is expected among this many records.
pub(super) const SEARCHED: usize = 20;

/// How to read a CSV file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) separator: u8,
    /// The number of records before the header: titles, comments, and the line `sep=;`.
    pub(super) preamble: usize,
    /// The lines that are skipped, for the user.
    pub(super) note: Option<String>,
}

/// Detects the dialect: the header is the first record with a name for email addresses, read with the separator that gives it
/// the most fields.
///
/// # Errors
///
/// If the records before the header look like rows.
pub(super) fn detect(text: &str, options: &ReadOptions) -> Result<Dialect, UnusableFile> {
    let declared = declared_separator(text);
    let separators = declared.as_ref().map_or(&SEPARATORS[..], std::slice::from_ref);
    let first = usize::from(declared.is_some());
    let mut best: Option<(usize, Vec<Record>, u8)> = None;
    for separator in separators {
        let records = records::read(text, *separator, SEARCHED)?;
        let Some(header) = find_header(&records, first, options) else {
            continue;
        };
        let fields = records[header].fields.len();
        let is_better = best.as_ref().is_none_or(|(best_header, best_records, _)| {
            header < *best_header || (header == *best_header && fields > best_records[header].fields.len())
        });
        if is_better {
            best = Some((header, records, *separator));
        }
    }
    let Some((header, records, separator)) = best else {
        return Ok(Dialect {
            separator: declared.unwrap_or_else(|| most_frequent_separator(text)),
            preamble: first,
            note: None,
        });
    };
    Ok(Dialect {
        separator,
        preamble: header,
        note: skip(&records[first..header], &records[header])?,
    })
}

/// Returns the index of the first record from `first` on that can be a header, among those in which one is expected.
pub(super) fn find_header(records: &[Record], first: usize, options: &ReadOptions) -> Option<usize> {
    (first..records.len().min(SEARCHED)).find(|index| is_header(&records[*index], options))
}

/// Returns a note on the records that are skipped before the header, if there are any.
///
/// # Errors
///
/// If they look like rows.
pub(super) fn skip(skipped: &[Record], header: &Record) -> Result<Option<String>, UnusableFile> {
    if let Some(record) = skipped.iter().find(|record| !is_preamble(record, header)) {
        return Err(UnusableFile(format!(
            "line {}: the header seems to be on line {}: remove the lines above it",
            record.line, header.line
        )));
    }
    let lines: Lines = skipped.iter().map(|record| record.line).collect();
    Ok((lines.count() > 0).then(|| format!("Skipped {lines} before the header.")))
}

/// Returns the separator that a first line such as `sep=;` declares. Excel reads and writes this line.
fn declared_separator(text: &str) -> Option<u8> {
    let line = text.lines().next()?.trim_matches(['"', ' ', '\r']);
    let (name, value) = line.split_at_checked(4)?;
    match value.as_bytes() {
        [separator] if name.eq_ignore_ascii_case("sep=") && separator.is_ascii() => Some(*separator),
        [] if name.eq_ignore_ascii_case("sep=") && text.starts_with("sep=\t") => Some(b'\t'),
        _ => None,
    }
}

fn is_header(record: &Record, options: &ReadOptions) -> bool {
    let has_address = || record.fields.iter().any(|field| address::extract(field).is_ok());
    !record.is_open && has_email_column(&record.fields, options) && !has_address()
}

/// Whether a record before the header is a title, a comment or a version, and not a row.
fn is_preamble(record: &Record, header: &Record) -> bool {
    let filled = |record: &Record| record.fields.iter().filter(|field| !field.trim().is_empty()).count();
    let first = record.fields.first().map_or("", String::as_str);
    let is_marked = first.starts_with('#') || first.to_ascii_lowercase().starts_with("version:");
    let has_address = record.fields.iter().any(|field| address::extract(field).is_ok());
    is_marked || (filled(record) < filled(header) && !has_address)
}

/// Returns the separator that occurs most often in the first line that is not blank.
fn most_frequent_separator(text: &str) -> u8 {
    let line = text.trim_ascii_start().lines().next().unwrap_or_default();
    let count = |separator: u8| line.bytes().filter(|byte| *byte == separator).count();
    // `max_by_key` returns the last maximum, and of equals the first must win.
    SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|separator| count(*separator))
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::super::{Destination, Settings};
    use super::*;

    fn dialect(text: &str) -> Result<Dialect, UnusableFile> {
        let options = ReadOptions::new(Destination::Application, Settings::default());
        detect(text, &options)
    }

    #[test]
    fn finds_the_separator_and_the_header() {
        let cases = [
            ("email,name\na@example.com,x", b',', 0),
            ("email;name\na@example.com;x", b';', 0),
            ("name\temail\nx\ta@example.com", b'\t', 0),
            ("name|email|team\nx|a@example.com|y", b'|', 0),
            ("\"last, first\";email\n\"x, y\";a@example.com", b';', 0),
            ("sep=;\nemail;name, title\na@example.com;x", b';', 1),
            ("\"sep=|\"\nemail|a,b,c\n", b'|', 1),
            ("Members of the club\n\nemail,name\n", b',', 1),
            ("version:v1.0\nemail,name\n", b',', 1),
            ("# exported today\n# by ada\nemail\n", b',', 2),
            ("name;team\nx;y", b';', 0),
        ];
        for (text, separator, preamble) in cases {
            let dialect = dialect(text).expect(text);
            assert_eq!((dialect.separator, dialect.preamble), (separator, preamble), "{text:?}");
        }
    }

    #[test]
    fn names_the_line_of_a_header_below_rows() {
        let error = dialect("x,y\nemail,name\na@example.com,z").expect_err("rows above the header");
        assert_eq!(
            error.to_string(),
            "line 1: the header seems to be on line 2: remove the lines above it"
        );
    }
}
