use serde::{Deserialize, Serialize};

use super::{EmailAddress, Invitation, Timestamp, WaitlistEntryId, open_enum};

/// A person on the waitlist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WaitlistEntry {
    /// The entry's id.
    pub id: WaitlistEntryId,
    /// The person's email address, as Clerk stores it.
    pub email_address: EmailAddress,
    /// The status of the entry.
    pub status: WaitlistEntryStatus,
    /// Whether a batch action is processing the entry. Other actions fail until it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_locked: Option<bool>,
    /// When the person joined the waitlist.
    pub created_at: Timestamp,
    /// When the entry was last changed.
    pub updated_at: Timestamp,
    /// The invitation that was created from the entry, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
}

open_enum! {
    /// The status of a waitlist entry.
    pub enum WaitlistEntryStatus {
        /// The person is waiting for an invitation.
        Pending = "pending",
        /// The person was invited.
        Invited = "invited",
        /// The person signed up.
        Completed = "completed",
        /// The person was rejected.
        Rejected = "rejected",
    }
}
