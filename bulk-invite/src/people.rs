//! The people file: parses it into rows, each valid, invalid or a duplicate.

mod address;
mod address_list;
mod cell;
mod column;
mod column_names;
mod dialect;
mod encoding;
mod filter;
mod format;
mod header;
mod json;
mod layout;
mod options;
mod recipient;
mod records;
mod row;
mod workbook;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

pub(crate) use cell::{expires_in_days, redirect_url, template};
pub(crate) use filter::Filter;
pub(crate) use layout::{LayoutOption, names as layout_names};
pub(crate) use options::ReadOptions;
pub(crate) use recipient::{Destination, Recipient};
pub(crate) use row::Settings;

use clerk_core::model::NormalizedEmailAddress;

use address::Change;
use format::Format;
use header::Header;
use records::Record;
use workbook::Workbook;

use crate::text::quoted;

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

/// The content of a people file.
#[derive(Debug)]
pub(crate) struct PeopleFile {
    pub(crate) rows: Vec<Row>,
    /// The encoding, the separator, and the line of the header.
    pub(crate) form: String,
    /// The columns in their order.
    pub(crate) columns: Vec<ColumnUse>,
    /// How the file was understood, in sentences.
    pub(crate) notes: Vec<String>,
}

/// Reads a people file.
///
/// # Errors
///
/// If the file is none of CSV, JSON and a workbook, its encoding, sheet or header is not clear, or it has no rows.
pub(crate) fn read(bytes: &[u8], options: &ReadOptions) -> Result<PeopleFile, UnusableFile> {
    let Content {
        form,
        header,
        records,
        mut notes,
    } = match format::detect(bytes)? {
        Format::Text => read_text(bytes, options),
        Format::Xlsx => read_workbook("Excel workbook", Workbook::open_xlsx(bytes)?, options),
        Format::Ods => read_workbook("OpenDocument workbook", Workbook::open_ods(bytes)?, options),
    }?;
    if records.is_empty() {
        return Err(UnusableFile(
            "the file has a header but no rows: add a row for each person below the header".to_owned(),
        ));
    }
    check_unnamed_column(&header, &records)?;
    let mut lines = HashMap::new();
    let mut changes: BTreeMap<Change, Vec<u64>> = BTreeMap::new();
    // Each record is freed as its row is made, so that a large file is not in memory twice.
    let rows = records
        .into_iter()
        .map(|record| {
            let (email_address, recipient) = row::read(&record, &header, options, &mut changes);
            let status = status(record.line, &email_address, recipient, &mut lines);
            Row {
                position: record.position(),
                email_address,
                status,
            }
        })
        .collect();
    notes.extend(changes.iter().map(|(change, lines)| change.note(lines)));
    Ok(PeopleFile {
        rows,
        form,
        columns: header.uses(),
        notes,
    })
}

/// The records of a file, with their header.
struct Content {
    form: String,
    header: Header,
    records: Vec<Record>,
    notes: Vec<String>,
}

/// Finds the header and the selected records below it, in text.
fn read_text(bytes: &[u8], options: &ReadOptions) -> Result<Content, UnusableFile> {
    let text = encoding::decode(bytes, options.encoding)?;
    let encoding = encoding::name(bytes, options.encoding);
    if json::is_json(&text) {
        return select(json::read(&text)?, format!("{encoding}, JSON"), None, options);
    }
    if options.email_column.is_none() && address_list::is_address_list(&text) {
        return Ok(list_of_addresses(encoding, address_list::read(&text), options));
    }
    let dialect = dialect::detect(&text, options)?;
    let mut records = records::read(&text, dialect.separator, usize::MAX)?;
    records.drain(..dialect.preamble.min(records.len()));
    let separator = match dialect.separator {
        b'\t' => "tabs".to_owned(),
        separator => quoted(&char::from(separator).to_string()),
    };
    let line = records.first().map_or(1, |header| header.line);
    let form = format!("{encoding}, fields separated by {separator}, header on line {line}");
    select(records, form, dialect.note, options)
}

