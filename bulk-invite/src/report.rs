//! The report: a CSV with everybody's outcome, in the order of the input.

use std::io::{self, BufWriter};

use crate::ledger::Ledger;
use crate::output_file::OutputFile;

const HEADER: [&str; 7] = [
    "line",
    "email_address",
    "outcome",
    "evidence",
    "invitation_id",
    "url",
    "reason",
];

/// Writes the report.
pub(crate) fn write(file: OutputFile, ledger: &Ledger) -> Result<(), String> {
    let path = file.path().display().to_string();
    file.start()
        .and_then(|file| write_to(BufWriter::new(file), ledger))
        .map_err(|error| format!("the report {path} could not be written: {error}"))
}

fn write_to(sink: impl io::Write, ledger: &Ledger) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(sink);
    writer.write_record(HEADER)?;
    for entry in ledger.entries() {
        let line = entry.line.to_string();
        writer.write_record([
            line.as_str(),
            &entry.email_address,
            entry.outcome.as_str(),
            entry.evidence.as_str(),
            entry.invitation_id.as_ref().map_or("", |id| id.as_str()),
            entry.url.as_deref().unwrap_or(""),
            &entry.reason,
        ])?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Entry;
    use clerk_core::run::Outcome;

    #[test]
    fn a_report_is_in_the_order_of_the_input_and_quotes_what_needs_it() {
        let mut ledger = Ledger::default();
        let enter = |ledger: &mut Ledger, line, address: &str, outcome, reason: &str| {
            ledger.enter(Entry::by_input(line, address.to_owned(), outcome, reason.to_owned()));
        };
        enter(&mut ledger, 10, "bob@example.com", Outcome::Invalid, "no, \"never\"");
        enter(&mut ledger, 9, "ada@example.com", Outcome::Duplicate, "");
        let mut written = Vec::new();
        write_to(&mut written, &ledger).expect("memory can be written");
        assert_eq!(
            String::from_utf8(written).expect("UTF-8"),
            "line,email_address,outcome,evidence,invitation_id,url,reason\n\
             9,ada@example.com,duplicate,input,,,\n\
             10,bob@example.com,invalid,input,,,\"no, \"\"never\"\"\"\n"
        );
    }
}
