use serde::{Deserialize, Serialize};

use super::{EmailAddress, Invitation, Timestamp, WaitlistEntryId, open_enum};

/// A person who waits for access to the application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WaitlistEntry {
    /// The entry's id.
    pub id: WaitlistEntryId,
    /// Who waits, as Clerk keeps the address.
    pub email_address: EmailAddress,
    /// What has become of the entry.
    pub status: WaitlistEntryStatus,
    /// Whether a batch action is at work on it. No other action is possible meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_locked: Option<bool>,
    /// When the person joined the waitlist.
    pub created_at: Timestamp,
    /// When the entry was last changed.
    pub updated_at: Timestamp,
    /// The invitation that came of it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
}

open_enum! {
    /// What has become of a waitlist entry.
    pub enum WaitlistEntryStatus {
        /// The person waits.
        Pending = "pending",
        /// The person was invited.
        Invited = "invited",
        /// The person signed up.
        Completed = "completed",
        /// The person was denied access.
        Rejected = "rejected",
    }
}
