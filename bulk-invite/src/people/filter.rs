//! Selects rows by the value of a column.

use super::layout::Inactive;
use super::records::Record;

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
