use serde::{Deserialize, Serialize};

use super::{EmailAddress, InvitationId, Metadata, Timestamp, open_enum};
use crate::sensitive::Sensitive;

/// An invitation to the application.
///
/// Invitations to an *organization* have a model of their own: [`OrganizationInvitation`](super::OrganizationInvitation).
///
/// The email address and the link are redacted from `Debug`, because the link is enough to accept the invitation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Invitation {
    /// The invitation's id.
    pub id: InvitationId,
    /// The invited email address, as Clerk stores it.
    pub email_address: EmailAddress,
    /// The public metadata that the user receives when the invitation is accepted.
    #[serde(default)]
    pub public_metadata: Metadata,
    /// The status of the invitation.
    pub status: InvitationStatus,
    /// Whether the invitation was revoked, if Clerk says so in addition to the status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<bool>,
    /// The link that accepts the invitation. It carries a ticket: treat it like a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Sensitive>,
    /// When the invitation expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When the invitation was created.
    pub created_at: Timestamp,
    /// When the invitation was last changed.
    pub updated_at: Timestamp,
}

open_enum! {
    /// The status of an invitation to the application or to an organization.
    pub enum InvitationStatus {
        /// Not accepted, revoked or expired yet.
        Pending = "pending",
        /// The person signed up, or joined the organization.
        Accepted = "accepted",
        /// Revoked, so the link no longer works.
        Revoked = "revoked",
        /// Not accepted before it expired.
        Expired = "expired",
    }
}

open_enum! {
    /// The email template of an invitation.
    pub enum InvitationTemplate {
        /// The template for invitations, the default.
        Invitation = "invitation",
        /// The template for invitations to people on the waitlist.
        WaitlistInvitation = "waitlist_invitation",
    }
}
