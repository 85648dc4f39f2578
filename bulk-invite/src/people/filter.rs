//! Selects rows by the value of a column.

use std::collections::{BTreeMap, BTreeSet};

use super::column_names::{is_status, normalize};
use super::layout::Inactive;
use super::line_list;
use super::records::Record;
use crate::text::{escaped, people, quoted};

/// A condition such as `Status=Active` or `Status!=Deactivated`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(super) column: String,
    value: String,
    is_negated: bool,
}

impl Filter {
    /// Parses the value of `--where`.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "expected a condition such as Status=Active or Status!=Deactivated";
        let (column, value) = text.split_once('=').ok_or(EXPECTED)?;
        let (column, is_negated) = match column.strip_suffix('!') {
            Some(column) => (column, true),
            None => (column, false),
        };
        if column.trim().is_empty() {
            return Err(EXPECTED);
        }
        Ok(Self {
            column: column.trim().to_owned(),
            value: value.trim().to_owned(),
            is_negated,
        })
    }

    /// Whether a cell meets the condition. Ignores case and surrounding spaces.
    fn matches(&self, cell: &str) -> bool {
        (cell.trim().to_lowercase() == self.value.to_lowercase()) != self.is_negated
    }
}

/// Filters with the indexes of their columns.
#[derive(Debug, Default)]
pub(super) struct Filters(pub(super) Vec<(usize, Filter)>);

impl Filters {
    /// Whether a record meets all conditions. Damaged records do, so that they are reported instead of left out.
    pub(super) fn select(&self, record: &Record) -> bool {
        record.is_open
            || self.0.iter().all(|(index, filter)| {
                let cell = record.fields.get(*index).map_or("", String::as_str);
                filter.matches(cell)
            })
    }

    pub(super) fn uses(&self, index: usize) -> bool {
        self.0.iter().any(|(used, _)| *used == index)
    }

    /// Explains that no record meets the conditions, with values of the columns.
    pub(super) fn no_match(&self, names: &[String], records: &[Record]) -> String {
        let columns = self.0.iter().map(|(index, _)| {
            let cells = records.iter().filter_map(|record| record.fields.get(*index));
            let values: BTreeSet<&str> = cells.map(|cell| cell.trim()).collect();
            let shown: Vec<String> = values.iter().take(SHOWN).map(|value| quoted(value)).collect();
            let name = names.get(*index).map_or("", String::as_str);
            format!("the column {} contains {}", quoted(name), shown.join(", "))
        });
        format!("no row meets --where: {}", columns.collect::<Vec<_>>().join("; "))
    }

    /// Warns of people that a column marks as inactive, unless a filter or the layout uses the column.
    pub(super) fn inactive_people(
        &self,
        names: &[String],
        records: &[Record],
        layout: &InactiveColumns,
    ) -> Vec<String> {
        let mut warnings = Vec::new();
        for (index, name) in names.iter().enumerate() {
            if !is_status(name) || self.uses(index) || layout.uses(index) {
                continue;
            }
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for record in records {
                let cell = record.fields.get(index).map_or("", |cell| cell.trim());
                if is_inactive(name, cell) {
                    *counts.entry(cell).or_default() += 1;
                }
            }
            for (value, count) in counts {
                warnings.push(format!(
                    "Warning: the column {} is {} for {}. To leave them out, add --where '{}!={}'.",
                    quoted(name),
                    quoted(value),
                    people(count),
                    escaped(name),
                    escaped(value)
                ));
            }
        }
        warnings
    }
}

/// The columns of a layout that mark people as inactive, with their indexes.
#[derive(Debug, Default)]
pub(super) struct InactiveColumns(pub(super) Vec<(usize, &'static Inactive)>);

impl InactiveColumns {
    /// Returns the column that marks the person of a record as inactive, and its value. Damaged records have none, so that they
    /// are reported instead of left out.
    pub(super) fn find<'r>(&self, record: &'r Record) -> Option<(usize, &'r str)> {
        if record.is_open {
            return None;
        }
        self.0.iter().find_map(|(index, inactive)| {
            let cell = record.fields.get(*index)?.trim();
            inactive.matches(cell).then_some((*index, cell))
        })
    }

    /// Whether a column marks people as inactive.
    pub(super) fn uses(&self, index: usize) -> bool {
        self.0.iter().any(|(used, _)| *used == index)
    }

    /// Describes the records that are left out, by column.
    pub(super) fn notes(&self, names: &[String], left_out: &[Record]) -> Vec<String> {
        let mut found: BTreeMap<usize, (BTreeSet<&str>, Vec<u64>)> = BTreeMap::new();
        for record in left_out {
            if let Some((index, cell)) = self.find(record) {
                let (values, lines) = found.entry(index).or_default();
                values.insert(cell);
                lines.push(record.line);
            }
        }
        let notes = found.into_iter().map(|(index, (values, lines))| {
            let name = names.get(index).map_or("", String::as_str);
            let shown: Vec<String> = values.iter().take(SHOWN).map(|value| quoted(value)).collect();
            format!(
                "Left out {} because the column {} is {}: {}.",
                people(lines.len()),
                quoted(name),
                shown.join(", "),
                line_list(&lines)
            )
        });
        notes.collect()
    }
}

/// The number of values that a message shows.
const SHOWN: usize = 5;

/// Whether a cell of a status column means that a person is not to be invited: a word such as `suspended`, no in a column such as
/// `active`, or yes in a column such as `suspended`.
fn is_inactive(column: &str, cell: &str) -> bool {
    const INACTIVE: [&str; 10] = [
        "suspended",
        "deactivated",
        "disabled",
        "inactive",
        "blocked",
        "banned",
        "deleted",
        "archived",
        "terminated",
        "deprovisioned",
    ];
    const ENABLED: [&str; 5] = ["active", "isactive", "enabled", "isenabled", "accountenabled"];
    let cell = cell.to_lowercase();
    let column = normalize(column);
    match cell.as_str() {
        "true" | "yes" => INACTIVE.contains(&column.trim_start_matches("is")),
        "false" | "no" => ENABLED.contains(&column.as_str()),
        word => INACTIVE.contains(&word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_conditions() {
        let filter = |column: &str, value: &str, is_negated| Filter {
            column: column.to_owned(),
            value: value.to_owned(),
            is_negated,
        };
        assert_eq!(Filter::parse("Status=Active"), Ok(filter("Status", "Active", false)));
        assert_eq!(
            Filter::parse("Status != On leave"),
            Ok(filter("Status", "On leave", true))
        );
        assert_eq!(Filter::parse("Team="), Ok(filter("Team", "", false)));
        for bad in ["", "Status", "=x", "!=x"] {
            assert!(Filter::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn compares_without_case_and_spaces() {
        let cases = [
            ("Status=Active", " ACTIVE ", true),
            ("Status=Active", "Suspended", false),
            ("Status!=Suspended", "Active", true),
            ("Status!=Suspended", "suspended", false),
            ("Team=", "", true),
        ];
        for (condition, cell, expected) in cases {
            let filter = Filter::parse(condition).expect(condition);
            assert_eq!(filter.matches(cell), expected, "{condition} {cell}");
        }
    }
}
