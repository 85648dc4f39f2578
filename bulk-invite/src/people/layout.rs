//! The exports of other products: how they are recognized, and which of their columns count.

use std::collections::HashSet;

use super::column_names::normalize;
use super::layouts::LAYOUTS;

/// How another product exports people. Column names are compared in the form of [`normalize`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The name for `--layout`.
    pub(super) name: &'static str,
    /// The name in messages.
    pub(super) title: &'static str,
    /// The sets of columns that identify the export. A header that contains all columns of one set has this layout.
    pub(super) signatures: &'static [&'static [&'static str]],
    /// The columns that can hold the email address. The first one that the header has is used.
    pub(super) email_columns: &'static [&'static str],
    /// The text between several addresses in a cell, of which the first one is used.
    pub(super) address_separator: Option<&'static str>,
    /// The people to leave out.
    pub(super) inactive: &'static [Inactive],
}

/// A column that marks people as suspended, deactivated or unsubscribed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inactive {
    pub(super) column: &'static str,
    /// The values that do, in lower case. Without any, every value that is not empty does, such as a date of suspension.
    values: &'static [&'static str],
}

impl Inactive {
    pub(super) const fn new(column: &'static str, values: &'static [&'static str]) -> Self {
        Self { column, values }
    }

    /// Whether a cell of the column means that the person is left out.
    pub(super) fn matches(&self, cell: &str) -> bool {
        let cell = cell.trim().to_lowercase();
        match self.values {
            [] => !cell.is_empty(),
            values => values.contains(&cell.as_str()),
        }
    }
}

/// The name for `--layout` of a file without a known layout.
const NONE: &str = "none";

/// Returns the names for `--layout`.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    LAYOUTS.iter().map(|layout| layout.name).chain([NONE])
}

/// The value of `--layout`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LayoutOption {
    /// The layout is recognized by the columns.
    Detect,
    /// The file has no known layout.
    None,
    /// The file has this layout.
    Known(&'static Layout),
}

impl LayoutOption {
    /// Returns the option for a name of a layout, or for `none`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        if name == NONE {
            return Some(Self::None);
        }
        LAYOUTS.iter().find(|layout| layout.name == name).map(Self::Known)
    }

    /// Returns the layout of a file with these columns.
    pub(super) fn resolve(self, names: &[&str]) -> Option<&'static Layout> {
        match self {
            Self::Detect => detect(names),
            Self::None => None,
            Self::Known(layout) => Some(layout),
        }
    }
}

/// Returns the layout with the longest signature among the columns.
fn detect(names: &[&str]) -> Option<&'static Layout> {
    let columns: HashSet<String> = names.iter().map(|name| normalize(name)).collect();
    let mut best: Option<(usize, &Layout)> = None;
    for layout in LAYOUTS {
        for signature in layout.signatures {
            let matches = signature.iter().all(|name| columns.contains(&normalize(name)));
            if matches && best.is_none_or(|(length, _)| signature.len() > length) {
                best = Some((signature.len(), layout));
            }
        }
    }
    best.map(|(_, layout)| layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_signature_identifies_its_layout() {
        for layout in LAYOUTS {
            assert_eq!(LayoutOption::from_name(layout.name), Some(LayoutOption::Known(layout)));
            for signature in layout.signatures {
                assert_eq!(
                    detect(signature).map(|found| found.name),
                    Some(layout.name),
                    "{signature:?}"
                );
            }
        }
        assert_eq!(detect(&["email", "name", "status"]), None);
        assert_eq!(LayoutOption::from_name("none"), Some(LayoutOption::None));
        assert_eq!(LayoutOption::from_name("Slack"), None);
    }

    #[test]
    fn values_that_leave_people_out_are_in_lower_case() {
        for inactive in LAYOUTS.iter().flat_map(|layout| layout.inactive) {
            for value in inactive.values {
                assert!(inactive.matches(&format!(" {} ", value.to_uppercase())), "{inactive:?}");
            }
            assert_eq!(
                inactive.matches("2026-01-01"),
                inactive.values.is_empty(),
                "{inactive:?}"
            );
            assert!(!inactive.matches(" "), "{inactive:?}");
        }
    }
}
