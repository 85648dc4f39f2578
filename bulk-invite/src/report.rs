//! The report: an HTML page, or a CSV file with the result of each row, in the order of the people file.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use crate::args::ReportFor;
use crate::links::Links;
use crate::output_file::{OutputFile, explain};
use crate::results::Results;
use crate::text::escaped;

const HEADER: [&str; 7] = [
    "line",
    "email_address",
    "outcome",
    "evidence",
    "invitation_id",
    "url",
    "reason",
];

/// The indices of the columns that [`read_links`] reads.
const ID_COLUMN: usize = 4;
const URL_COLUMN: usize = 5;

/// The byte order mark of UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Whether a report at this path is an HTML page instead of a CSV file.
pub(crate) fn is_html(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    ["html", "htm"].iter().any(|html| extension.eq_ignore_ascii_case(html))
}

/// Writes a report with `write`, replacing what the file held.
pub(crate) fn write(
    file: OutputFile,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), String> {
    let path = file.path().display().to_string();
    file.truncate()
        .and_then(|file| write(&mut BufWriter::new(file)))
        .map_err(|error| format!("the report {path} is incomplete: {}", explain(&error)))
}

/// Returns the links in a CSV report of an earlier run. Another file has none.
pub(crate) fn read_links(path: &Path) -> Links {
    // A device can be read without end.
    if !path.is_file() {
        return Links::new();
    }
    let Ok(reader) = csv::ReaderBuilder::new().flexible(true).from_path(path) else {
        return Links::new();
    };
    let rows = reader.into_records().map_while(Result::ok);
    let link = |row: csv::StringRecord| match (row.get(ID_COLUMN), row.get(URL_COLUMN)) {
        (Some(id), Some(url)) if !id.is_empty() && !url.is_empty() => Some((id.to_owned(), url.to_owned())),
        _ => None,
    };
    rows.filter_map(link).collect()
}

/// Writes the CSV file.
pub(crate) fn write_csv(sink: &mut impl io::Write, results: &Results, program: ReportFor) -> io::Result<()> {
    if program == ReportFor::Excel {
        sink.write_all(BYTE_ORDER_MARK)?;
    }
    let mut writer = csv::Writer::from_writer(sink);
    writer.write_record(HEADER)?;
    for row in results.rows() {
        let id = row.invitation_id.as_ref().map_or("", |id| id.as_str());
        writer.write_record([
            row.position.line.to_string(),
            cell(&row.email_address),
            row.outcome.to_string(),
            row.evidence.to_string(),
            cell(id),
            cell(row.url.as_deref().unwrap_or("")),
            cell(&row.reason),
        ])?;
    }
    writer.flush()
}

/// Escapes text for a cell. Text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP advises
/// against CSV injection; the wide forms of the signs are those of East Asian input methods.
pub(crate) fn cell(text: &str) -> String {
    let text = escaped(text);
    let begins_formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    match text.trim_start().starts_with(begins_formula) {
        true => format!("'{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Position;
    use crate::results::RowResult;
    use clerk_core::run::Outcome;

    #[test]
    fn text_from_the_file_is_no_formula() {
        let cases = [
            ("=1+1@example.com", "'=1+1@example.com"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("ada@example.com", "ada@example.com"),
            (" +1", "' +1"),
            ("＝1", "'＝1"),
            ("a\r\n=1\u{202E}", "a<U+000D><U+000A>=1<U+202E>"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn rows_are_in_input_order_and_quoted_where_needed() {
        let mut results = Results::default();
        let insert = |results: &mut Results, line, address: &str, outcome, reason: &str| {
            results.insert(RowResult::from_input(Position::new(line), address, outcome, reason));
        };
        insert(&mut results, 10, "bob@example.com", Outcome::Invalid, "no, \"never\"");
        insert(&mut results, 9, "ada@example.com", Outcome::Duplicate, "");
        let mut written = Vec::new();
        write_csv(&mut written, &results, ReportFor::Any).expect("memory can be written");
        assert_eq!(
            String::from_utf8(written).expect("UTF-8"),
            "line,email_address,outcome,evidence,invitation_id,url,reason\n\
             9,ada@example.com,duplicate,input,,,\n\
             10,bob@example.com,invalid,input,,,\"no, \"\"never\"\"\"\n"
        );
    }
}
