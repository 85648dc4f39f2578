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
        let settlement = &entry.settlement;
        let line = entry.line.to_string();
        writer.write_record([
            line.as_str(),
            &entry.email_address,
            settlement.outcome.as_str(),
            settlement.evidence.as_str(),
            settlement.invitation_id.as_ref().map_or("", |id| id.as_str()),
            settlement.url.as_deref().unwrap_or(""),
            &settlement.reason,
        ])?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Evidence, Outcome, Settlement};

    #[test]
    fn a_report_is_in_the_order_of_the_input_and_quotes_what_needs_it() {
        let mut ledger = Ledger::default();
        let refused = Settlement::new(Outcome::Refused, Evidence::Refusal, "no, \"never\"");
        ledger.enter(10, "bob@example.com", refused);
        let pending = Settlement::new(Outcome::Pending, Evidence::None, "");
        ledger.enter(9, "ada@example.com", pending);
        let mut written = Vec::new();
        write_to(&mut written, &ledger).expect("memory can be written");
        assert_eq!(
            String::from_utf8(written).expect("UTF-8"),
            "line,email_address,outcome,evidence,invitation_id,url,reason\n\
             9,ada@example.com,pending,none,,,\n\
             10,bob@example.com,refused,refusal,,,\"no, \"\"never\"\"\"\n"
        );
    }
}
