//! The first line of the people file, which names the columns.

use super::column::{Column, MEMBER_PREFIX};
use super::column_names::{is_email_address, is_sensitive, normalize};
use super::filter::{Filters, InactiveColumns};
use super::find_column::{email_column, email_fallbacks, find, list};
use super::layout::{Inactive, Layout};
use super::options::ReadOptions;
use super::records::Record;
use super::{ColumnUse, UnusableFile, address};
use crate::text::{escaped, quoted};

/// The columns of a people file, in their order.
#[derive(Debug)]
pub(super) struct Header {
    names: Vec<String>,
    columns: Vec<Column>,
    pub(super) filters: Filters,
    pub(super) inactive: InactiveColumns,
    /// The columns of the layout that have the address where the first one is blank.
    email_fallbacks: Vec<usize>,
    /// The text between several addresses in a cell, of which the first one is used.
    pub(super) address_separator: Option<&'static str>,
}

impl Header {
    /// The header of a list of addresses.
    pub(super) fn addresses_only() -> Self {
        Self {
            names: vec![String::new()],
            columns: vec![Column::EmailAddress],
            filters: Filters::default(),
            inactive: InactiveColumns::default(),
            email_fallbacks: Vec::new(),
            address_separator: None,
        }
    }

    /// Reads the header. Returns it with notes on how it was understood, if that is not obvious.
    ///
    /// # Errors
    ///
    /// If it is damaged, no column or several columns can be the email address, or columns are unknown and not ignored. A
    /// message names all columns that it applies to.
    pub(super) fn read(record: &Record, options: &ReadOptions) -> Result<(Self, Vec<String>), UnusableFile> {
        let error = |message: String| UnusableFile(format!("line {}: {message}", record.line));
        // Such a header contains rows: naming its columns in a message would print addresses.
        if record.is_open {
            return Err(error(
                "the header has an opening quote without a closing one".to_owned(),
            ));
        }
        if record.fields.iter().any(|name| name.contains('\0')) {
            return Err(error(
                "the header contains a NUL character (U+0000): save the file as CSV UTF-8".to_owned(),
            ));
        }
        if let Some(address) = record.fields.iter().find(|name| address::is_contained(name)) {
            return Err(error(format!(
                "the first line must name the columns, but contains {}: add a header such as \
                 email_address,public_metadata.team, or write nothing but one address on each line",
                quoted(address)
            )));
        }
        let names: Vec<&str> = record.fields.iter().map(|name| name.trim()).collect();
        Self::from_names(&names, options).map_err(error)
    }

    fn from_names(names: &[&str], options: &ReadOptions) -> Result<(Self, Vec<String>), String> {
        let layout = options.layout.resolve(names);
        let email = email_column(names, options, layout)?;
        let email_fallbacks = email_fallbacks(names, email, layout.filter(|_| options.email_column.is_none()));
        let metadata = options
            .metadata_columns
            .iter()
            .map(|name| find(names, name, "--metadata-columns"))
            .collect::<Result<Vec<_>, _>>()?;
        let filters = options.filters.iter().map(|filter| {
            let index = find(names, &filter.column, "--where")?;
            Ok((index, filter.clone()))
        });
        let filters = Filters(filters.collect::<Result<_, String>>()?);
        let inactive =
            InactiveColumns(layout.map_or_else(Vec::new, |layout| inactive_columns(layout, names, &filters)));
        let mut unknown = Vec::new();
        let mut unsupported = Vec::new();
        let columns: Vec<Column> = names
            .iter()
            .enumerate()
            .map(|(index, name)| {
                if index == email {
                    return Column::EmailAddress;
                }
                if metadata.contains(&index) {
                    return Column::PublicMetadataMember(format!("{}{name}", options.metadata_prefix));
                }
                match Column::from_name(name) {
                    // The roles in an export are those of the other product.
                    Some(column)
                        if options.destination.supports(&column) && (layout.is_none() || column != Column::Role) =>
                    {
                        column
                    }
                    _ if options.ignore_other_columns || layout.is_some() || filters.uses(index) => Column::Ignored,
                    Some(_) => {
                        unsupported.push(*name);
                        Column::Ignored
                    }
                    None if name.is_empty() => Column::Unnamed,
                    None => {
                        unknown.push(*name);
                        Column::Ignored
                    }
                }
            })
            .collect();
        if !unsupported.is_empty() {
            return Err(format!(
                "{} do not support these columns: {}. Remove them, or add --ignore-other-columns. The supported columns are {}.",
                options.destination,
                unsupported.join(", "),
                options.destination.columns()
            ));
        }
        if !unknown.is_empty() {
            return Err(unknown_columns(&unknown, options));
        }
        for (index, column) in columns.iter().enumerate() {
            let can_repeat = matches!(column, Column::Unnamed | Column::Ignored);
            if !can_repeat && columns[..index].contains(column) {
                return Err(format!(
                    "the column {} occurs twice: remove or rename one",
                    quoted(names[index])
                ));
            }
        }
        let is_usual = matches!(names[email].to_ascii_lowercase().as_str(), "email" | "email_address");
        let mut notes = Vec::new();
        if let Some(layout) = layout {
            notes.push(format!(
                "The file is read as {} (--layout {}).",
                layout.title, layout.name
            ));
        }
        if !is_usual {
            notes.push(format!(
                "The email addresses are in the column {}.",
                quoted(names[email])
            ));
        }
        let ignored: Vec<String> = columns
            .iter()
            .zip(names)
            .enumerate()
            .filter(|(index, (column, name))| {
                let is_used = filters.uses(*index) || inactive.uses(*index) || email_fallbacks.contains(index);
                **column == Column::Ignored && !name.is_empty() && !is_used
            })
            .map(|(_, (_, name))| quoted(name))
            .collect();
        if !ignored.is_empty() {
            notes.push(format!("These columns are ignored: {}.", ignored.join(", ")));
        }
        let header = Self {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            columns,
            filters,
            inactive,
            email_fallbacks,
            address_separator: layout.and_then(|layout| layout.address_separator),
        };
        Ok((header, notes))
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the index of the column with the email addresses.
    pub(super) fn email_index(&self) -> usize {
        let email = |column: &Column| *column == Column::EmailAddress;
        self.columns.iter().position(email).unwrap_or_default()
    }

    /// Returns the cell with the address, and whether it is in a fallback column.
    pub(super) fn email_cell<'r>(&self, fields: &'r [String]) -> (&'r str, bool) {
        let cell = |index: usize| fields.get(index).map_or("", |cell| cell.trim());
        let first = cell(self.email_index());
        let mut fallbacks = self.email_fallbacks.iter().map(|index| cell(*index));
        // The user names of guests in Entra look like addresses, but receive no mail.
        let usable = |cell: &&str| cell.contains('@') && !cell.to_ascii_uppercase().contains("#EXT#");
        match fallbacks.find(usable) {
            Some(fallback) if first.is_empty() => (fallback, true),
            _ => (first, false),
        }
    }

