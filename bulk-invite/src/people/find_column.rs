//! Finds columns by their names, among them the one with the email addresses.

use super::column::Column;
use super::column_names::{is_email_address, may_be_email_address, normalize};
use super::layout::Layout;
use super::options::ReadOptions;
use crate::text::quoted;

/// Returns the index of the column with the email addresses.
pub(super) fn email_column(names: &[&str], options: &ReadOptions, layout: Option<&Layout>) -> Result<usize, String> {
    if let Some(name) = &options.email_column {
        return find(names, name, "--email-column");
    }
    if let Some(layout) = layout {
        let mut wanted = layout.email_columns.iter().map(|name| normalize(name));
        return wanted
            .find_map(|wanted| names.iter().position(|name| normalize(name) == wanted))
            .ok_or_else(|| {
                format!(
                    "{} have their email addresses in a column {}, which is missing. Name another column with \
                     --email-column; the columns are {}.",
                    layout.title,
                    layout
                        .email_columns
                        .iter()
                        .map(|name| quoted(name))
                        .collect::<Vec<_>>()
                        .join(" or "),
                    list(names)
                )
            });
    }
    if let [only] = names
        && only.contains([',', ';', '\t'])
    {
        return Err(format!(
            "the quotes enclose the whole line {}: save the file again with quotes around single fields, or remove the quotes",
            quoted(only)
        ));
    }
    let candidates: Vec<usize> = (0..names.len())
        .filter(|index| is_email_address(names[*index]))
        .collect();
    match candidates.as_slice() {
        [index] => Ok(*index),
        [] => Err(no_email_column(names, options)),
        several => {
            let several: Vec<&str> = several.iter().map(|index| names[*index]).collect();
            Err(format!(
                "several columns can contain the email addresses: {}. Choose one with --email-column{}.",
                list(&several),
                ignoring_others(names, options)
            ))
        }
    }
}

/// Describes a header without a known column, with the options that read the file next time.
fn no_email_column(names: &[&str], options: &ReadOptions) -> String {
    let possible: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| may_be_email_address(name))
        .collect();
    let ignoring = ignoring_others(names, options);
    let columns = list(names);
    let choice = match possible.as_slice() {
        [] => format!("Name it with --email-column{ignoring}; the columns are {columns}"),
        [name] => format!(
            "If they are in {0}, add --email-column {0}{ignoring}. The columns are {columns}",
            quoted(name)
        ),
        several => format!(
            "They may be in {}: choose one with --email-column{ignoring}. The columns are {columns}",
            list(several)
        ),
    };
    format!("no column is known to contain email addresses. {choice}.")
}

/// Returns how to ignore the other columns, if some of them are not known.
fn ignoring_others(names: &[&str], options: &ReadOptions) -> &'static str {
    let is_unknown = |name: &&&str| {
        let column = Column::from_name(name);
        !name.is_empty() && column.is_none_or(|column| !options.destination.supports(&column))
    };
    // One of them is the column with the email addresses.
    match names.iter().filter(is_unknown).count() > 1 && !options.ignore_other_columns {
        true => ", and ignore the others with --ignore-other-columns",
        false => "",
    }
}

/// Returns the other columns of the layout that can hold the address, in its order.
pub(super) fn email_fallbacks(names: &[&str], email: usize, layout: Option<&Layout>) -> Vec<usize> {
    let known = layout.map_or(&[][..], |layout| layout.email_columns);
    let indices = known.iter().filter_map(|known| {
        let wanted = normalize(known);
        names.iter().position(|name| normalize(name) == wanted)
    });
    indices.filter(|index| *index != email).collect()
}

/// Finds a column by its exact name, or else by its normalized name.
pub(super) fn find(names: &[&str], wanted: &str, option: &str) -> Result<usize, String> {
    let matches = |is_match: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..names.len()).filter(|index| is_match(names[*index])).collect()
    };
    let mut found = matches(&|name| name == wanted.trim());
    if found.is_empty() {
        let normalized = normalize(wanted);
        found = matches(&|name| !normalized.is_empty() && normalize(name) == normalized);
    }
    match found.as_slice() {
        [index] => Ok(*index),
        [] => Err(format!(
            "there is no column {} for {option}; the columns are {}",
            quoted(wanted),
            list(names)
        )),
        _ => Err(format!(
            "several columns are named {}, which {option} selects: rename all but one",
            quoted(wanted)
        )),
    }
}

/// Lists names for messages.
pub(super) fn list(names: &[&str]) -> String {
    let named = names.iter().filter(|name| !name.is_empty());
    named.map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}
