//! Which addresses are the same, and which texts cannot be one.

/// The longest address that SMTP carries (RFC 5321, 4.5.3.1.3, without the angle brackets).
const MAX_LENGTH: usize = 254;

/// What makes two addresses the same person: the address trimmed and in ASCII lower case. Plus tags and dots count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Identity(String);

impl Identity {
    pub(crate) fn of(address: &str) -> Self {
        Self(address.trim().to_ascii_lowercase())
    }
}

/// Why a text cannot be an address; `None` for one that Clerk may take. Clerk has the last word.
pub(super) fn problem(address: &str) -> Option<&'static str> {
    if address.is_empty() {
        return Some("there is no email address");
    }
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Some("not an email address: there is no @ in it");
    };
    if address.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>')) {
        return Some("not an email address: it holds a character that none has");
    }
    if local.is_empty() || domain.is_empty() {
        return Some("not an email address: a part beside the @ is missing");
    }
    if local.contains('@') && !local.starts_with('"') {
        return Some("not an email address: there is more than one @ in it");
    }
    if domain.split('.').any(str::is_empty) {
        return Some("not an email address: its domain has an empty part");
    }
    if address.len() > MAX_LENGTH {
        return Some("not an email address: it is longer than 254 bytes");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_an_address() {
        let long = format!("{}@example.com", "a".repeat(243));
        let good = [
            "ada@example.com",
            "Ada.Lovelace+tag@sub.example.com",
            "o'brien@example.com",
            "ada@localhost",
            "ü@example.com",
            "ada@bücher.example",
            "\"a@b\"@example.com",
        ];
        let bad = [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@@example.com",
            "a@b@example.com",
            "ada@example..com",
            "ada@.example.com",
            "ada@example.com.",
            "ada lovelace@example.com",
            "Ada <ada@example.com>",
            "ada@example.com;bob@example.com",
            "ada@exam\u{7}ple.com",
            &long,
        ];
        for address in good {
            assert_eq!(problem(address), None, "{address}");
        }
        for address in bad {
            assert!(problem(address).is_some(), "{address}");
        }
    }

    #[test]
    fn case_and_padding_make_no_other_person_but_tags_and_dots_do() {
        let ada = Identity::of("ada@example.com");
        for same in [" ADA@Example.com\t", "Ada@EXAMPLE.COM"] {
            assert_eq!(Identity::of(same), ada, "{same:?}");
        }
        for other in ["ada+1@example.com", "a.da@example.com", "ada@example.org"] {
            assert_ne!(Identity::of(other), ada, "{other:?}");
        }
    }
}
