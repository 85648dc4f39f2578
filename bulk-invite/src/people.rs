//! The people file: parses it into rows, each valid, invalid or a duplicate.

mod address;
mod address_list;
mod cell;
mod column;
mod column_names;
mod dialect;
mod encoding;
mod filter;
mod find_column;
mod format;
mod header;
mod identities;
mod inactivity;
mod inspection;
mod json;
mod json_values;
mod layout;
mod layouts;
mod line_ends;
mod lines;
mod options;
mod other_text;
mod recipient;
mod records;
mod row;
mod selection;
mod source;
mod spool;
mod table;
mod trailer;
mod workbook;

use std::fmt;

pub(crate) use cell::{expires_in_days, redirect_url, template};
pub(crate) use filter::Filter;
pub(crate) use inspection::{Inspection, inspect};
pub(crate) use layout::{LayoutOption, names as layout_names};
pub(crate) use lines::Lines;
pub(crate) use options::ReadOptions;
pub(crate) use recipient::{Destination, Recipient};
pub(crate) use row::Settings;
pub(crate) use source::Source;

/// Where a row is in the people file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    /// The line on which the row begins, from 1.
    pub(crate) line: u64,
    /// The position on the line, from 0, of an address in a list.
    item: u32,
}

impl Position {
    /// Returns the position of the row of a CSV file that begins on `line`.
    pub(crate) const fn new(line: u64) -> Self {
        Self { line, item: 0 }
    }
}

/// A row of the people file.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) position: Position,
    /// The address as written, without surrounding spaces; empty if the row has none.
    pub(crate) email_address: String,
    pub(crate) status: RowStatus,
}

impl Row {
    /// Returns the recipient of a row that can be sent.
    pub(crate) fn into_recipient(self) -> Option<Recipient> {
        match self.status {
            RowStatus::Valid(recipient) => Some(recipient),
            RowStatus::Invalid(_) | RowStatus::Duplicate(_) => None,
        }
    }
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

/// A column of a people file, and how it is used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ColumnUse {
    pub(crate) name: String,
    pub(crate) meaning: String,
}

#[cfg(test)]
mod tests;
