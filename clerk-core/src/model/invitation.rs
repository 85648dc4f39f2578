use std::fmt;

use serde::{Deserialize, Serialize};

use super::{EmailAddress, InvitationId, Metadata, Redacted, Timestamp, open_enum};

/// An invitation to the application.
///
/// Invitations to an *organization* are another list with another model,
/// [`OrganizationInvitation`](super::OrganizationInvitation).
///
/// `Debug` shows neither the address nor the link: who has the link can accept the invitation.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
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
    pub url: Option<String>,
    /// When it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation")
            .field("id", &self.id)
            .field("email_address", &self.email_address)
            .field("public_metadata", &self.public_metadata)
            .field("status", &self.status)
            .field("revoked", &self.revoked)
            .field("url", &self.url.as_ref().map(|_| Redacted))
            .field("expires_at", &self.expires_at)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .finish()
    }
}

open_enum! {
    /// What has become of an invitation, to the application or to an organization.
    InvitationStatus {
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
    InvitationTemplate {
        /// The template for invitations, the default.
        Invitation = "invitation",
        /// The template for invitations to people on the waitlist.
        WaitlistInvitation = "waitlist_invitation",
    }
}
