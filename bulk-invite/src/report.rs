//! The report: a CSV file with the result of each row, in the order of the people file.

use std::borrow::Cow;
use std::io::{self, BufWriter};

use crate::output_file::OutputFile;
use crate::results::Results;

const HEADER: [&str; 7] = [
    "line",
    "email_address",
    "outcome",
    "evidence",
    "invitation_id",
    "url",
    "reason",
];

/// Writes the report, replacing what the file held.
pub(crate) fn write(file: OutputFile, results: &Results) -> Result<(), String> {
    let path = file.path().display().to_string();
    file.truncate()
        .and_then(|file| write_to(BufWriter::new(file), results))
        .map_err(|error| format!("the report {path} is incomplete: {error}"))
}

fn write_to(sink: impl io::Write, results: &Results) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(sink);
    writer.write_record(HEADER)?;
    for row in results.rows() {
        let line = row.position.line.to_string();
        writer.write_record([
            line.as_str(),
            &spreadsheet_safe(&row.email_address),
            row.outcome.as_str(),
            row.evidence.as_str(),
            row.invitation_id.as_ref().map_or("", |id| id.as_str()),
            row.url.as_deref().unwrap_or(""),
            &spreadsheet_safe(&row.reason),
        ])?;
    }
    writer.flush()
}

/// Prefixes text that a spreadsheet would run as a formula with an apostrophe, as OWASP advises against CSV injection.
fn spreadsheet_safe(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@']) {
        format!("'{text}").into()
    } else {
        text.into()
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
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(spreadsheet_safe(text), expected);
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
        write_to(&mut written, &results).expect("memory can be written");
        assert_eq!(
            String::from_utf8(written).expect("UTF-8"),
            "line,email_address,outcome,evidence,invitation_id,url,reason\n\
             9,ada@example.com,duplicate,input,,,\n\
             10,bob@example.com,invalid,input,,,\"no, \"\"never\"\"\"\n"
        );
    }
}