    /// Returns how each column is used.
    pub(super) fn uses(&self) -> Vec<ColumnUse> {
        let columns = self.names.iter().zip(&self.columns).enumerate();
        let uses = columns.map(|(index, (name, column))| ColumnUse {
            name: name.clone(),
            meaning: match column {
                Column::Ignored if self.email_fallbacks.contains(&index) => "email address where blank".to_owned(),
                Column::Ignored if self.inactive.uses(index) => "leaves out inactive people".to_owned(),
                Column::Ignored if self.filters.uses(index) => "selects rows (--where)".to_owned(),
                column => column.to_string(),
            },
        });
        uses.collect()
    }

    /// Returns the index of an unnamed column before a named one, such as the row numbers that pandas exports.
    pub(super) fn unnamed_before_named(&self) -> Option<usize> {
        let first = self.columns.iter().position(|column| *column == Column::Unnamed)?;
        let has_named = self.columns[first..].iter().any(|column| *column != Column::Unnamed);
        has_named.then_some(first)
    }
}

/// Whether a record with these fields can be a header: a field is a name for email addresses.
pub(super) fn has_email_column(names: &[String], options: &ReadOptions) -> bool {
    let names: Vec<&str> = names.iter().map(|name| name.trim()).collect();
    match &options.email_column {
        Some(name) => find(&names, name, "--email-column").is_ok(),
        None => names.iter().any(|name| is_email_address(name)) || has_layout_column(&names, options),
    }
}

/// Whether the layout has its email column among these.
fn has_layout_column(names: &[&str], options: &ReadOptions) -> bool {
    let layout = options.layout.resolve(names);
    layout.is_some_and(|layout| email_column(names, options, Some(layout)).is_ok())
}

/// Returns the columns that mark people as inactive, apart from those that `--where` selects by.
fn inactive_columns(layout: &'static Layout, names: &[&str], filters: &Filters) -> Vec<(usize, &'static Inactive)> {
    let columns = layout.inactive.iter().filter_map(|inactive| {
        let wanted = normalize(inactive.column);
        let index = names.iter().position(|name| normalize(name) == wanted)?;
        (!filters.uses(index)).then_some((index, inactive))
    });
    columns.collect()
}

fn unknown_columns(names: &[&str], options: &ReadOptions) -> String {
    if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(MEMBER_PREFIX)) {
        return format!(
            "the column {} needs a name after the dot, as in public_metadata.team",
            quoted(name)
        );
    }
    // Columns with the same name cannot be told apart.
    let is_unique = |name: &str| names.iter().filter(|other| **other == name).count() == 1;
    let suggested = names
        .iter()
        .copied()
        .filter(|name| !is_sensitive(name) && is_unique(name));
    let suggested: Vec<&str> = suggested.collect();
    let metadata = if suggested.is_empty() {
        String::new()
    } else {
        let selected = options.metadata_columns.iter().map(String::as_str);
        let columns: Vec<&str> = selected.chain(suggested).collect();
        format!(
            " To add columns to the public metadata, which browsers can read, name them: --metadata-columns \"{}\".",
            escaped(&columns.join(","))
        )
    };
    format!(
        "unknown columns: {}. To ignore them, add --ignore-other-columns.{metadata} The known columns are {}.",
        list(names),
        options.destination.columns()
    )
}
