//! How to read a people file.

use encoding_rs::Encoding;

use super::{Destination, Filter, LayoutOption, Settings};

/// The options for reading a people file.
#[derive(Debug)]
pub(crate) struct ReadOptions {
    pub(crate) destination: Destination,
    /// The settings of rows that leave them unset.
    pub(crate) defaults: Settings,
    /// The number of rows to read.
    pub(crate) max_rows: usize,
    /// The encoding; detected by default.
    pub(crate) encoding: Option<&'static Encoding>,
    /// The sheet of a workbook; the one with email addresses by default.
    pub(crate) sheet: Option<String>,
    /// The layout; recognized by default.
    pub(crate) layout: LayoutOption,
    /// The name of the column with the email addresses; recognized by default.
    pub(crate) email_column: Option<String>,
    /// Whether to ignore columns that are not known, instead of refusing the file.
    pub(crate) ignore_other_columns: bool,
    /// The names of columns to add to the public metadata.
    pub(crate) metadata_columns: Vec<String>,
    /// The prefix of the metadata members for `metadata_columns`.
    pub(crate) metadata_prefix: String,
    /// The conditions that a row must meet.
    pub(crate) filters: Vec<Filter>,
}

#[cfg(test)]
impl ReadOptions {
    /// Creates the options of a command line without options for the file.
    pub(super) const fn new(destination: Destination, defaults: Settings) -> Self {
        Self {
            destination,
            defaults,
            max_rows: usize::MAX,
            encoding: None,
            sheet: None,
            layout: LayoutOption::Detect,
            email_column: None,
            ignore_other_columns: false,
            metadata_columns: Vec::new(),
            metadata_prefix: String::new(),
            filters: Vec::new(),
        }
    }
}
