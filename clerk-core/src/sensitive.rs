//! Text that is redacted from `Debug`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::text_newtype;

/// Text that must not get into logs by accident, such as a link that carries a ticket or the name of a person.
///
/// `Debug` is redacted and there is no `Display`: call [`as_str`](Self::as_str) where you mean to show it. Serde reads and
/// writes it as a plain string.
///
/// ```
/// use clerk_core::Sensitive;
///
/// let link = Sensitive::from("https://example.com/?ticket=1");
/// assert_eq!(format!("{link:?}"), "<redacted>");
/// assert_eq!(link, "https://example.com/?ticket=1");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive(String);

text_newtype!(Sensitive);

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
