//! The report: an HTML page, or a CSV file with the result of each row, in the order of the people file.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use crate::args::ReportFor;
use crate::links::Links;
use crate::output_file::{OutputFile, explain};
use crate::report_rows::ReportRows;
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

/// Explains that a report is not written, because its rows could not be kept until the end of the run.
pub(crate) fn not_kept(path: &Path, error: &io::Error) -> String {
    format!(
        "the report {} is left as it was, because its rows found no room in {} ({error}): free some space there, or set TMPDIR \
         to a folder with space, and run again",
        path.display(),
        env::temp_dir().display()
    )
}

/// Returns the links in a CSV report of an earlier run. Another file has none.
///
/// # Errors
///
/// If there is no room for the links.
pub(crate) fn read_links(path: &Path) -> io::Result<Links> {
    let mut links = Links::new();
    // A device can be read without end.
    if path.is_file()
        && let Ok(mut reader) = csv::ReaderBuilder::new().flexible(true).from_path(path)
    {
        let mut row = csv::StringRecord::new();
        while let Ok(true) = reader.read_record(&mut row) {
            if let (Some(id), Some(url)) = (row.get(ID_COLUMN), row.get(URL_COLUMN))
                && !id.is_empty()
                && !url.is_empty()
            {
                links.insert(id, url)?;
            }
        }
    }
    Ok(links)
}

/// Writes the CSV file.
pub(crate) fn write_csv(sink: &mut impl io::Write, rows: &ReportRows, program: ReportFor) -> io::Result<()> {
    if program == ReportFor::Excel {
        sink.write_all(BYTE_ORDER_MARK)?;
    }
    let mut writer = csv::Writer::from_writer(sink);
    writer.write_record(HEADER)?;
    for row in rows.rows() {
        let row = row?;
        let id = row.invitation_id.as_ref().map_or("", |id| id.as_str());
        writer.write_record([
            &row.position.line.to_string(),
            &cell(&row.email_address),
            row.outcome.as_str(),
            row.evidence.as_str(),
            &cell(id),
            &cell(row.url.as_deref().unwrap_or("")),
            &cell(&row.reason),
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
        let mut rows = ReportRows::new();
        let mut push = |line, address: &str, outcome, reason: &str| {
            rows.push(&RowResult::from_input(Position::new(line), address, outcome, reason));
        };
        push(10, "bob@example.com", Outcome::Invalid, "no, \"never\"");
        push(9, "ada@example.com", Outcome::Duplicate, "");
        rows.complete().expect("room");
        let mut written = Vec::new();
        write_csv(&mut written, &rows, ReportFor::Any).expect("memory can be written");
        assert_eq!(
            String::from_utf8(written).expect("UTF-8"),
            "line,email_address,outcome,evidence,invitation_id,url,reason\n\
             9,ada@example.com,duplicate,input,,,\n\
             10,bob@example.com,invalid,input,,,\"no, \"\"never\"\"\"\n"
        );
    }
}
