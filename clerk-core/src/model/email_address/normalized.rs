use std::fmt;

use super::EmailAddress;

/// An email address in the form that identifies a person: trimmed, with ASCII letters in lower case.
///
/// Two addresses belong to the same person if their normalized forms are equal. Plus tags and dots are kept, because
/// `ada+test@example.com` and `ada@example.com` can be two people. `Debug` is redacted.
///
/// ```
/// use clerk_core::model::EmailAddress;
///
/// let [typed, listed, tagged] = [" Ada@Example.com", "ada@example.com", "ada+1@example.com"].map(EmailAddress::from);
/// assert_eq!(typed.normalized(), listed.normalized());
/// assert_ne!(tagged.normalized(), listed.normalized());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NormalizedEmailAddress(Box<str>);

impl NormalizedEmailAddress {
    /// Normalizes an address.
    pub fn new(address: impl AsRef<str>) -> Self {
        Self(address.as_ref().trim().to_ascii_lowercase().into())
    }

    /// Returns the normalized address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl EmailAddress {
    /// Returns the form that identifies the person.
    pub fn normalized(&self) -> NormalizedEmailAddress {
        NormalizedEmailAddress::new(self)
    }
}

impl From<&EmailAddress> for NormalizedEmailAddress {
    fn from(address: &EmailAddress) -> Self {
        address.normalized()
    }
}

impl AsRef<str> for NormalizedEmailAddress {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NormalizedEmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_padding_are_ignored_but_tags_and_dots_are_not() {
        let same = |a: &str, b: &str| NormalizedEmailAddress::new(a) == NormalizedEmailAddress::new(b);
        assert!(same(" Ada@Example.com\t", "ada@example.com"));
        assert!(!same("ada+1@example.com", "ada@example.com"));
        assert!(!same("a.da@example.com", "ada@example.com"));
        assert!(!same("ada@example.org", "ada@example.com"));
        assert!(
            !same("ÄDA@example.com", "äda@example.com"),
            "only ASCII letters are folded"
        );
    }
}
