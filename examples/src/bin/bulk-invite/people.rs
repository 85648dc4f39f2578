//! The people file: whom to invite, and how.

mod address;
mod header;
mod row;
mod table;

use std::collections::HashMap;
use std::fmt;

use clerk_core::CreateInvitation;

pub(crate) use address::Identity;
pub(crate) use row::{Defaults, expires_in_days, redirect_url, template};

use header::Header;
use table::Record;

/// A person of the input.
#[derive(Debug)]
pub(crate) struct Row {
    /// The line of the input on which the row begins, from 1.
    pub(crate) line: u64,
    /// The address as typed, without the padding; empty if the row has none.
    pub(crate) email_address: String,
    pub(crate) plan: Plan,
}

/// What is to be done for a row.
#[derive(Debug)]
pub(crate) enum Plan {
    /// Send this.
    Invite(CreateInvitation),
    /// Nothing: the row cannot be sent, for this reason.
    Invalid(String),
    /// Nothing: the address stands on this earlier line.
    Duplicate(u64),
}

/// Why a people file cannot be used at all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnusableFile(String);

impl fmt::Display for UnusableFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads the rows of a CSV, and gives each its plan; at most the first `max` rows.
pub(crate) fn read(csv: &[u8], defaults: &Defaults, max: usize) -> Result<Vec<Row>, UnusableFile> {
    let mut records = table::read(csv)?.into_iter();
    let first = records.next().ok_or_else(|| UnusableFile(NOTHING_IN_IT.to_owned()))?;
    let header = Header::read(&first)?;
    let mut seen = HashMap::new();
    let rows: Vec<Row> = records
        .take(max)
        .map(|record| plan(&record, &header, defaults, &mut seen))
        .collect();
    if rows.is_empty() {
        return Err(UnusableFile("has a header, but nobody below it".to_owned()));
    }
    Ok(rows)
}

const NOTHING_IN_IT: &str = "is empty: its first line must name the columns, one of them email_address";

/// Gives a row its plan. A row that cannot be sent does not stand in the way of a later one with its address.
fn plan(record: &Record, header: &Header, defaults: &Defaults, seen: &mut HashMap<Identity, u64>) -> Row {
    let line = record.line;
    let (email_address, invitation) = row::read(record, header, defaults);
    let plan = match invitation {
        Err(reason) => Plan::Invalid(reason),
        Ok(invitation) => match seen.get(&Identity::of(&email_address)) {
            Some(first_line) => Plan::Duplicate(*first_line),
            None => {
                seen.insert(Identity::of(&email_address), line);
                Plan::Invite(invitation)
            }
        },
    };
    Row {
        line,
        email_address,
        plan,
    }
}

#[cfg(test)]
mod tests;
