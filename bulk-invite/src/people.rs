//! The people file: whom to invite, and how.

mod header;
mod invitee;
mod row;
mod table;

use std::collections::HashMap;
use std::fmt;

pub(crate) use invitee::{Destination, Invitee};
pub(crate) use row::{Settings, expires_in_days, redirect_url, template};

use clerk_core::model::NormalizedEmailAddress;

use header::Header;

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
    /// Invite this person.
    Invite(Invitee),
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

/// Reads the rows of a CSV of people to invite there, and gives each its plan; at most the first `max` rows.
pub(crate) fn read(
    csv: &[u8],
    destination: Destination,
    defaults: &Settings,
    max: usize,
) -> Result<Vec<Row>, UnusableFile> {
    let mut records = table::read(csv)?.into_iter();
    let first = records.next().ok_or_else(|| UnusableFile(NOTHING_IN_IT.to_owned()))?;
    let header = Header::read(&first, destination)?;
    let mut seen = HashMap::new();
    let rows: Vec<Row> = records
        .take(max)
        .map(|record| {
            let (email_address, invitee) = row::read(&record, &header, destination, defaults);
            plan(record.line, email_address, invitee, &mut seen)
        })
        .collect();
    if rows.is_empty() {
        return Err(UnusableFile("has a header, but nobody below it".to_owned()));
    }
    Ok(rows)
}

const NOTHING_IN_IT: &str = "is empty: its first line must name the columns, one of them email_address";

/// Gives a row its plan. A row that cannot be sent does not stand in the way of a later one with its address.
fn plan(
    line: u64,
    email_address: String,
    invitee: Result<Invitee, String>,
    seen: &mut HashMap<NormalizedEmailAddress, u64>,
) -> Row {
    let plan = match invitee {
        Err(reason) => Plan::Invalid(reason),
        Ok(invitee) => match seen.get(&NormalizedEmailAddress::new(&email_address)) {
            Some(first_line) => Plan::Duplicate(*first_line),
            None => {
                seen.insert(NormalizedEmailAddress::new(&email_address), line);
                Plan::Invite(invitee)
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
