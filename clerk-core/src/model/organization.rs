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
    /// The number of members, where Clerk counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members_count: Option<u64>,
    /// The number of memberships that the organization may have. 0 means no limit.
    #[serde(default)]
    pub max_allowed_memberships: u64,
    /// Metadata that the frontend can read.
    #[serde(default)]
    pub public_metadata: Metadata,
    /// Metadata that only the backend can read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_metadata: Option<Metadata>,
    /// The user who created the organization. `None` if the application itself did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
    /// When the organization was created.
    pub created_at: Timestamp,
    /// When the organization was last changed.
    pub updated_at: Timestamp,
}
