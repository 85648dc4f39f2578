use serde::{Deserialize, Serialize};

use super::{EmailAddress, InvitationId, Metadata, Timestamp, open_enum};
use crate::sensitive::Sensitive;

/// An invitation to the application.
///
/// Invitations to an *organization* are another list with another model,
/// [`OrganizationInvitation`](super::OrganizationInvitation).
///
/// `Debug` shows neither the address nor the link: who has the link can accept the invitation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Invitation {
    /// The invitation's id.
    pub id: InvitationId,
    /// Who is invited, as Clerk keeps the address.
    pub email_address: EmailAddress,
    /// What becomes the user's public metadata once the invitation is accepted.
    #[serde(default)]
    pub public_metadata: Metadata,
    /// What has become of the invitation.
    pub status: InvitationStatus,
    /// Whether it was revoked, where Clerk says so apart from the status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<bool>,
    /// The link by which the invitation is accepted. It carries a ticket: treat it like a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Sensitive>,
    /// When it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

open_enum! {
    /// What has become of an invitation, to the application or to an organization.
    pub enum InvitationStatus {
        /// Sent, and neither accepted nor revoked nor expired.
        Pending = "pending",
        /// The person signed up, or joined the organization.
        Accepted = "accepted",
        /// Taken back; the link does not work.
        Revoked = "revoked",
        /// Not accepted in time.
        Expired = "expired",
    }
}

open_enum! {
    /// Which of the instance's mail templates an invitation is sent with.
    pub enum InvitationTemplate {
        /// The template for invitations, the default.
        Invitation = "invitation",
        /// The template for invitations to people on the waitlist.
        WaitlistInvitation = "waitlist_invitation",
    }
}
