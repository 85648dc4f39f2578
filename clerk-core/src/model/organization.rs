use serde::{Deserialize, Serialize};

use super::{Metadata, OrganizationId, Timestamp, UserId};

/// An organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Organization {
    /// The organization's id.
    pub id: OrganizationId,
    /// The organization's name.
    pub name: String,
    /// The organization's name in URLs.
    #[serde(default)]
    pub slug: Option<String>,
    /// The URL of the organization's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Whether the organization uploaded the picture.
    #[serde(default)]
    pub has_image: bool,
    /// The number of members, where Clerk counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members_count: Option<u64>,
    /// The number of memberships that the organization may have. 0 means no limit.
    #[serde(default)]
    pub max_allowed_memberships: u64,
    /// The number of pending invitations, where Clerk counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_invitations_count: Option<u64>,
    /// Whether administrators may delete the organization.
    #[serde(default)]
    pub admin_delete_enabled: bool,
    /// Metadata that the frontend can read.
    #[serde(default)]
    pub public_metadata: Metadata,
    /// Metadata that only the backend can read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_metadata: Option<Metadata>,
    /// The user who created the organization. `None` if the application itself did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
    /// The key of the role set, which holds the roles that members can have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_set_key: Option<String>,
    /// When the organization was created.
    pub created_at: Timestamp,
    /// When the organization was last changed.
    pub updated_at: Timestamp,
}
