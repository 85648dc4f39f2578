//! One row of the people file: somebody to invite, or the reason why not.

use std::collections::BTreeMap;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::model::{EmailAddress, InvitationTemplate, Metadata};
use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde_json::value::{RawValue, to_raw_value};

use super::Destination;
use super::header::{Column, Header};
use super::invitee::Invitee;
use super::table::Record;

/// What an invitation says, or what holds for the rows that do not say otherwise.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) role: Option<String>,
    pub(crate) redirect_url: Option<String>,
    pub(crate) expires_in_days: Option<u16>,
    pub(crate) template: Option<InvitationTemplate>,
    pub(crate) notify: Option<bool>,
    pub(crate) ignore_existing: Option<bool>,
}

/// What a row says.
#[derive(Default)]
struct Cells {
    settings: Settings,
    metadata: Option<Metadata>,
    members: Vec<(String, String)>,
}

/// Reads a row: its address, empty if it has none, and whom to invite or what is wrong.
pub(super) fn read(
    record: &Record,
    header: &Header,
    destination: Destination,
    defaults: &Settings,
) -> (String, Result<Invitee, String>) {
    let address_at = header
        .columns()
        .iter()
        .position(|column| *column == Column::EmailAddress);
    let field = address_at.and_then(|at| record.fields.get(at));
    let address = field.cloned().flatten().unwrap_or_default();
    let invitee = invitee(&address, record, header, defaults).and_then(|invitee| invitee.check(destination));
    let is_one_line = !address.contains(['\n', '\r']);
    // A row that ran over several lines by a stray quote has no address worth showing.
    (if is_one_line { address } else { String::new() }, invitee)
}

fn invitee(address: &str, record: &Record, header: &Header, defaults: &Settings) -> Result<Invitee, String> {
    check_shape(record, header)?;
    check_text(record)?;
    if let Err(problem) = EmailAddress::from(address).validate() {
        return Err(problem.to_string());
    }
    let mut cells = Cells::default();
    for (index, (column, field)) in header.columns().iter().zip(&record.fields).enumerate() {
        match field.as_deref() {
            None | Some("") => {}
            Some(text) => cells.read(column, text, index + 1)?,
        }
    }
    Ok(Invitee {
        line: record.line,
        email_address: address.to_owned(),
        public_metadata: merge(cells.metadata, &cells.members)?,
        settings: cells.settings.or(defaults),
    })
}

/// Refuses a record that is not one row.
fn check_shape(record: &Record, header: &Header) -> Result<(), String> {
    if record.is_open {
        let lines = match record.last_line > record.line {
            true => format!(
                ", so lines {} to {} were read as one row",
                record.line, record.last_line
            ),
            false => String::new(),
        };
        return Err(format!("a quote is opened here and never closed{lines}"));
    }
    let (fields, columns) = (record.fields.len(), header.columns().len());
    // Fewer are as good as empty ones: spreadsheets leave those at a row's end off.
    let surplus = record.fields.iter().skip(columns);
    if surplus.into_iter().any(|field| field.as_deref() != Some("")) {
        let lines = match record.last_line > record.line {
            true => format!(", and runs from line {} to {}", record.line, record.last_line),
            false => String::new(),
        };
        return Err(format!(
            "the row has {fields} fields and the header {columns}{lines}: a text with separators or quotes in it \
             must stand in quotes, and its own quotes be doubled"
        ));
    }
    Ok(())
}

/// Refuses a record with a field that is no text, before that is taken for something else that is wrong with it.
fn check_text(record: &Record) -> Result<(), String> {
    for (field, number) in record.fields.iter().zip(1..) {
        match field {
            None => return Err(format!("column {number} is not UTF-8: save the file as CSV UTF-8")),
            Some(text) if text.contains('\0') => {
                return Err(format!(
                    "column {number} has a NUL character in it, which no text has: take it out"
                ));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

impl Cells {
    fn read(&mut self, column: &Column, text: &str, number: usize) -> Result<(), String> {
        let settings = &mut self.settings;
        match column {
            Column::EmailAddress => {}
            Column::RedirectUrl => settings.redirect_url = Some(redirect_url(text)?),
            Column::PublicMetadata => {
                let metadata = Metadata::from_json(text).map_err(|error| format!("public_metadata: {error}"))?;
                self.metadata = Some(metadata);
            }
            Column::PublicMetadataMember(name) => self.members.push((name.clone(), text.to_owned())),
            Column::Notify => settings.notify = Some(flag("notify", text)?),
            Column::IgnoreExisting => settings.ignore_existing = Some(flag("ignore_existing", text)?),
            Column::ExpiresInDays => settings.expires_in_days = Some(expires_in_days(text)?),
            Column::TemplateSlug => settings.template = Some(template(text)?),
            Column::Role => settings.role = Some(text.to_owned()),
            Column::Nameless => return Err(format!("column {number} has a value, but no name in the header")),
        }
        Ok(())
    }
}

impl Settings {
    /// What these say, and `defaults` where they say nothing.
    fn or(self, defaults: &Self) -> Self {
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

/// Joins the metadata of a row with its members that have columns of their own.
fn merge(metadata: Option<Metadata>, members: &[(String, String)]) -> Result<Option<Metadata>, String> {
    if members.is_empty() {
        return Ok(metadata);
    }
    // Raw values, so that every digit stays as it was written.
    let mut merged: BTreeMap<String, Box<RawValue>> = match metadata {
        Some(metadata) => metadata.get().map_err(|error| format!("public_metadata: {error}"))?,
        None => BTreeMap::new(),
    };
    for (name, text) in members {
        let value = to_raw_value(text).map_err(|error| format!("public_metadata.{name}: {error}"))?;
        if merged.insert(name.clone(), value).is_some() {
            return Err(format!(
                "public_metadata and the column public_metadata.{name} both give {name:?}"
            ));
        }
    }
    Metadata::new(&merged)
        .map(Some)
        .map_err(|error| format!("public_metadata: {error}"))
}

/// Reads a truth value as people and spreadsheets write it.
fn flag(name: &str, text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(format!("{name} must be true or false, not {text:?}")),
    }
}

/// Reads a number of days that Clerk takes.
pub(crate) fn expires_in_days(text: &str) -> Result<u16, String> {
    text.parse()
        .ok()
        .filter(|days| (1..=CreateInvitation::MAX_EXPIRES_IN_DAYS).contains(days))
        .ok_or_else(|| format!("expires_in_days must be 1 to 365, not {text:?}"))
}

/// Reads a template that the SDK knows.
pub(crate) fn template(text: &str) -> Result<InvitationTemplate, String> {
    let template = InvitationTemplate::deserialize(StrDeserializer::<serde::de::value::Error>::new(text));
    template
        .ok()
        .filter(|template| InvitationTemplate::KNOWN.contains(template))
        .ok_or_else(|| format!("template_slug must be invitation or waitlist_invitation, not {text:?}"))
}

/// Reads an absolute URL, a mobile app's own scheme included.
pub(crate) fn redirect_url(text: &str) -> Result<String, String> {
    let is_absolute = text
        .parse::<http::Uri>()
        .is_ok_and(|url| url.scheme().is_some() && url.host().is_some_and(|host| !host.is_empty()));
    if is_absolute {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "redirect_url must be an absolute URL such as https://www.example.com/sign-up, not {text:?}"
        ))
    }
}
