//! The exports of other products: how they are recognized, and which of their columns count.
//!
//! [`LAYOUTS`] is the whole knowledge: a new layout is a new entry there, and a row in the corpus of the tests.

use std::collections::HashSet;

use super::column_names::normalize;

/// How another product exports people. Column names are compared in the form of [`normalize`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The name for `--layout`.
    pub(super) name: &'static str,
    /// The name in messages.
    pub(super) title: &'static str,
    /// The sets of columns that identify the export. A header that contains all columns of one set has this layout.
    signatures: &'static [&'static [&'static str]],
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
    const fn new(column: &'static str, values: &'static [&'static str]) -> Self {
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

/// The known layouts. If a header matches several, the one with the longest signature applies, and the first of equals.
const LAYOUTS: &[Layout] = &[
    Layout {
        name: "google-workspace",
        title: "Google Workspace users",
        signatures: &[
            &["First Name", "Email Address", "Org Unit Path"],
            // The download of the columns that the list of users shows.
            &["First Name", "Email Address", "Status", "Last Sign In"],
            &["First Name", "Email Address", "Status", "2sv Enrolled"],
        ],
        email_columns: &["Email Address"],
        address_separator: None,
        inactive: &[Inactive::new("Status", &["suspended", "archived", "deleted"])],
    },
    Layout {
        name: "entra",
        title: "Microsoft Entra",
        signatures: &[
            &["userPrincipalName", "displayName"],
            &["User principal name", "Display name", "Block credential"],
            &["User name Required", "Name Required"],
        ],
        email_columns: &["mail", "userPrincipalName", "User name Required"],
        address_separator: None,
        inactive: &[
            Inactive::new("accountEnabled", &["false", "no"]),
            Inactive::new("Block credential", &["true", "yes"]),
            Inactive::new("Block sign in Required", &["true", "yes"]),
        ],
    },
    Layout {
        name: "slack",
        title: "Slack members",
        signatures: &[
            &["username", "email", "status", "userid"],
            &["username", "email", "status", "billing-active"],
            &["profile.email", "deleted", "is_bot"],
        ],
        email_columns: &["email", "profile.email"],
        address_separator: None,
        inactive: &[
            Inactive::new("status", &["deactivated", "bot"]),
            Inactive::new("deleted", &["true"]),
            Inactive::new("is_bot", &["true"]),
        ],
    },
    Layout {
        name: "mailchimp",
        title: "Mailchimp audience",
        signatures: &[
            &["Email Address", "MEMBER_RATING"],
            &["Email Address", "LEID", "EUID"],
            // Audiences can rename the field.
            &["Email", "MEMBER_RATING"],
            &["Email", "LEID", "EUID"],
        ],
        email_columns: &["Email Address", "Email"],
        address_separator: None,
        inactive: &[
            Inactive::new("UNSUB_TIME", &[]),
            Inactive::new("CLEAN_TIME", &[]),
            Inactive::new("Status", &["unsubscribed", "cleaned", "archived"]),
        ],
    },
    Layout {
        name: "hubspot",
        title: "HubSpot contacts",
        signatures: &[
            &["Record ID", "Email", "Lead Status"],
            &["Record ID", "Email", "Contact owner"],
            &["Record ID", "Email", "Marketing contact status"],
            &["Record ID", "Email", "Lifecycle Stage"],
            &["Record ID", "Email", "Create Date"],
        ],
        email_columns: &["Email"],
        address_separator: None,
        inactive: &[Inactive::new("Unsubscribed from all email", &["true", "yes"])],
    },
    Layout {
        name: "google-contacts",
        title: "Google Contacts",
        signatures: &[
            &["E-mail 1 - Value", "E-mail 1 - Label"],
            &["E-mail 1 - Value", "E-mail 1 - Type"],
        ],
        email_columns: &["E-mail 1 - Value"],
        address_separator: Some(":::"),
        inactive: &[],
    },
    Layout {
        name: "outlook",
        title: "Outlook contacts",
        signatures: &[
            &["E-mail Address", "E-mail 2 Address"],
            &["E-mail Address", "E-mail Type"],
            &["E-Mail-Adresse", "E-Mail 2: Adresse"],
            &["E-Mail-Adresse", "E-Mail-Typ"],
            &["Adresse de messagerie", "Adresse de messagerie 2"],
        ],
        email_columns: &["E-mail Address", "E-Mail-Adresse", "Adresse de messagerie"],
        address_separator: None,
        inactive: &[],
    },
    Layout {
        name: "thunderbird",
        title: "Thunderbird address book",
        signatures: &[
            &["Display Name", "Primary Email", "Secondary Email"],
            &["Anzeigename", "Primäre E-Mail-Adresse"],
        ],
        email_columns: &["Primary Email", "Primäre E-Mail-Adresse"],
        address_separator: None,
        inactive: &[],
    },
    Layout {
        name: "auth0",
        title: "Auth0 users",
        signatures: &[
            &["user_id", "email", "email_verified"],
            &["user_id", "email", "logins_count"],
            &["Id", "Email", "Email Verified"],
            &["Id", "Email", "Connection", "Nickname"],
        ],
        email_columns: &["email"],
        address_separator: None,
        inactive: &[Inactive::new("blocked", &["true"])],
    },
    Layout {
        name: "github",
        title: "GitHub organization members",
        signatures: &[
            &["login", "tfa_enabled"],
            &["login", "saml_name_id"],
            &["login", "two_factor_enabled"],
            &["GitHub com login", "GitHub com verified domain emails"],
        ],
        email_columns: &[
            "email",
            "verified_domain_emails",
            "GitHub com verified domain emails",
            "saml_name_id",
        ],
        address_separator: Some(","),
        inactive: &[],
    },
    Layout {
        name: "okta",
        title: "Okta people",
        signatures: &[
            &["login", "email", "first name"],
            &["login", "primary email", "first name"],
            &["user.login", "user.email"],
            &["profile.login", "profile.email"],
        ],
        email_columns: &["email", "primary email", "user.email", "profile.email"],
        address_separator: None,
        inactive: &[
            Inactive::new("status", OKTA_INACTIVE),
            Inactive::new("user status", OKTA_INACTIVE),
        ],
    },
    Layout {
        name: "discourse",
        title: "Discourse users",
        signatures: &[
            &["username", "email", "trust_level"],
            &["username", "email", "active", "suspended"],
            &["username", "email", "suspended_at"],
        ],
        email_columns: &["email"],
        address_separator: None,
        inactive: &[
            Inactive::new("active", &["false"]),
            Inactive::new("suspended", &["true"]),
            Inactive::new("suspended_at", &[]),
        ],
    },
];

const OKTA_INACTIVE: &[&str] = &["deprovisioned", "suspended", "deactivated"];

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
