//! Reads the records of a sheet of an Excel or OpenDocument workbook.

use std::collections::HashMap;
use std::fmt;
use std::io::BufReader;

use calamine::{Data, ExcelDateTime, Ods, Reader, Sheet, SheetType, SheetVisible, Xlsx, open_workbook_from_rs};
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::dialect::{SEARCHED, find_header};
use super::options::ReadOptions;
use super::records::Record;
use super::source::{Reader as SourceReader, Source};
use super::spool::{Spool, SpoolWriter};
use super::{UnusableFile, address};
use crate::text::quoted;

/// The number of columns that a sheet can have.
const MAX_COLUMNS: u32 = 1000;

/// The number of cells that a sheet can have, with the empty ones before the last one of a row.
const MAX_CELLS: usize = 32_000_000;

/// The sheet with the people.
pub(super) struct People {
    pub(super) sheet: String,
    /// The first records.
    pub(super) beginning: Vec<Record>,
    /// All records, so that the memory of the workbook can be freed.
    pub(super) records: Spool<Record>,
    /// Whether the workbook has other sheets.
    pub(super) is_one_of_several: bool,
}

/// An open workbook.
pub(super) enum Workbook {
    Xlsx(Box<Xlsx<SourceReader>>),
    Ods(Ods<SourceReader>),
}

impl Workbook {
    pub(super) fn open_xlsx(source: &Source) -> Result<Self, UnusableFile> {
        let workbook = open_workbook_from_rs(source.reader()).map_err(unreadable)?;
        Ok(Self::Xlsx(Box::new(workbook)))
    }

    pub(super) fn open_ods(source: &Source) -> Result<Self, UnusableFile> {
        check_content(source, "content.xml")?;
        open_workbook_from_rs(source.reader())
            .map(Self::Ods)
            .map_err(|error| match error {
                calamine::OdsError::Password => UnusableFile(
                    "the file is a workbook with a password: save it again without the password".to_owned(),
                ),
                error => unreadable(error),
            })
    }

    /// Reads the sheet with the people: the one of the options, or else the only one with email addresses.
    ///
    /// # Errors
    ///
    /// If it is not clear which sheet has the people.
    pub(super) fn read(mut self, options: &ReadOptions) -> Result<People, UnusableFile> {
        let sheets = self.sheets();
        let sheet = match &options.sheet {
            Some(wanted) => named(&sheets, wanted)?,
            None => self.sheet_with_people(&sheets, options)?,
        };
        let mut records = SpoolWriter::new();
        let mut beginning = Vec::new();
        self.each_record(&sheet, |record| {
            records.push(&record)?;
            if beginning.len() < SEARCHED {
                beginning.push(record);
            }
            Ok(true)
        })?;
        Ok(People {
            beginning,
            records: records.finish()?,
            sheet,
            is_one_of_several: sheets.len() > 1,
        })
    }

    /// Returns the sheets that are neither charts nor macros.
    fn sheets(&self) -> Vec<Sheet> {
        let sheets = match self {
            Self::Xlsx(workbook) => workbook.sheets_metadata(),
            Self::Ods(workbook) => workbook.sheets_metadata(),
        };
        let sheets = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
        sheets.cloned().collect()
    }

    fn sheet_with_people(&mut self, sheets: &[Sheet], options: &ReadOptions) -> Result<String, UnusableFile> {
        let mut visible = Vec::new();
        let mut hidden = Vec::new();
        let mut filled = Vec::new();
        for sheet in sheets {
            let first = self.beginning(&sheet.name)?;
            let has_people = find_header(&first, 0, options).is_some() || first.first().is_some_and(is_list);
            match (sheet.visible, has_people) {
                (SheetVisible::Visible, true) => visible.push(sheet.name.clone()),
                (_, true) => hidden.push(sheet.name.clone()),
                (SheetVisible::Visible, false) if !first.is_empty() => filled.push(sheet.name.clone()),
                _ => {}
            }
        }
        match (visible.as_slice(), hidden.as_slice(), filled.as_slice()) {
            ([only], ..) => Ok(only.clone()),
            ([], [hidden, ..], _) => Err(UnusableFile(format!(
                "only a hidden sheet has email addresses: if that is right, add --sheet {}",
                quoted(hidden)
            ))),
            // Reading the header explains what is missing.
            ([], [], [only]) => Ok(only.clone()),
            ([], [], []) => Err(UnusableFile("the workbook is empty".to_owned())),
            ([], ..) => Err(UnusableFile(format!(
                "no sheet has a column that is known to contain email addresses. Choose the sheet with --sheet and the column \
                 with --email-column; the sheets are {}.",
                list(&filled)
            ))),
            (several, ..) => Err(UnusableFile(format!(
                "several sheets have email addresses: {}. Choose one with --sheet.",
                list(several)
            ))),
        }
    }

    /// Returns the first records of a sheet.
    fn beginning(&mut self, sheet: &str) -> Result<Vec<Record>, UnusableFile> {
        let mut records = Vec::new();
        self.each_record(sheet, |record| {
            records.push(record);
            Ok(records.len() < SEARCHED)
        })?;
        Ok(records)
    }

