//! What the API takes and gives.

mod deleted_object;
mod email_address;
mod id;
mod invitation;
mod metadata;
mod open_enum;
mod page;
mod timestamp;

pub use deleted_object::DeletedObject;
pub use email_address::EmailAddress;
pub use id::InvitationId;
pub use invitation::{Invitation, InvitationStatus, InvitationTemplate};
pub use metadata::{InvalidMetadata, Metadata};
pub use open_enum::UnknownValue;
pub use page::Page;
pub use timestamp::Timestamp;

pub(crate) use open_enum::open_enum;

use std::fmt;

/// Stands in `Debug` for text that must not show: an address, or a link that carries a ticket.
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
