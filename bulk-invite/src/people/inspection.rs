//! The first pass over a people file: everything that can be said about it before anyone is invited. The second pass reads the rows
//! from a private copy of what the first one understood, so that only people it has checked are invited.

use std::collections::BTreeMap;
use std::sync::Arc;

use clerk_core::model::Metadata;
use serde::{Deserialize, Serialize};

use super::address::Change;
use super::header::Header;
use super::identities::{Duplicate, Identities};
use super::lines::Lines;
use super::options::ReadOptions;
use super::records::Record;
use super::row;
use super::selection::Selection;
use super::source::Source;
use super::spool::{Spool, SpoolWriter, Values};
use super::table::{self, Table};
use super::trailer::Trailer;
use super::{ColumnUse, Position, Recipient, Row, RowStatus, Settings, UnusableFile};
use crate::problems::Groups;
use crate::text::quoted;

/// The number of different roles that are counted.
const MAX_ROLES: usize = 1000;

/// What a people file contains.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// The encoding, the separator, and the line of the header.
    pub(crate) form: String,
    /// The columns in their order.
    pub(crate) columns: Vec<ColumnUse>,
    /// How the file was understood, in sentences.
    pub(crate) notes: Vec<String>,
    /// The people that should perhaps not be invited, in sentences.
    pub(crate) warnings: Vec<String>,
    /// The number of people to invite: of valid rows with different addresses.
    pub(crate) people: usize,
    /// The rows with the address of an earlier row.
    pub(crate) duplicates: Lines,
    /// The lines of the invalid rows, by problem.
    pub(crate) problems: Groups<Lines>,
    /// The lines of the roles of the people, from their rows or the options.
    pub(crate) roles: BTreeMap<String, Lines>,
    rows: Spool<StoredRow>,
    duplicate_rows: Arc<[Duplicate]>,
    defaults: Arc<Settings>,
}

/// A row between the two passes.
#[derive(Debug, Serialize, Deserialize)]
struct StoredRow {
    line: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    item: u32,
    email_address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public_metadata: Option<Metadata>,
    #[serde(default, skip_serializing_if = "is_default")]
    settings: Settings,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads a people file, and checks all of it.
///
/// # Errors
///
/// If the file is none of CSV, JSON and a workbook, its encoding, sheet or header is not clear, it has no rows, or it changes
/// while it is read.
pub(crate) fn inspect(source: &Source, options: &ReadOptions) -> Result<Inspection, UnusableFile> {
    let inspection = table::open(source, options).and_then(|table| read(table, options));
    match source.has_changed() {
        true => Err(UnusableFile(
            "the file changed while it was read: wait until it is complete, and run again".to_owned(),
        )),
        false => inspection,
    }
}

fn read(table: Table, options: &ReadOptions) -> Result<Inspection, UnusableFile> {
    let (header, header_notes) = match &table.header {
        Some(header) => Header::read(header, options)?,
        None => (Header::addresses_only(), Vec::new()),
    };
    let mut notes = table.notes;
    notes.extend(header_notes);
    let mut pass = FirstPass::new(&header, options);
    // Lines of text that are no rows are found in files whose records are their lines.
    let names = table.header.filter(|_| table.has_lines).map(|header| header.fields);
    let mut trailer = names.map(|names| Trailer::new(names, header.email_index()));
    for record in table.records {
        let record = record?;
        match &mut trailer {
            Some(trailer) => trailer.rows(record).iter().try_for_each(|record| pass.take(record))?,
            None => pass.take(&record)?,
        }
    }
    if let Some(trailer) = trailer {
        let rows = trailer.finish(&mut notes);
        rows.iter().try_for_each(|record| pass.take(record))?;
    }
    let mut inspection = pass.finish(notes)?;
    inspection.form = table.form;
    Ok(inspection)
}

/// What the first pass has found so far.
struct FirstPass<'h> {
    header: &'h Header,
    options: &'h ReadOptions,
    selection: Selection<'h>,
    count: usize,
    identities: Identities,
    changes: BTreeMap<Change, Lines>,
    problems: Groups<Lines>,
    roles: BTreeMap<String, Lines>,
    rows: SpoolWriter<StoredRow>,
}

impl<'h> FirstPass<'h> {
    fn new(header: &'h Header, options: &'h ReadOptions) -> Self {
        Self {
            header,
            options,
            selection: Selection::new(header),
            count: 0,
            identities: Identities::new(),
            changes: BTreeMap::new(),
            problems: Groups::default(),
            roles: BTreeMap::new(),
            rows: SpoolWriter::new(),
        }
    }

    /// Adds a record, if its person is to be invited.
    fn take(&mut self, record: &Record) -> Result<(), UnusableFile> {
        match self.selection.select(record) && self.count < self.options.max_rows {
            true => self.add(record),
            false => Ok(()),
        }
    }