    /// Passes on the records of a sheet, one for each row that is not blank, until `each` returns false.
    fn each_record(
        &mut self,
        sheet: &str,
        mut each: impl FnMut(Record) -> Result<bool, UnusableFile>,
    ) -> Result<(), UnusableFile> {
        let mut row = RowOfCells::default();
        match self {
            Self::Xlsx(workbook) => {
                let links = workbook.hyperlinks_by_sheet_name(sheet).map_err(unreadable)?;
                let addresses: HashMap<(u32, u32), String> = links
                    .into_iter()
                    .filter_map(|link| Some((link.range.start, link.target?)))
                    .filter(|(_, target)| target.starts_with("mailto:"))
                    .collect();
                let mut cells = workbook.worksheet_cells_reader(sheet).map_err(unreadable)?;
                while let Some(cell) = cells.next_cell().map_err(unreadable)? {
                    let text = text(&Data::from(cell.get_value().clone()));
                    let (number, column) = cell.get_position();
                    let text = match addresses.get(&(number, column)) {
                        Some(target) if !text.contains('@') => target,
                        _ => &text,
                    };
                    if let Some(record) = row.add(number, column, text)?
                        && !each(record)?
                    {
                        return Ok(());
                    }
                }
            }
            Self::Ods(workbook) => {
                let range = workbook.worksheet_range(sheet).map_err(unreadable)?;
                let (first_row, first_column) = range.start().unwrap_or_default();
                for (number, column, value) in range.used_cells() {
                    let offset = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
                    let (number, column) = (first_row + offset(number), first_column + offset(column));
                    if let Some(record) = row.add(number, column, &text(value))?
                        && !each(record)?
                    {
                        return Ok(());
                    }
                }
            }
        }
        if let Some(record) = row.end() {
            each(record)?;
        }
        Ok(())
    }
}

/// Checks the content of an OpenDocument file before calamine parses it as a whole. Calamine waits forever for the missing end of
/// a table, and gives each of the cells that one element repeats memory of its own.
fn check_content(archive: &Source, name: &str) -> Result<(), UnusableFile> {
    let mut archive = ZipArchive::new(archive.reader()).map_err(unreadable)?;
    let file = archive.by_name(name).map_err(unreadable)?;
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(file));
    let mut buffer = Vec::new();
    let mut depth = 0_u64;
    let mut rows = 1;
    let mut cells = 0_usize;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(unreadable)? {
            Event::Start(element) => {
                depth += 1;
                match element.name().as_ref() {
                    "table:table-row" => rows = repeats(&element, "table:number-rows-repeated"),
                    "table:table-cell" if attribute(&element, "office:value-type").is_some() => {
                        let columns = repeats(&element, "table:number-columns-repeated");
                        cells = cells.saturating_add(rows.saturating_mul(columns));
                    }
                    _ => {}
                }
                if cells > MAX_CELLS {
                    return Err(too_large());
                }
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof if depth > 0 => return Err(unreadable(format!("{name} is cut off"))),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Returns how often a row or a cell occurs.
fn repeats(element: &BytesStart<'_>, name: &str) -> usize {
    let count = attribute(element, name).and_then(|count| count.parse().ok());
    count.unwrap_or(1)
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    Some(attribute.value.into_owned())
}

fn too_large() -> UnusableFile {
    UnusableFile(format!(
        "the sheet has more than {MAX_COLUMNS} columns or {MAX_CELLS} cells: keep only the columns that are needed"
    ))
}

/// Collects the cells of a row.
#[derive(Default)]
struct RowOfCells {
    number: u32,
    fields: Vec<String>,
    /// The number of cells of all rows so far.
    cells: usize,
}

impl RowOfCells {
    /// Adds a cell. Returns the row before it if the cell begins a new one.
    fn add(&mut self, number: u32, column: u32, text: &str) -> Result<Option<Record>, UnusableFile> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let ended = if number == self.number { None } else { self.end() };
        self.number = number;
        let index = column as usize;
        self.cells += (index + 1).saturating_sub(self.fields.len());
        if column >= MAX_COLUMNS || self.cells > MAX_CELLS {
            return Err(too_large());
        }
        if self.fields.len() <= index {
            self.fields.resize(index + 1, String::new());
        }
        text.clone_into(&mut self.fields[index]);
        Ok(ended)
    }

    /// Returns the row, if it has cells.
    fn end(&mut self) -> Option<Record> {
        let line = u64::from(self.number) + 1;
        let fields = std::mem::take(&mut self.fields);
        (!fields.is_empty()).then(|| Record::new(line, 0, line, fields))
    }
}

/// Whether a record consists of addresses only, so that the sheet has no header.
pub(super) fn is_list(record: &Record) -> bool {
    let mut filled = record.fields.iter().filter(|field| !field.is_empty());
    filled.all(|field| address::extract(field).is_ok())
}

/// Returns a record with one field for each cell of a row of a sheet without a header.
pub(super) fn split(record: Record) -> impl Iterator<Item = Record> {
    let filled = record.fields.into_iter().filter(|field| !field.is_empty());
    filled
        .zip(0..)
        .map(move |(field, item)| Record::new(record.line, item, record.last_line, vec![field]))
}

/// Returns the text of a cell as a CSV file would have it.
fn text(value: &Data) -> String {
    match value {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::DateTime(time) if time.is_datetime() => date(time),
        other => other.to_string(),
    }
}

/// Returns a date in the format of RFC 3339, without a time at midnight.
fn date(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
    }
}

/// Finds a sheet by its exact name, or else in another case.
fn named(sheets: &[Sheet], wanted: &str) -> Result<String, UnusableFile> {
    let exact = sheets.iter().find(|sheet| sheet.name == wanted);
    let is_similar = |sheet: &&Sheet| sheet.name.trim().to_lowercase() == wanted.trim().to_lowercase();
    let sheet = exact.or_else(|| sheets.iter().find(is_similar));
    sheet.map(|sheet| sheet.name.clone()).ok_or_else(|| {
        let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
        UnusableFile(format!(
            "the workbook has no sheet {}: the sheets are {}",
            quoted(wanted),
            list(&names)
        ))
    })
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

fn unreadable(error: impl fmt::Display) -> UnusableFile {
    UnusableFile(format!(
        "the workbook cannot be read ({error}): open it, save it again, or save the sheet as CSV UTF-8"
    ))
}
