use std::error::Error as StdError;
use std::fmt;

use super::EmailAddress;

/// The error of [`EmailAddress::validate`]. `Display` says what is wrong and never quotes the text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidEmailAddress {
    /// The text is empty or blank.
    Empty,
    /// The address is longer than 254 bytes (RFC 5321, 4.5.3.1.3, with erratum 1690).
    TooLong,
    /// The text has no `@`.
    NoAtSign,
    /// The text has more than one `@` outside of quotes.
    SeveralAtSigns,
    /// The text has a space, a control or invisible character, or one of `( ) < > [ ] : ; , \ "` outside of quotes.
    ForbiddenCharacter,
    /// The part before the `@` is empty, or longer than 64 bytes (RFC 5321, 4.5.3.1.1).
    LocalPartLength,
    /// The part before the `@` starts or ends with a dot, or has two dots in a row.
    LocalPartDots,
    /// The domain is empty, has no dot, or has an empty part between its dots.
    DomainDots,
    /// A part of the domain is longer than 63 bytes, starts or ends with a hyphen, or has a character that no domain has.
    DomainLabel,
}

impl EmailAddress {
    /// Checks whether the text can be an email address at all. Whitespace around it is ignored.
    ///
    /// The check follows RFC 5321, 4.1.2, and allows international addresses. It rejects only what no mail server accepts, so a
    /// valid address need not exist.
    ///
    /// ```
    /// use clerk_core::model::{EmailAddress, InvalidEmailAddress};
    ///
    /// assert_eq!(EmailAddress::from("ada@example.com").validate(), Ok(()));
    /// assert_eq!(EmailAddress::from("ada").validate(), Err(InvalidEmailAddress::NoAtSign));
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`InvalidEmailAddress`], the first problem found.
    pub fn validate(&self) -> Result<(), InvalidEmailAddress> {
        let address = self.0.trim();
        if address.is_empty() {
            return Err(InvalidEmailAddress::Empty);
        }
        if address.len() > 254 {
            return Err(InvalidEmailAddress::TooLong);
        }
        let (local, domain) = address.rsplit_once('@').ok_or(InvalidEmailAddress::NoAtSign)?;
        let has_unseen = match address.is_ascii() {
            true => address.bytes().any(|byte| byte == b' ' || byte.is_ascii_control()),
            false => address
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || is_invisible(c)),
        };
        if has_unseen {
            return Err(InvalidEmailAddress::ForbiddenCharacter);
        }
        validate_local_part(local)?;
        validate_domain(domain)
    }
}

/// Whether a character has no width or changes the direction of text. Such a character comes along unseen when an address is
/// copied from a page or a spreadsheet.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
    )
}

// The parts are read as bytes: those of a character that is not ASCII are not ASCII either.

fn validate_local_part(local: &str) -> Result<(), InvalidEmailAddress> {
    let local = local.as_bytes();
    if !(1..=64).contains(&local.len()) {
        return Err(InvalidEmailAddress::LocalPartLength);
    }
    if local.len() > 1 && local.starts_with(b"\"") && local.ends_with(b"\"") {
        return Ok(());
    }
    if local.contains(&b'@') {
        return Err(InvalidEmailAddress::SeveralAtSigns);
    }
    let is_forbidden = |byte: &u8| {
        matches!(
            byte,
            b'(' | b')' | b'<' | b'>' | b'[' | b']' | b':' | b';' | b',' | b'\\' | b'"'
        )
    };
    if local.iter().any(is_forbidden) {
        return Err(InvalidEmailAddress::ForbiddenCharacter);
    }
    if local.split(is_dot).any(<[u8]>::is_empty) {
        return Err(InvalidEmailAddress::LocalPartDots);
    }
    Ok(())
}

