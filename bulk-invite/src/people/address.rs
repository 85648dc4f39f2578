//! Extracts the email address from a cell.

use clerk_core::model::EmailAddress;

use super::lines::Lines;
use crate::text::{is_invisible, quoted};

/// How an address differs from its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// The domain has been encoded.
    Punycode,
    /// The usual column is blank, and another one of the layout has the address.
    OtherColumn,
    // Removed around the address:
    Name,
    Mailto,
    Quotes,
    InvisibleCharacters,
    /// The addresses after the first one of a cell.
    OtherAddresses,
}

impl Change {
    /// Returns a note on the lines with this change.
    pub(super) fn note(self, lines: &Lines) -> String {
        let removed = match self {
            Self::Punycode => {
                return format!("Wrote the internationalized domains in ASCII (punycode) on {lines}.");
            }
            Self::OtherColumn => {
                return format!(
                    "The column with the email addresses is blank on {}: the next one of the layout is used.",
                    lines
                );
            }
            Self::Name => "names and angle brackets",
            Self::Mailto => "mailto:",
            Self::Quotes => "quotes",
            Self::InvisibleCharacters => "invisible characters",
            Self::OtherAddresses => "further addresses",
        };
        let addresses = match lines.count() {
            1 => "the address",
            _ => "the addresses",
        };
        format!("Removed {removed} around {addresses} on {}.", lines)
    }
}

const QUOTES: [char; 11] = ['"', '\'', '`', '“', '”', '„', '‘', '’', '‚', '«', '»'];

/// The names of characters that look like nothing or like a space.
const NAMES: [(char, &str); 14] = [
    ('\u{00A0}', "NO-BREAK SPACE"),
    ('\u{00AD}', "SOFT HYPHEN"),
    ('\u{200B}', "ZERO WIDTH SPACE"),
    ('\u{200C}', "ZERO WIDTH NON-JOINER"),
    ('\u{200D}', "ZERO WIDTH JOINER"),
    ('\u{200E}', "LEFT-TO-RIGHT MARK"),
    ('\u{200F}', "RIGHT-TO-LEFT MARK"),
    ('\u{202A}', "LEFT-TO-RIGHT EMBEDDING"),
    ('\u{202C}', "POP DIRECTIONAL FORMATTING"),
    ('\u{202D}', "LEFT-TO-RIGHT OVERRIDE"),
    ('\u{202E}', "RIGHT-TO-LEFT OVERRIDE"),
    ('\u{202F}', "NARROW NO-BREAK SPACE"),
    ('\u{2060}', "WORD JOINER"),
    ('\u{FEFF}', "ZERO WIDTH NO-BREAK SPACE"),
];

/// Returns the address in a cell, without a name, `mailto:`, quotes and invisible characters around it, and what has changed.
/// An internationalized domain is encoded, so that both of its forms are the same person for Clerk, the journal and duplicates.
///
/// # Errors
///
/// If there is no valid address, or more than one.
pub(super) fn extract(cell: &str) -> Result<(String, Vec<Change>), String> {
    let mut changes = Vec::new();
    let mut text = trim(cell, &mut changes);
    if let Some(inner) = in_angle_brackets(text) {
        changes.push(Change::Name);
        text = trim(inner, &mut changes);
    }
    if let Some(prefix) = text
        .get(.."mailto:".len())
        .filter(|text| text.eq_ignore_ascii_case("mailto:"))
    {
        changes.push(Change::Mailto);
        text = &text[prefix.len()..];
        text = trim(text.split('?').next().unwrap_or(text), &mut changes);
    }
    validate(text)?;
    let address = match text.rsplit_once('@') {
        Some((local, domain)) if !domain.is_ascii() => {
            changes.push(Change::Punycode);
            let encoded = idna::domain_to_ascii(domain)
                .map_err(|_| format!("the domain {} is not a valid internationalized domain", quoted(domain)))?;
            let address = format!("{local}@{encoded}");
            validate(&address)?;
            address
        }
        _ => text.to_owned(),
    };
    changes.sort_unstable();
    changes.dedup();
    Ok((address, changes))
}

/// Whether a cell is or contains an address, as in `1. ada@example.com`.
pub(super) fn is_contained(cell: &str) -> bool {
    let is_outside =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '[' | ']' | '(' | ')' | '<' | '>' | '\'' | '"');
    extract(cell).is_ok()
        || cell
            .split(is_outside)
            .any(|part| EmailAddress::from(part).validate().is_ok())
}

