//! What a column of the people file means.

use std::fmt;

use super::Destination;
use super::column_names::normalize;

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
    Ignored,
}

/// The beginning of the names of columns with a member of the metadata.
pub(super) const MEMBER_PREFIX: &str = "public_metadata.";

impl Column {
    /// Returns the column of this name, unless it is the email address or unknown.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let is_member = name
            .get(..MEMBER_PREFIX.len())
            .is_some_and(|prefix| prefix.eq_ignore_ascii_case(MEMBER_PREFIX));
        if is_member {
            let member = &name[MEMBER_PREFIX.len()..];
            return (!member.is_empty()).then(|| Self::PublicMetadataMember(member.to_owned()));
        }
        Some(match normalize(name).as_str() {
            "redirecturl" => Self::RedirectUrl,
            "publicmetadata" => Self::PublicMetadata,
            "notify" => Self::Notify,
            "ignoreexisting" => Self::IgnoreExisting,
            "expiresindays" => Self::ExpiresInDays,
            "templateslug" => Self::TemplateSlug,
            "role" => Self::Role,
            _ => return None,
        })
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmailAddress => "email address",
            Self::RedirectUrl => "redirect URL",
            Self::PublicMetadata => "public metadata",
            Self::PublicMetadataMember(name) => return write!(f, "public metadata, member {name}"),
            Self::Notify => "notify",
            Self::IgnoreExisting => "ignore existing",
            Self::ExpiresInDays => "expires in days",
            Self::TemplateSlug => "template",
            Self::Role => "role",
            Self::Unnamed => "must be empty",
            Self::Ignored => "ignored",
        })
    }
}

impl Destination {
    /// Lists the columns for messages.
    pub(super) const fn columns(self) -> &'static str {
        match self {
            Self::Application | Self::Waitlist => {
                "email_address, redirect_url, public_metadata, public_metadata.NAME, notify, ignore_existing, \
                 expires_in_days, template_slug"
            }
            Self::Organization => {
                "email_address, role, redirect_url, public_metadata, public_metadata.NAME, notify, expires_in_days"
            }
        }
    }

    pub(super) const fn supports(self, column: &Column) -> bool {
        match column {
            Column::Role => matches!(self, Self::Organization),
            Column::IgnoreExisting | Column::TemplateSlug => matches!(self, Self::Application),
            _ => true,
        }
    }
}
