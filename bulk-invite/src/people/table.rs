//! Opens a people file of any form as a header and records.

use super::address_list::{self, Addresses};
use super::dialect;
use super::encoding::TextFile;
use super::format::{self, Format};
use super::json::{self, JsonFile};
use super::options::ReadOptions;
use super::records::{Record, Records};
use super::source::Source;
use super::workbook::{self, Workbook};
use super::{UnusableFile, other_text};
use crate::text::quoted;

/// A people file as records.
pub(super) struct Table {
    /// The encoding, the separator, and the line of the header.
    pub(super) form: String,
    /// How the file was understood, in sentences.
    pub(super) notes: Vec<String>,
    /// The header; `None` if the file is a list of addresses.
    pub(super) header: Option<Record>,
    /// The records below the header.
    pub(super) records: RecordStream,
    /// Whether the records have the fields of their lines, so that a line of text below the rows differs from them.
    pub(super) has_lines: bool,
}

type RecordStream = Box<dyn Iterator<Item = Result<Record, UnusableFile>>>;

const EMPTY: &str = "the file is empty: its first line must name the columns, one of them email_address";

/// Opens a file, and finds its header.
///
/// # Errors
///
/// If people cannot be read from the file, or it is not clear where in it they are.
pub(super) fn open(source: &Source, options: &ReadOptions) -> Result<Table, UnusableFile> {
    match format::detect(source)? {
        Format::Text => open_text(source, options),
        Format::Xlsx => open_workbook("Excel workbook", Workbook::open_xlsx(source)?, options),
        Format::Ods => open_workbook("OpenDocument workbook", Workbook::open_ods(source)?, options),
    }
}

fn open_text(source: &Source, options: &ReadOptions) -> Result<Table, UnusableFile> {
    let file = TextFile::open(source, options.encoding)?;
    let encoding = file.encoding();
    let beginning = file.beginning()?;
    if json::is_json(&beginning) {
        let records = JsonFile::open(file)?.into_records()?;
        return with_header(format!("{encoding}, JSON"), None, Box::new(records));
    }
    other_text::check(&beginning)?;
    if options.email_column.is_none() && address_list::is_address_list(&beginning) {
        let mut table = list_of_addresses(encoding, Box::new(Addresses::new(file.text())));
        if address_list::has_comments(&beginning) {
            table
                .notes
                .push("Lines that begin with # and have no @ are comments.".to_owned());
        }
        return Ok(table);
    }
    let dialect = dialect::detect(&beginning, options)?;
    let mut records = Records::new(file.text(), dialect.separator);
    for _ in 0..dialect.preamble {
        records.next().transpose()?;
    }
    let separator = match dialect.separator {
        b'\t' => "tabs".to_owned(),
        separator => quoted(&char::from(separator).to_string()),
    };
    let mut table = with_header(String::new(), dialect.note, Box::new(records))?;
    table.has_lines = true;
    let line = table.header.as_ref().map_or(1, |header| header.line);
    table.form = format!("{encoding}, fields separated by {separator}, header on line {line}");
    Ok(table)
}

/// Opens the sheet with the people. The lines of its records are the rows of the sheet.
fn open_workbook(kind: &str, workbook: Workbook, options: &ReadOptions) -> Result<Table, UnusableFile> {
    let people = workbook.read(options)?;
    let kind = format!("{kind}, sheet {}", quoted(&people.sheet));
    let header = dialect::find_header(&people.beginning, 0, options);
    let records = people.records.values();
    let mut table = if header.is_none() && people.beginning.first().is_some_and(workbook::is_list) {
        let split = |record: Result<Record, UnusableFile>| match record {
            Ok(record) => workbook::split(record).map(Ok).collect(),
            Err(error) => vec![Err(error)],
        };
        list_of_addresses(&kind, Box::new(records.flat_map(split)))
    } else {
        let preamble = header.unwrap_or(0);
        let note = match people.beginning.get(preamble) {
            Some(header) => dialect::skip(&people.beginning[..preamble], header)?,
            None => None,
        };
        let line = people.beginning.get(preamble).map_or(1, |header| header.line);
        let form = format!("{kind}, header on line {line}");
        with_header(form, note, Box::new(records.skip(preamble)))?
    };
    if people.is_one_of_several {
        let note = format!("The people are on the sheet {}.", quoted(&people.sheet));
        table.notes.insert(0, note);
    }
    Ok(table)
}

fn with_header(form: String, note: Option<String>, mut records: RecordStream) -> Result<Table, UnusableFile> {
    let header = records.next().transpose()?;
    Ok(Table {
        form,
        notes: note.into_iter().collect(),
        header: Some(header.ok_or_else(|| UnusableFile(EMPTY.to_owned()))?),
        records,
        has_lines: false,
    })
}

fn list_of_addresses(form: &str, records: RecordStream) -> Table {
    Table {
        form: format!("{form}, a plain list of addresses"),
        notes: vec!["The file is a plain list of addresses, without a header.".to_owned()],
        header: None,
        records,
        has_lines: false,
    }
}
