use serde::{Deserialize, Serialize};

use super::{Metadata, Organization, OrganizationMembershipId, Timestamp, UserId};
use crate::sensitive::Sensitive;

/// The membership of a user in an organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrganizationMembership {
    /// The membership's id.
    pub id: OrganizationMembershipId,
    /// The key of the member's role, such as `org:member`.
    pub role: String,
    /// The name of the role, such as `Member`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_name: Option<String>,
    /// The keys of what the member may do.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// The organization.
    pub organization: Organization,
    /// Public data of the member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_user_data: Option<PublicUserData>,
    /// Metadata that the frontend can read. It starts as the public metadata of the accepted invitation.
    #[serde(default)]
    pub public_metadata: Metadata,
    /// Metadata that only the backend can read. It starts as the private metadata of the accepted invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_metadata: Option<Metadata>,
    /// When the membership was created.
    pub created_at: Timestamp,
    /// When the membership was last changed.
    pub updated_at: Timestamp,
}

/// Public data of a member of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublicUserData {
    /// The user's id.
    pub user_id: UserId,
    /// The user's first name.
    #[serde(default)]
    pub first_name: Option<Sensitive>,
    /// The user's last name.
    #[serde(default)]
    pub last_name: Option<Sensitive>,
    /// The URL of the user's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<Sensitive>,
    /// Whether the user uploaded the picture.
    #[serde(default)]
    pub has_image: bool,
    /// The user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Sensitive>,
    /// Whether the user is banned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banned: Option<bool>,
    /// The user's identifier: an email address, a phone number or a user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Sensitive>,
}