    fn add(&mut self, record: &Record) -> Result<(), UnusableFile> {
        check_unnamed_column(self.header, record)?;
        self.count += 1;
        let (email_address, recipient) = row::read(record, self.header, self.options, &mut self.changes);
        let stored = |problem, public_metadata, settings| StoredRow {
            line: record.line,
            item: record.item,
            email_address,
            problem,
            public_metadata,
            settings,
        };
        let stored = match recipient {
            Ok(recipient) => {
                self.identities.add(&recipient.email_address, recipient.position);
                self.add_role(&recipient);
                stored(None, recipient.public_metadata, recipient.settings)
            }
            Err(problem) => {
                self.problems.rows_of(&problem).push(record.line);
                stored(Some(problem), None, Settings::default())
            }
        };
        self.rows.push(&stored)
    }

    fn add_role(&mut self, recipient: &Recipient) {
        let Some(role) = recipient.role().or(self.options.defaults.role.as_deref()) else {
            return;
        };
        if let Some(lines) = self.roles.get_mut(role) {
            lines.push(recipient.position.line);
        } else if self.roles.len() < MAX_ROLES {
            let lines = Lines::from_iter([recipient.position.line]);
            self.roles.insert(role.to_owned(), lines);
        }
    }

    /// Ends the pass, with the notes on the file so far.
    fn finish(self, mut notes: Vec<String>) -> Result<Inspection, UnusableFile> {
        let warnings = self.selection.finish(&mut notes)?;
        if self.count == 0 {
            return Err(UnusableFile(
                "the file has a header but no rows: add a row for each person below the header".to_owned(),
            ));
        }
        notes.extend(self.changes.iter().map(|(change, lines)| change.note(lines)));
        let valid = self.identities.len();
        let duplicates = self.identities.into_duplicates();
        Ok(Inspection {
            form: String::new(),
            columns: self.header.uses(),
            notes,
            warnings,
            people: valid - duplicates.len(),
            duplicates: duplicates.iter().map(|duplicate| duplicate.position.line).collect(),
            problems: self.problems,
            roles: self.roles,
            rows: self.rows.finish()?,
            duplicate_rows: duplicates.into(),
            defaults: Arc::new(self.options.defaults.clone()),
        })
    }
}

/// Refuses values in an unnamed column before a named one. Unlike columns that a spreadsheet adds at the end, it has a value in
/// every row.
fn check_unnamed_column(header: &Header, record: &Record) -> Result<(), UnusableFile> {
    let field = header.unnamed_before_named().and_then(|index| {
        let field = record.fields.get(index)?;
        (!record.is_open && !field.trim().is_empty()).then_some((index, field))
    });
    match field {
        None => Ok(()),
        Some((index, field)) => Err(UnusableFile(format!(
            "column {} has no name in the header, but values such as {} on line {}: name it, remove it, or add \
             --ignore-other-columns",
            index + 1,
            quoted(field),
            record.line
        ))),
    }
}

impl Inspection {
    /// Returns what the user should know about the file: the notes, and then the warnings.
    pub(crate) fn remarks(&self) -> impl Iterator<Item = &String> {
        self.notes.iter().chain(&self.warnings)
    }

    /// Starts a second pass, which can be repeated.
    pub(crate) fn rows(&self) -> Rows {
        Rows {
            stored: self.rows.values(),
            duplicates: Arc::clone(&self.duplicate_rows),
            duplicates_read: 0,
            defaults: Arc::clone(&self.defaults),
        }
    }
}

/// The rows of a people file in their order, each valid, invalid or a duplicate.
pub(crate) struct Rows {
    stored: Values<StoredRow>,
    duplicates: Arc<[Duplicate]>,
    duplicates_read: usize,
    defaults: Arc<Settings>,
}

impl Rows {
    fn row(&mut self, stored: StoredRow) -> Row {
        let position = Position {
            line: stored.line,
            item: stored.item,
        };
        let duplicate = self.duplicates.get(self.duplicates_read);
        let status = match (stored.problem, duplicate) {
            (Some(problem), _) => RowStatus::Invalid(problem),
            (None, Some(duplicate)) if duplicate.position == position => {
                self.duplicates_read += 1;
                RowStatus::Duplicate(duplicate.first)
            }
            (None, _) => RowStatus::Valid(Recipient {
                position,
                email_address: stored.email_address.clone(),
                public_metadata: stored.public_metadata,
                settings: stored.settings.or(&self.defaults),
            }),
        };
        Row {
            position,
            email_address: stored.email_address,
            status,
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, UnusableFile>;

    fn next(&mut self) -> Option<Self::Item> {
        let stored = self.stored.next()?;
        Some(stored.map(|stored| self.row(stored)))
    }
}
