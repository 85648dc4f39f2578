//! The first line of the people file, which names the columns.

use super::records::Record;
use super::{Destination, UnusableFile};
use crate::text::{escaped, quoted};

/// The meaning of a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Column {
    EmailAddress,
    RedirectUrl,
    PublicMetadata,
    /// `public_metadata.NAME`: a text member of the metadata.
    PublicMetadataMember(String),
    Notify,
    IgnoreExisting,
    ExpiresInDays,
    TemplateSlug,
    Role,
    /// A column without a name. Spreadsheets export such columns after the last one.
    Unnamed,
}

const MEMBER_PREFIX: &str = "public_metadata.";

impl Column {
    fn from_name(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        Some(match lower.as_str() {
            "" => Self::Unnamed,
            "email_address" | "email" => Self::EmailAddress,
            "redirect_url" => Self::RedirectUrl,
            "public_metadata" => Self::PublicMetadata,
            "notify" => Self::Notify,
            "ignore_existing" => Self::IgnoreExisting,
            "expires_in_days" => Self::ExpiresInDays,
            "template_slug" => Self::TemplateSlug,
            "role" => Self::Role,
            _ => {
                let is_member = lower.starts_with(MEMBER_PREFIX);
                let member = name
                    .get(MEMBER_PREFIX.len()..)
                    .filter(|member| is_member && !member.is_empty())?;
                Self::PublicMetadataMember(member.to_owned())
            }
        })
    }
}

impl Destination {
    /// Lists the columns for messages.
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

    const fn supports(self, column: &Column) -> bool {
        match column {
            Column::Role => matches!(self, Self::Organization),
            Column::IgnoreExisting | Column::TemplateSlug => matches!(self, Self::Application),
            _ => true,
        }
    }
}

/// The columns of a people file, in their order.
#[derive(Debug)]
pub(super) struct Header {
    columns: Vec<Column>,
}

impl Header {
    pub(super) fn read(record: &Record, destination: Destination) -> Result<Self, UnusableFile> {
        let line = record.line;
        let error = |message: String| UnusableFile(format!("line {line}: {message}"));
        // Such a header contains rows: naming its columns in a message would print addresses.
        if record.is_open {
            return Err(error(
                "the header has an opening quote without a closing one".to_owned(),
            ));
        }
        let mut columns = Vec::new();
        let mut unsupported = Vec::new();
        for field in &record.fields {
            let Some(name) = field else {
                return Err(error("the header is not UTF-8: save the file as CSV UTF-8".to_owned()));
            };
            if name.contains('\0') {
                return Err(error(
                    "the header contains a NUL character (U+0000): save the file as CSV UTF-8".to_owned(),
                ));
            }
            let Some(column) = Column::from_name(name) else {
                return Err(error(unknown_column(name, destination)));
            };
            if column != Column::Unnamed && columns.contains(&column) {
                return Err(error(format!(
                    "the column {} occurs twice: remove or rename one",
                    quoted(name)
                )));
            }
            if !destination.supports(&column) {
                unsupported.push(name.as_str());
            }
            columns.push(column);
        }
        if !unsupported.is_empty() {
            return Err(error(format!(
                "{destination} do not support these columns: {}. Remove them. The supported columns are {}.",
                unsupported.join(", "),
                destination.columns()
            )));
        }
        if columns.contains(&Column::EmailAddress) {
            Ok(Self { columns })
        } else {
            Err(error(
                "the header has no column email_address: name the column with the addresses email_address".to_owned(),
            ))
        }
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }
}

fn unknown_column(name: &str, destination: Destination) -> String {
    let advice = if name.contains('@') {
        "The first line must name the columns".to_owned()
    } else if name.eq_ignore_ascii_case(MEMBER_PREFIX) {
        "Add a name after the dot, as in public_metadata.team".to_owned()
    } else {
        format!(
            "Remove the column, or rename it public_metadata.{} to add it to the public metadata, which browsers can read",
            escaped(name)
        )
    };
    format!(
        "unknown column {}. {advice}. The supported columns are {}.",
        quoted(name),
        destination.columns()
    )
}
