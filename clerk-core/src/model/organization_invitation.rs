use serde::{Deserialize, Serialize};

use super::{EmailAddress, InvitationStatus, Metadata, OrganizationId, OrganizationInvitationId, Timestamp, UserId};
use crate::sensitive::Sensitive;

/// An invitation to an organization.
///
/// Invitations to the *application* are another list with another model, [`Invitation`](super::Invitation).
///
/// `Debug` shows neither the address nor the link: who has the link can accept the invitation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrganizationInvitation {
    /// The invitation's id.
    pub id: OrganizationInvitationId,
    /// Who is invited, as Clerk keeps the address.
    pub email_address: EmailAddress,
    /// The key of the role that the person gets, such as `org:member`.
    pub role: String,
    /// The role's name, such as `Member`.
    pub role_name: String,
    /// The organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// The user who invites. There is none where the application itself invites.
    #[serde(default)]
    pub inviter_id: Option<UserId>,
    /// What the invited person may know of who invites.
    #[serde(default)]
    pub public_inviter_data: Option<PublicInviterData>,
    /// What has become of the invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<InvitationStatus>,
    /// What becomes the membership's public metadata once the invitation is accepted.
    #[serde(default)]
    pub public_metadata: Metadata,
    /// What becomes the membership's private metadata once the invitation is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_metadata: Option<Metadata>,
    /// The link by which the invitation is accepted. It carries a ticket: treat it like a password.
    #[serde(default)]
    pub url: Option<Sensitive>,
    /// When it expires.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the invited person may know of the organization. Clerk gives it in lists that cross organizations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_organization_data: Option<PublicOrganizationData>,
}

/// What the invited person may know of who invites.
///
/// `Debug` shows the id alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublicInviterData {
    /// The user who invites.
    pub user_id: UserId,
    /// The first name.
    #[serde(default)]
    pub first_name: Option<Sensitive>,
    /// The last name.
    #[serde(default)]
    pub last_name: Option<Sensitive>,
    /// The picture.
    pub image_url: Sensitive,
    /// Whether the picture is one of the user's own.
    pub has_image: bool,
    /// How the user is known: an address, a phone number or a name.
    pub identifier: Sensitive,
}

/// What the invited person may know of the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublicOrganizationData {
    /// The organization.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// Its name in URLs.
    pub slug: String,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Whether the picture is one of its own.
    pub has_image: bool,
}
