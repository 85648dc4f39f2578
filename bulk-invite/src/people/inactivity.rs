//! Tells by the name of a column and its cells which people seem to be inactive.

use super::cell::flag;
use super::column_names::normalize;

/// How the cells of a column tell that a person is inactive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatusColumn {
    /// By a word, as in a column `Status`.
    Word,
    /// By yes, a date or a word, as in a column `Suspended` or `unsubscribed_at`.
    Inactive,
    /// By no or a word, as in a column `Active`.
    Active,
}

/// What a cell says about an inactive person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// This value, as written.
    Value(String),
    /// A date, which differs from person to person.
    Date,
}

/// Parts of the names of columns with words. All names and words here are in the form of [`normalize`].
const WORD_COLUMNS: &[&str] = &["status", "state", "statut", "estado", "stato", "zustand"];

/// Parts of the names of columns that say that people are inactive.
const INACTIVE_COLUMNS: &[&str] = &[
    "suspend",
    "deactivated",
    "disabled",
    "inactive",
    "blocked",
    "banned",
    "archived",
    "deleted",
    "deletion",
    "terminated",
    "deprovisioned",
    "unsubscribed",
    "optout",
    "optedout",
    "blacklisted",
    "bounced",
    "canceled",
    "cancelled",
    "declined",
    "markedasspam",
    "markedemailasspam",
    "gesperrt",
    "abgemeldet",
];

/// The names of columns that say that people are active, or want emails.
const ACTIVE_COLUMNS: &[&str] = &[
    "active",
    "isactive",
    "enabled",
    "isenabled",
    "accountenabled",
    "subscribed",
    "issubscribed",
    "optin",
    "emailoptin",
    "acceptsemailmarketing",
    "aktiv",
    "actif",
    "activo",
    "attivo",
];

/// Words for people who are not to be invited.
const INACTIVE_WORDS: &[&str] = &[
    "suspended",
    "deactivated",
    "disabled",
    "inactive",
    "blocked",
    "banned",
    "deleted",
    "archived",
    "terminated",
    "deprovisioned",
    "unsubscribed",
    "optedout",
    "cleaned",
    "bounced",
    "complained",
    "canceled",
    "cancelled",
    "declined",
    "notattending",
    "inaktiv",
    "gesperrt",
    "deaktiviert",
    "abgemeldet",
    "inactif",
    "suspendu",
    "desactive",
    "desabonne",
    "inactivo",
    "suspendido",
    "inattivo",
    "sospeso",
];

impl StatusColumn {
    /// Returns how a column of this name tells who is inactive, if it does.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let name = normalize(name);
        let contains = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        if contains(INACTIVE_COLUMNS) {
            Some(Self::Inactive)
        } else if ACTIVE_COLUMNS.contains(&name.as_str()) {
            Some(Self::Active)
        } else if contains(WORD_COLUMNS) {
            Some(Self::Word)
        } else {
            None
        }
    }

    /// Returns what a cell of the column says, if it says that the person is inactive.
    pub(super) fn mark(self, cell: &str) -> Option<Mark> {
        if cell.is_empty() {
            return None;
        }
        let is_flag = |value: bool| flag(cell) == Ok(value);
        let is_inactive = match self {
            Self::Word => false,
            Self::Inactive if is_date(cell) => return Some(Mark::Date),
            Self::Inactive => is_flag(true),
            Self::Active => is_flag(false),
        };
        let is_word = || INACTIVE_WORDS.contains(&normalize(cell).as_str());
        (is_inactive || is_word()).then(|| Mark::Value(cell.to_owned()))
    }
}

/// Whether a cell begins with a date, such as `2026-01-31 10:00` and `31.1.2026`.
fn is_date(cell: &str) -> bool {
    let date = cell.split([' ', 'T']).next().unwrap_or_default();
    let mut parts = date.split(['-', '/', '.']);
    let numbers = parts.by_ref().take(3).filter(|part| part.parse::<u16>().is_ok());
    numbers.count() == 3 && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_inactive_people_by_columns_of_all_kinds() {
        let value = |text: &str| Some(Mark::Value(text.to_owned()));
        let cases = [
            ("Status", "Suspended", value("Suspended")),
            ("User Status", "active", None),
            ("state", "cancelled", value("cancelled")),
            ("State", "CA", None),
            ("Statut", "Désabonné", value("Désabonné")),
            ("Is Suspended", "TRUE", value("TRUE")),
            ("Suspended", "no", None),
            ("Unsubscribed from Emails", "true", value("true")),
            ("Email Opt Out", "1", value("1")),
            ("EMAIL_BLACKLISTED", "Yes", value("Yes")),
            ("Gesperrt", "ja", value("ja")),
            ("unsubscribed_at", "2026-01-31T10:00:00Z", Some(Mark::Date)),
            ("Deleted on", "31.1.2026", Some(Mark::Date)),
            ("deleted_at", "", None),
            ("Canceled By", "Bob", None),
            ("Enabled", "False", value("False")),
            ("Accepts Email Marketing", "no", value("no")),
            ("Active", "1", None),
            ("Aktiv", "Nein", value("Nein")),
        ];
        for (name, cell, expected) in cases {
            let column = StatusColumn::from_name(name).expect(name);
            assert_eq!(column.mark(cell), expected, "{name}: {cell}");
        }
        let lists = [WORD_COLUMNS, INACTIVE_COLUMNS, ACTIVE_COLUMNS, INACTIVE_WORDS];
        for text in lists.concat() {
            assert_eq!(text, normalize(text));
        }
        for name in ["", "Team", "active_subscription", "Email", "Notes"] {
            assert_eq!(StatusColumn::from_name(name), None, "{name}");
        }
    }
}
