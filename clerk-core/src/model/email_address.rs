mod normalized;
mod validate;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use normalized::NormalizedEmailAddress;
pub use validate::InvalidEmailAddress;

/// An email address as it was given; nothing is changed, and nothing is checked until you call
/// [`validate`](Self::validate).
///
/// `Debug` does not show it and there is no `Display`, so that it gets into no log by accident: say
/// [`as_str`](Self::as_str) where you mean to show it.
///
/// ```
/// use clerk_core::model::EmailAddress;
///
/// let address = EmailAddress::from("Ada@Example.com");
/// assert_eq!(address.as_str(), "Ada@Example.com");
/// assert_eq!(format!("{address:?}"), "<redacted>");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, taken out.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::Redacted.fmt(f)
    }
}

impl From<&str> for EmailAddress {
    fn from(address: &str) -> Self {
        Self(address.to_owned())
    }
}

impl From<String> for EmailAddress {
    fn from(address: String) -> Self {
        Self(address)
    }
}

impl AsRef<str> for EmailAddress {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for EmailAddress {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for EmailAddress {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}
