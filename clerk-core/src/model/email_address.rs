mod normalized;
mod validate;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::text_newtype;

pub use normalized::NormalizedEmailAddress;
pub use validate::InvalidEmailAddress;

/// An email address exactly as it was given. Call [`validate`](Self::validate) to check it.
///
/// `Debug` is redacted and there is no `Display`, so that addresses do not get into logs by accident: call
/// [`as_str`](Self::as_str) where you mean to show one.
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

text_newtype!(EmailAddress);

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
