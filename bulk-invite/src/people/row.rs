//! Parses a row of the people file into a recipient.

use std::collections::BTreeMap;

use clerk_core::model::{InvitationTemplate, Metadata};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::address::{self, Change};
use super::cell;
use super::column::Column;
use super::header::Header;
use super::lines::Lines;
use super::options::ReadOptions;
use super::recipient::Recipient;
use super::records::Record;
use crate::text::quoted;

/// The settings of a row, or the defaults for all rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_in_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) template: Option<InvitationTemplate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notify: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ignore_existing: Option<bool>,
}

/// The parsed cells of a row.
#[derive(Default)]
struct Cells {
    settings: Settings,
    metadata: Option<Metadata>,
    metadata_members: Vec<(String, String)>,
}

/// Parses a row. Returns its address, which is empty if the row has none, and the recipient without defaults or what is wrong with
/// the row.
/// Adds to `changes` how the address differs from its cell.
pub(super) fn read(
    record: &Record,
    header: &Header,
    options: &ReadOptions,
    changes: &mut BTreeMap<Change, Lines>,
) -> (String, Result<Recipient, String>) {
    let (cell, is_fallback) = header.email_cell(&record.fields);
    let separated = header
        .address_separator
        .and_then(|separator| cell.split_once(separator));
    let first = separated.map_or(cell, |(first, _)| first.trim());
    let recipient = recipient(first, record, header, options);
    match recipient {
        Ok((recipient, parts)) => {
            if separated.is_some() {
                changes.entry(Change::OtherAddresses).or_default().push(record.line);
            }
            if is_fallback {
                changes.entry(Change::OtherColumn).or_default().push(record.line);
            }
            for part in parts {
                changes.entry(part).or_default().push(record.line);
            }
            (recipient.email_address.clone(), Ok(recipient))
        }
        // With a line break in it, the cell is several rows joined by a stray quote.
        Err(reason) if cell.contains(['\n', '\r']) => (String::new(), Err(reason)),
        Err(reason) => (cell.to_owned(), Err(reason)),
    }
}

fn recipient(
    cell: &str,
    record: &Record,
    header: &Header,
    options: &ReadOptions,
) -> Result<(Recipient, Vec<Change>), String> {
    check_shape(record, header)?;
    check_text(record)?;
    let (email_address, changes) = address::extract(cell)?;
    let mut cells = Cells::default();
    for (index, (column, field)) in header.columns().iter().zip(&record.fields).enumerate() {
        let text = field.trim();
        if !text.is_empty() {
            cells.read(column, text, index + 1)?;
        }
    }
    let recipient = Recipient {
        position: record.position(),
        email_address,
        public_metadata: merge(cells.metadata, &cells.metadata_members)?,
        settings: cells.settings,
    };
    recipient.validate(options)?;
    Ok((recipient, changes))
}

/// Checks that the record is a single row with no more fields than the header.
fn check_shape(record: &Record, header: &Header) -> Result<(), String> {
    if record.is_open {
        let lines = match record.last_line > record.line {
            true => format!("; lines {} to {} were read as one row", record.line, record.last_line),
            false => String::new(),
        };
        return Err(format!("the row has an opening quote without a closing one{lines}"));
    }
    let (fields, columns) = (record.fields.len(), header.columns().len());
    // Missing fields count as empty: spreadsheets omit empty cells at the end of a row.
    let mut surplus = record.fields.iter().skip(columns);
    if surplus.any(|field| !field.trim().is_empty()) {
        let lines = match record.last_line > record.line {
            true => format!(" (lines {} to {})", record.line, record.last_line),
            false => String::new(),
        };
        return Err(format!(
            "the row{lines} has {fields} fields, and the header has {columns}: quote the fields that contain a separator or \
             a quote, and double the quotes within"
        ));
    }
    Ok(())
}

/// Checks that no field contains a NUL character, which would cause more obscure errors later.
fn check_text(record: &Record) -> Result<(), String> {
    match record.fields.iter().position(|text| text.contains('\0')) {
        Some(index) => Err(format!(
            "column {} contains a NUL character (U+0000): remove it",
            index + 1
        )),
        None => Ok(()),
    }
}

impl Cells {
    fn read(&mut self, column: &Column, text: &str, number: usize) -> Result<(), String> {
        let in_column = |name: &str, expected: &str| format!("{name}: {expected}, found {}", quoted(text));
        let settings = &mut self.settings;
        match column {
            Column::EmailAddress | Column::Ignored => {}
            Column::RedirectUrl => {
                let url = cell::redirect_url(text).map_err(|expected| in_column("redirect_url", expected))?;
                settings.redirect_url = Some(url);
            }
            Column::PublicMetadata => {
                self.metadata = cell::metadata(text).map_err(|problem| in_column("public_metadata", &problem))?;
            }
            Column::PublicMetadataMember(name) => self.metadata_members.push((name.clone(), text.to_owned())),
            Column::Notify => {
                settings.notify = Some(cell::flag(text).map_err(|expected| in_column("notify", expected))?);
            }
            Column::IgnoreExisting => {
                let ignore = cell::flag(text).map_err(|expected| in_column("ignore_existing", expected))?;
                settings.ignore_existing = Some(ignore);
            }
            Column::ExpiresInDays => {
                let days = cell::expires_in_days(text).map_err(|expected| in_column("expires_in_days", expected))?;
                settings.expires_in_days = Some(days);
            }
            Column::TemplateSlug => {
                let template = cell::template(text).map_err(|expected| in_column("template_slug", expected))?;
                settings.template = Some(template);
            }
            Column::Role => settings.role = Some(text.to_owned()),
            Column::Unnamed => {
                return Err(format!(
                    "column {number} contains {}, but has no name in the header",
                    quoted(text)
                ));
            }
        }
        Ok(())
    }
}

impl Settings {
    /// Falls back to `defaults` for unset settings.
    pub(super) fn or(self, defaults: &Self) -> Self {
        Self {
            role: self.role.or_else(|| defaults.role.clone()),
            redirect_url: self.redirect_url.or_else(|| defaults.redirect_url.clone()),
            expires_in_days: self.expires_in_days.or(defaults.expires_in_days),
            template: self.template.or_else(|| defaults.template.clone()),
            notify: self.notify.or(defaults.notify),
            ignore_existing: self.ignore_existing.or(defaults.ignore_existing),
        }
    }
}

/// Adds the members from columns `public_metadata.NAME` to the metadata of the column `public_metadata`.
fn merge(metadata: Option<Metadata>, members: &[(String, String)]) -> Result<Option<Metadata>, String> {
    if members.is_empty() {
        return Ok(metadata);
    }
    // Raw values keep numbers exactly as written.
    let mut merged: BTreeMap<String, Box<RawValue>> = match metadata {
        Some(metadata) => metadata.get().map_err(|error| format!("public_metadata: {error}"))?,
        None => BTreeMap::new(),
    };
    for (name, text) in members {
        let value = to_raw_value(text).map_err(|error| format!("public_metadata.{name}: {error}"))?;
        if merged.insert(name.clone(), value).is_some() {
            return Err(format!(
                "the columns public_metadata and public_metadata.{name} both set {}",
                quoted(name)
            ));
        }
    }
    Metadata::new(&merged)
        .map(Some)
        .map_err(|error| format!("public_metadata: {error}"))
}