fn validate_domain(domain: &str) -> Result<(), InvalidEmailAddress> {
    let labels = || domain.as_bytes().split(is_dot);
    if labels().nth(1).is_none() || labels().any(<[u8]>::is_empty) {
        return Err(InvalidEmailAddress::DomainDots);
    }
    let is_label = |label: &[u8]| {
        label.len() <= 63
            && !label.starts_with(b"-")
            && !label.ends_with(b"-")
            && label
                .iter()
                .all(|byte| !byte.is_ascii() || byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    if labels().all(is_label) {
        Ok(())
    } else {
        Err(InvalidEmailAddress::DomainLabel)
    }
}

const fn is_dot(byte: &u8) -> bool {
    *byte == b'.'
}

impl InvalidEmailAddress {
    /// Returns the problem as a static text; `Display` writes the same.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "the email address is empty",
            Self::TooLong => "the email address is longer than 254 bytes",
            Self::NoAtSign => "the email address has no @",
            Self::SeveralAtSigns => "the email address has more than one @",
            Self::ForbiddenCharacter => {
                "the email address contains a space, a control or invisible character, or punctuation that addresses cannot have"
            }
            Self::LocalPartLength => "the part of the email address before the @ is empty or longer than 64 bytes",
            Self::LocalPartDots => {
                "the part of the email address before the @ has a dot at its start or end, or two in a row"
            }
            Self::DomainDots => "the domain of the email address has no dot, or an empty part beside a dot",
            Self::DomainLabel => "the domain of the email address is not a valid domain name",
        }
    }
}

impl fmt::Display for InvalidEmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

crate::debug_as_display!(InvalidEmailAddress);

impl StdError for InvalidEmailAddress {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_a_mail_server_could_accept_are_valid() {
        use InvalidEmailAddress::{
            DomainDots, DomainLabel, Empty, ForbiddenCharacter, LocalPartDots, LocalPartLength, NoAtSign,
            SeveralAtSigns, TooLong,
        };
        let longest_local_part = format!("{}@example.com", "a".repeat(64));
        let long_local_part = format!("{}@example.com", "a".repeat(65));
        let long_label = format!("ada@{}.com", "a".repeat(64));
        let long_address = format!("ada@{}com", "a.".repeat(125));
        let cases = [
            ("ada@example.com", Ok(())),
            ("  Ada@Example.COM ", Ok(())),
            ("Ada.Lovelace+tag@sub.example.co.uk", Ok(())),
            ("o'brien@a-b.io", Ok(())),
            ("\"a@b\"@example.com", Ok(())),
            ("josé@例え.jp", Ok(())),
            (&longest_local_part, Ok(())),
            ("", Err(Empty)),
            ("  ", Err(Empty)),
            (&long_address, Err(TooLong)),
            ("ada", Err(NoAtSign)),
            ("a@b@example.com", Err(SeveralAtSigns)),
            ("ada@@example.com", Err(SeveralAtSigns)),
            ("ada lovelace@example.com", Err(ForbiddenCharacter)),
            ("ada@exam\tple.com", Err(ForbiddenCharacter)),
            ("ada\u{7f}@example.com", Err(ForbiddenCharacter)),
            ("a\u{a0}b@example.com", Err(ForbiddenCharacter)),
            ("a\u{200b}da@example.com", Err(ForbiddenCharacter)),
            ("\u{feff}ada@example.com", Err(ForbiddenCharacter)),
            ("a,b@example.com", Err(ForbiddenCharacter)),
            ("ada;bob@example.com", Err(ForbiddenCharacter)),
            ("Ada<ada@example.com>", Err(ForbiddenCharacter)),
            ("@example.com", Err(LocalPartLength)),
            (&long_local_part, Err(LocalPartLength)),
            (".ada@example.com", Err(LocalPartDots)),
            ("ada.@example.com", Err(LocalPartDots)),
            ("a..da@example.com", Err(LocalPartDots)),
            ("ada@", Err(DomainDots)),
            ("ada@localhost", Err(DomainDots)),
            ("ada@.com", Err(DomainDots)),
            ("ada@example..com", Err(DomainDots)),
            ("ada@example.com.", Err(DomainDots)),
            ("ada@-example.com", Err(DomainLabel)),
            ("ada@exam_ple.com", Err(DomainLabel)),
            (&long_label, Err(DomainLabel)),
        ];
        for (address, expected) in cases {
            assert_eq!(EmailAddress::from(address).validate(), expected, "{address:?}");
        }
    }
}