/// Finds the header and the selected records below it, in a sheet. The lines of its records are the rows of the sheet.
fn read_workbook(kind: &str, mut workbook: Workbook<'_>, options: &ReadOptions) -> Result<Content, UnusableFile> {
    let mut people = workbook.read(options)?;
    let kind = format!("{kind}, sheet {}", quoted(&people.sheet));
    let header = dialect::find_header(&people.records, 0, options);
    let mut content = if header.is_none() && people.records.first().is_some_and(workbook::is_list) {
        list_of_addresses(&kind, workbook::split(people.records), options)
    } else {
        let skipped: Vec<Record> = people.records.drain(..header.unwrap_or(0)).collect();
        let note = match people.records.first() {
            Some(header) => dialect::skip(&skipped, header)?,
            None => None,
        };
        let line = people.records.first().map_or(1, |header| header.line);
        select(people.records, format!("{kind}, header on line {line}"), note, options)?
    };
    if people.is_one_of_several {
        let note = format!("The people are on the sheet {}.", quoted(&people.sheet));
        content.notes.insert(0, note);
    }
    Ok(content)
}

/// Returns the records of a file without a header.
fn list_of_addresses(form: &str, mut records: Vec<Record>, options: &ReadOptions) -> Content {
    records.truncate(options.max_rows);
    Content {
        form: format!("{form}, a plain list of addresses"),
        header: Header::addresses_only(),
        records,
        notes: vec!["The file is a plain list of addresses, without a header.".to_owned()],
    }
}

/// Reads the header, which is the first record, and selects the people below it.
fn select(
    records: Vec<Record>,
    form: String,
    note: Option<String>,
    options: &ReadOptions,
) -> Result<Content, UnusableFile> {
    let mut records = records.into_iter();
    let first = records.next().ok_or_else(|| UnusableFile(EMPTY.to_owned()))?;
    let (header, header_notes) = Header::read(&first, options)?;
    let mut notes: Vec<String> = note.into_iter().chain(header_notes).collect();
    let names: Vec<String> = first.fields.iter().map(|name| name.trim().to_owned()).collect();
    let (active, inactive): (Vec<Record>, Vec<Record>) =
        records.partition(|record| header.inactive.find(record).is_none());
    notes.extend(header.inactive.notes(&names, &inactive));
    if active.is_empty() && !inactive.is_empty() {
        return Err(UnusableFile(format!(
            "every row is left out. {} To invite these people all the same, add --layout none.",
            notes.join(" ")
        )));
    }
    let (mut selected, others): (Vec<Record>, Vec<Record>) =
        active.into_iter().partition(|record| header.filters.select(record));
    if selected.is_empty() && !others.is_empty() {
        return Err(UnusableFile(header.filters.no_match(&names, &others)));
    }
    if !others.is_empty() {
        notes.push(format!(
            "--where leaves out {} of {} rows.",
            others.len(),
            others.len() + selected.len()
        ));
    }
    notes.extend(header.filters.inactive_people(&names, &selected, &header.inactive));
    selected.truncate(options.max_rows);
    Ok(Content {
        form,
        header,
        records: selected,
        notes,
    })
}

/// Lists lines for a message: all of a few, or the first ones and the number of the others.
pub(crate) fn line_list(lines: &[u64]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = lines.iter().take(SHOWN).map(u64::to_string).collect();
    let word = if lines.len() == 1 { "line" } else { "lines" };
    match lines.len().saturating_sub(SHOWN) {
        0 => format!("{word} {}", shown.join(", ")),
        more => format!("{word} {} and {more} more", shown.join(", ")),
    }
}

/// Refuses values in an unnamed column before a named one. Unlike columns that a spreadsheet adds at the end, it has a value in
/// every row.
fn check_unnamed_column(header: &Header, records: &[Record]) -> Result<(), UnusableFile> {
    let Some(index) = header.unnamed_before_named() else {
        return Ok(());
    };
    let with_value = records.iter().find(|record| {
        let field = record.fields.get(index);
        !record.is_open && field.is_some_and(|field| !field.trim().is_empty())
    });
    match with_value {
        None => Ok(()),
        Some(record) => Err(UnusableFile(format!(
            "column {} has no name in the header, but values such as {} on line {}: name it, remove it, or add \
             --ignore-other-columns",
            index + 1,
            quoted(&record.fields[index]),
            record.line
        ))),
    }
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
        Ok(recipient) => match lines.entry(NormalizedEmailAddress::new(email_address)) {
            Entry::Occupied(first) => RowStatus::Duplicate(*first.get()),
            Entry::Vacant(entry) => {
                entry.insert(line);
                RowStatus::Valid(recipient)
            }
        },
    }
}

#[cfg(test)]
mod tests;
