use serde::{Deserialize, Serialize};

use super::{OrganizationPermissionId, OrganizationRoleId, Timestamp};

/// A role of the members of organizations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrganizationRole {
    /// The role's id.
    pub id: OrganizationRoleId,
    /// The role's name, such as `Member`.
    pub name: String,
    /// The role's key, such as `org:member`.
    pub key: String,
    /// What the role is for.
    pub description: Option<String>,
    /// Whether the user who creates an organization can have the role.
    #[serde(default)]
    pub is_creator_eligible: bool,
    /// What members with the role may do.
    #[serde(default)]
    pub permissions: Vec<OrganizationPermission>,
    /// When the role was created.
    pub created_at: Timestamp,
    /// When the role was last changed.
    pub updated_at: Timestamp,
}

/// A permission that roles give to members of organizations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrganizationPermission {
    /// The permission's id.
    pub id: OrganizationPermissionId,
    /// The permission's name.
    pub name: String,
    /// The permission's key, such as `org:sys_memberships:read`.
    pub key: String,
    /// What the permission is for.
    #[serde(default)]
    pub description: String,
    /// Whether the permission is Clerk's (`system`) or the application's (`user`).
    #[serde(rename = "type", default)]
    pub kind: String,
    /// When the permission was created.
    pub created_at: Timestamp,
    /// When the permission was last changed.
    pub updated_at: Timestamp,
}