/// Removes spaces, invisible characters, and quotes at both ends.
fn trim<'t>(text: &'t str, changes: &mut Vec<Change>) -> &'t str {
    let mut text = text.trim_ascii();
    loop {
        let visible = text.trim_matches(|c: char| is_invisible(c) || c.is_whitespace());
        if visible.trim_ascii().len() < text.trim_ascii().len() {
            changes.push(Change::InvisibleCharacters);
        }
        let unquoted = visible.strip_prefix(QUOTES).and_then(|rest| rest.strip_suffix(QUOTES));
        match unquoted {
            Some(unquoted) => {
                changes.push(Change::Quotes);
                text = unquoted.trim_ascii();
            }
            None => return visible,
        }
    }
}

/// Returns the address of `Ada <ada@example.com>` or `<ada@example.com>`.
fn in_angle_brackets(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once('<')?;
    let inner = rest.strip_suffix('>')?;
    (!name.contains(['@', '>']) && !inner.contains(['<', '>'])).then_some(inner)
}

fn validate(address: &str) -> Result<(), String> {
    let is_valid = |text: &str| EmailAddress::from(text).validate().is_ok();
    // Text with one @ has one address, and validity excludes the invisible characters of ASCII.
    let is_plain = address.is_ascii() && address.bytes().filter(|byte| *byte == b'@').count() == 1;
    if is_plain && is_valid(address) {
        return Ok(());
    }
    let parts = address.split([';', ',', '|', '/', ':', ' ', '\t', '\n', '\r']);
    let count = parts.filter(|part| is_valid(part)).count();
    if count > 1 {
        return Err(format!(
            "{} has {count} addresses in one cell: give each its own row",
            quoted(address)
        ));
    }
    if let Some(c) = address.chars().find(|c| is_invisible(*c) || c.is_control()) {
        let name = NAMES.iter().find(|(named, _)| *named == c).map_or("", |(_, name)| name);
        let code = format!("U+{:04X} {name}", u32::from(c));
        return Err(format!(
            "the email address contains the invisible character {}: remove it",
            code.trim_end()
        ));
    }
    EmailAddress::from(address)
        .validate()
        .map_err(|problem| problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_what_surrounds_an_address() {
        use Change::{InvisibleCharacters, Mailto, Name, Quotes};
        let cases: [(&str, &[Change]); 12] = [
            ("ada@example.com", &[]),
            ("  ada@example.com\t", &[]),
            ("mailto:ada@example.com", &[Mailto]),
            ("MAILTO:ada@example.com?subject=Hi", &[Mailto]),
            ("<ada@example.com>", &[Name]),
            ("Ada Lovelace <ada@example.com>", &[Name]),
            ("\"Lovelace, Ada\" <mailto:ada@example.com>", &[Name, Mailto]),
            ("“ada@example.com”", &[Quotes]),
            ("'ada@example.com'", &[Quotes]),
            ("\u{A0}ada@example.com\u{A0}", &[InvisibleCharacters]),
            ("\u{FEFF}ada@example.com\u{200B}", &[InvisibleCharacters]),
            ("\u{202A}“ada@example.com”\u{202C}", &[Quotes, InvisibleCharacters]),
        ];
        for (cell, removed) in cases {
            let expected = ("ada@example.com".to_owned(), removed.to_vec());
            assert_eq!(extract(cell), Ok(expected), "{cell:?}");
        }
        let encoded = ("Ada@xn--bcher-kva.example".to_owned(), vec![Change::Punycode]);
        assert_eq!(extract("Ada@Bücher.example"), Ok(encoded));
        assert_eq!(
            extract("Ada@xn--bcher-kva.example").map(|(_, changes)| changes),
            Ok(Vec::new())
        );
        let quoted = "\"a@b\"@example.com";
        assert_eq!(extract(quoted), Ok((quoted.to_owned(), Vec::new())));
    }

    #[test]
    fn explains_what_is_wrong_with_an_address() {
        let cases = [
            ("", "the email address is empty"),
            ("“”", "the email address is empty"),
            ("bob", "has no @"),
            ("ada@b\u{FFFD}cher.example", "not a valid internationalized domain"),
            (
                "a\u{200B}da@example.com",
                "invisible character U+200B ZERO WIDTH SPACE: remove it",
            ),
            ("ada\u{A0}l@example.com", "invisible character U+00A0 NO-BREAK SPACE"),
            ("a\u{7}da@example.com", "invisible character U+0007: remove it"),
            (
                "ada@example.com;bob@example.com",
                "\"ada@example.com;bob@example.com\" has 2 addresses in one cell: give each its own row",
            ),
            ("a@example.com ::: b@example.com", "has 2 addresses in one cell"),
            (
                "a@example.com, b@example.com, c@example.com",
                "has 3 addresses in one cell",
            ),
        ];
        for (cell, expected) in cases {
            let error = extract(cell).expect_err(cell);
            assert!(error.contains(expected), "{expected}: {error}");
        }
    }
}
