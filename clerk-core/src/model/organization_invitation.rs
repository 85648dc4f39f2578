use serde::{Deserialize, Serialize};

use super::{EmailAddress, InvitationStatus, Metadata, OrganizationId, OrganizationInvitationId, Timestamp, UserId};
use crate::sensitive::Sensitive;

/// An invitation to an organization.
///
/// Invitations to the *application* have a model of their own: [`Invitation`](super::Invitation).
///
/// The email address and the link are redacted from `Debug`, because the link is enough to accept the invitation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrganizationInvitation {
    /// The invitation's id.
    pub id: OrganizationInvitationId,
    /// The invited email address, as Clerk stores it.
    pub email_address: EmailAddress,
    /// The key of the role that the person receives, such as `org:member`.
    pub role: String,
    /// The name of the role, such as `Member`. Empty where Clerk does not send it.
    #[serde(default)]
    pub role_name: String,
    /// The organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// The inviting user. `None` if the application itself invited the person.
    #[serde(default)]
    pub inviter_id: Option<UserId>,
    /// Public data of the inviting user.
    #[serde(default)]
    pub public_inviter_data: Option<PublicInviterData>,
    /// The status of the invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<InvitationStatus>,
    /// The public metadata that the membership receives when the invitation is accepted.
    #[serde(default)]
    pub public_metadata: Metadata,
    /// The private metadata that the membership receives when the invitation is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_metadata: Option<Metadata>,
    /// The link that accepts the invitation. It carries a ticket: treat it like a password.
    #[serde(default)]
    pub url: Option<Sensitive>,
    /// When the invitation expires.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When the invitation was created.
    pub created_at: Timestamp,
    /// When the invitation was last changed.
    pub updated_at: Timestamp,
    /// Public data of the organization. Clerk includes it in lists that span organizations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_organization_data: Option<PublicOrganizationData>,
}

/// Public data of an inviting user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublicInviterData {
    /// The user's id.
    pub user_id: UserId,
    /// The user's first name.
    #[serde(default)]
    pub first_name: Option<Sensitive>,
    /// The user's last name.
    #[serde(default)]
    pub last_name: Option<Sensitive>,
    /// The URL of the user's picture.
    pub image_url: Sensitive,
    /// Whether the user uploaded the picture.
    pub has_image: bool,
    /// The user's identifier: an email address, a phone number or a user name.
    pub identifier: Sensitive,
}

/// Public data of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublicOrganizationData {
    /// The organization's id.
    pub id: OrganizationId,
    /// The organization's name.
    pub name: String,
    /// The organization's name in URLs.
    pub slug: String,
    /// The URL of the organization's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Whether the organization uploaded the picture.
    pub has_image: bool,
}
