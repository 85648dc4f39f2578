//! The first line of the people file: what each column is.

use super::table::Record;
use super::{Destination, UnusableFile};

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Column {
    EmailAddress,
    RedirectUrl,
    PublicMetadata,
    /// `public_metadata.NAME`: a text in the metadata.
    PublicMetadataMember(String),
    Notify,
    IgnoreExisting,
    ExpiresInDays,
    TemplateSlug,
    Role,
    /// A column without a name, which spreadsheets leave behind the last one.
    Nameless,
}

const MEMBER_PREFIX: &str = "public_metadata.";

impl Column {
    fn named(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        Some(match lower.as_str() {
            "" => Self::Nameless,
            "email_address" | "email" => Self::EmailAddress,
            "redirect_url" => Self::RedirectUrl,
            "public_metadata" => Self::PublicMetadata,
            "notify" => Self::Notify,
            "ignore_existing" => Self::IgnoreExisting,
            "expires_in_days" => Self::ExpiresInDays,
            "template_slug" => Self::TemplateSlug,
            "role" => Self::Role,
            _ => {
                let prefix = lower.starts_with(MEMBER_PREFIX);
                let member = name
                    .get(MEMBER_PREFIX.len()..)
                    .filter(|member| prefix && !member.is_empty())?;
                Self::PublicMetadataMember(member.to_owned())
            }
        })
    }
}

impl Destination {
    /// The columns of its people files, as a person may name them.
    const fn columns(self) -> &'static str {
        match self {
            Self::Application => {
                "email_address, redirect_url, public_metadata, public_metadata.NAME, notify, ignore_existing, \
                 expires_in_days, template_slug"
            }
            Self::Organization => {
                "email_address, role, redirect_url, public_metadata, public_metadata.NAME, notify, expires_in_days"
            }
        }
    }

    const fn has(self, column: &Column) -> bool {
        match column {
            Column::Role => matches!(self, Self::Organization),
            Column::IgnoreExisting | Column::TemplateSlug => matches!(self, Self::Application),
            _ => true,
        }
    }
}

/// The columns of a people file.
#[derive(Debug)]
pub(super) struct Header {
    columns: Vec<Column>,
}

impl Header {
    pub(super) fn read(record: &Record, destination: Destination) -> Result<Self, UnusableFile> {
        let line = record.line;
        // Its columns would name everybody behind the quote.
        if record.is_open {
            return Err(UnusableFile(format!(
                "opens a quote in its header (line {line}) and never closes it"
            )));
        }
        let mut columns = Vec::new();
        let mut of_others = Vec::new();
        for field in &record.fields {
            let Some(name) = field else {
                return Err(UnusableFile(format!(
                    "is not UTF-8 (line {line}): save it as CSV UTF-8"
                )));
            };
            if name.contains('\0') {
                return Err(UnusableFile(format!(
                    "has a NUL character in its header (line {line}), which no text has: save it as CSV UTF-8"
                )));
            }
            let Some(column) = Column::named(name) else {
                return Err(unknown_column(name, line, destination));
            };
            if column != Column::Nameless && columns.contains(&column) {
                return Err(UnusableFile(format!("has the column {name:?} twice (line {line})")));
            }
            if !destination.has(&column) {
                of_others.push(name.as_str());
            }
            columns.push(column);
        }
        if !of_others.is_empty() {
            return Err(column_of_others(&of_others, line, destination));
        }
        if columns.contains(&Column::EmailAddress) {
            Ok(Self { columns })
        } else {
            Err(UnusableFile(format!(
                "has no column email_address in its header (line {line})"
            )))
        }
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }
}

fn column_of_others(names: &[&str], line: u64, destination: Destination) -> UnusableFile {
    UnusableFile(format!(
        "has columns that {destination} do not have (line {line}): {}. Take them out; the columns are: {}",
        names.join(", "),
        destination.columns()
    ))
}

fn unknown_column(name: &str, line: u64, destination: Destination) -> UnusableFile {
    let advice = if name.contains('@') {
        "the first line must name the columns".to_owned()
    } else if name.eq_ignore_ascii_case(MEMBER_PREFIX) {
        "a name must stand behind the dot, as in public_metadata.team".to_owned()
    } else {
        format!("for metadata, name it public_metadata.{name}")
    };
    UnusableFile(format!(
        "has an unknown column {name:?} (line {line}): {advice}. The columns are: {}",
        destination.columns()
    ))
}
