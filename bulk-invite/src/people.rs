//! The people file: parses it into rows, each valid, invalid or a duplicate.

mod cell;
mod header;
mod recipient;
mod records;
mod row;

use std::collections::HashMap;
use std::fmt;

pub(crate) use cell::{expires_in_days, redirect_url, template};
pub(crate) use recipient::{Destination, Recipient};
pub(crate) use row::Settings;

use clerk_core::model::NormalizedEmailAddress;

use header::Header;

/// A row of the people file.
#[derive(Debug)]
pub(crate) struct Row {
    /// The line on which the row begins, from 1.
    pub(crate) line: u64,
    /// The address as written, without surrounding spaces; empty if the row has none.
    pub(crate) email_address: String,
    pub(crate) status: RowStatus,
}

/// Whether a row can be sent.
#[derive(Debug)]
pub(crate) enum RowStatus {
    Valid(Recipient),
    /// The row cannot be sent, for this reason.
    Invalid(String),
    /// A valid row on this earlier line has the same address.
    Duplicate(u64),
}

/// The reason why a people file cannot be read at all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnusableFile(String);

impl fmt::Display for UnusableFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads the rows of a people file, at most the first `max` of them.
///
/// # Errors
///
/// If the file is not CSV in UTF-8, its header is not valid, or it has no rows.
pub(crate) fn read(
    csv: &[u8],
    destination: Destination,
    defaults: &Settings,
    max: usize,
) -> Result<Vec<Row>, UnusableFile> {
    let mut records = records::read(csv)?.into_iter();
    let first = records.next().ok_or_else(|| UnusableFile(EMPTY.to_owned()))?;
    let header = Header::read(&first, destination)?;
    let mut lines = HashMap::new();
    let rows: Vec<Row> = records
        .take(max)
        .map(|record| {
            let (email_address, recipient) = row::read(&record, &header, destination, defaults);
            let status = status(record.line, &email_address, recipient, &mut lines);
            Row {
                line: record.line,
                email_address,
                status,
            }
        })
        .collect();
    if rows.is_empty() {
        return Err(UnusableFile(
            "the file has a header but no rows: add a row for each person below the header".to_owned(),
        ));
    }
    Ok(rows)
}

const EMPTY: &str = "the file is empty: its first line must name the columns, one of them email_address";

/// Returns a row's status. `lines` holds the lines of the valid rows so far; an invalid row does not make a later one with its
/// address a duplicate.
fn status(
    line: u64,
    email_address: &str,
    recipient: Result<Recipient, String>,
    lines: &mut HashMap<NormalizedEmailAddress, u64>,
) -> RowStatus {
    match recipient {
        Err(reason) => RowStatus::Invalid(reason),
        Ok(recipient) => {
            let first = *lines.entry(NormalizedEmailAddress::new(email_address)).or_insert(line);
            if first == line {
                RowStatus::Valid(recipient)
            } else {
                RowStatus::Duplicate(first)
            }
        }
    }
}

#[cfg(test)]
mod tests;
