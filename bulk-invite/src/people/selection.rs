//! Decides which records are people to invite, and says who is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::UnusableFile;
use super::header::Header;
use super::inactivity::{Mark, StatusColumn};
use super::lines::Lines;
use super::records::Record;
use crate::text::{escaped, people, quoted};

/// The number of values that a message shows.
const SHOWN: usize = 5;

/// Selects the records of a file, and counts the others.
pub(super) struct Selection<'h> {
    header: &'h Header,
    /// The columns that may say that people are inactive, and that neither the layout nor a filter uses.
    status_columns: Vec<(usize, StatusColumn)>,
    /// The people that the layout leaves out, by column.
    left_out: BTreeMap<usize, (Values, Lines)>,
    /// For each filter, values of its column in rows that a filter leaves out.
    unmet: Vec<Values>,
    /// The people that a status column marks as inactive, by column and mark.
    doubtful: BTreeMap<(usize, Mark), usize>,
    filtered: usize,
    selected: usize,
}

impl<'h> Selection<'h> {
    pub(super) fn new(header: &'h Header) -> Self {
        let is_used = |index: &usize| header.filters.uses(*index) || header.inactive.uses(*index);
        let names = header.names().iter().enumerate();
        let status_columns = names.filter_map(|(index, name)| Some((index, StatusColumn::from_name(name)?)));
        Self {
            header,
            status_columns: status_columns.filter(|(index, _)| !is_used(index)).collect(),
            left_out: BTreeMap::new(),
            unmet: vec![Values::default(); header.filters.0.len()],
            doubtful: BTreeMap::new(),
            filtered: 0,
            selected: 0,
        }
    }

    /// Whether to invite the person of a record.
    pub(super) fn select(&mut self, record: &Record) -> bool {
        let cell = |index: usize| record.fields.get(index).map_or("", |cell| cell.trim());
        if let Some((index, value)) = self.header.inactive.find(record) {
            let (values, lines) = self.left_out.entry(index).or_default();
            values.insert(value);
            lines.push(record.line);
            return false;
        }
        if !self.header.filters.select(record) {
            for ((index, _), values) in self.header.filters.0.iter().zip(&mut self.unmet) {
                values.insert(cell(*index));
            }
            self.filtered += 1;
            return false;
        }
        for (index, column) in &self.status_columns {
            if let Some(mark) = column.mark(cell(*index)) {
                *self.doubtful.entry((*index, mark)).or_default() += 1;
            }
        }
        self.selected += 1;
        true
    }

    /// Adds to the notes on the file who is left out, and returns warnings of who should perhaps be.
    ///
    /// # Errors
    ///
    /// If nobody is left.
    pub(super) fn finish(self, notes: &mut Vec<String>) -> Result<Vec<String>, UnusableFile> {
        let name = |index: usize| quoted(self.header.names().get(index).map_or("", String::as_str));
        notes.extend(self.left_out.iter().map(|(index, (values, lines))| {
            format!(
                "Left out {} because the column {} is {}: {lines}.",
                people(lines.count()),
                name(*index),
                values.list()
            )
        }));
        if self.selected == 0 && self.filtered > 0 {
            let columns = self.header.filters.0.iter().zip(&self.unmet);
            let columns: Vec<String> = columns
                .map(|((index, _), values)| format!("the column {} contains {}", name(*index), values.list()))
                .collect();
            return Err(UnusableFile(format!("no row meets --where: {}", columns.join("; "))));
        }
        if self.selected == 0 && !self.left_out.is_empty() {
            return Err(UnusableFile(format!(
                "every row is left out. {} To invite these people all the same, add --layout none.",
                notes.join(" ")
            )));
        }
        if self.filtered > 0 {
            notes.push(format!(
                "--where leaves out {} of {} rows.",
                self.filtered,
                self.filtered + self.selected
            ));
        }
        let warnings = self.doubtful.iter().map(|((index, mark), count)| {
            let (found, condition) = match mark {
                Mark::Value(value) => (format!("is {}", quoted(value)), format!("!={}", escaped(value))),
                Mark::Date => ("has a date".to_owned(), "=".to_owned()),
            };
            format!(
                "Warning: the column {} {found} for {}. To leave them out, add --where '{}{condition}'.",
                name(*index),
                people(*count),
                escaped(&self.header.names()[*index]),
            )
        });
        Ok(warnings.collect())
    }
}

/// The first of the values of a column, in their order.
#[derive(Clone, Default)]
struct Values(BTreeSet<String>);

impl Values {
    fn insert(&mut self, value: &str) {
        if self.0.contains(value) {
            return;
        }
        self.0.insert(value.to_owned());
        if self.0.len() > SHOWN {
            self.0.pop_last();
        }
    }

    fn list(&self) -> String {
        let quoted: Vec<String> = self.0.iter().map(|value| quoted(value)).collect();
        quoted.join(", ")
    }
}
