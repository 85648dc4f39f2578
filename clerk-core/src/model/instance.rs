use serde::{Deserialize, Serialize};

use super::{EnrollmentMode, InstanceId, WorkspaceId, open_enum};

/// The instance that the secret key belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Instance {
    /// The instance's id. It does not change when the secret key is rotated.
    pub id: InstanceId,
    /// The environment of the instance.
    pub environment_type: EnvironmentType,
    /// The origins that may call Clerk's frontend API for it.
    #[serde(default)]
    pub allowed_origins: Option<Vec<String>>,
    /// The workspace that owns the application, if any.
    #[serde(default)]
    pub workspace_id: Option<WorkspaceId>,
}

open_enum! {
    /// The environment of an instance.
    pub enum EnvironmentType {
        /// Development, with lower rate limits and no real users.
        Development = "development",
        /// Production.
        Production = "production",
    }
}

/// The settings of organizations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrganizationSettings {
    /// Whether the instance has organizations.
    pub enabled: bool,
    /// The number of memberships of a new organization. 0 means no limit.
    pub max_allowed_memberships: u64,
    /// The number of roles that the instance may have.
    #[serde(default)]
    pub max_allowed_roles: u64,
    /// The number of role sets that the instance may have.
    pub max_role_sets_allowed: Option<u64>,
    /// The number of domains that an organization may have.
    #[serde(default)]
    pub max_allowed_domains: u64,
    /// The number of permissions that the instance may have.
    pub max_allowed_permissions: Option<u64>,
    /// The key of the role of the user who creates an organization.
    pub creator_role: String,
    /// Whether administrators may delete their organization.
    #[serde(default)]
    pub admin_delete_enabled: bool,
    /// Whether organizations can have domains.
    #[serde(default)]
    pub domains_enabled: bool,
    /// Whether organizations have no slugs.
    pub slug_disabled: Option<bool>,
    /// How users of a domain can join its organization.
    #[serde(default)]
    pub domains_enrollment_modes: Vec<EnrollmentMode>,
    /// The key of the role of users who join by their domain.
    #[serde(default)]
    pub domains_default_role: String,
    /// The key of the role set of new organizations.
    pub initial_role_set_key: Option<String>,
}

/// The settings of sign-ups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstanceSettings {
    /// The instance.
    pub id: Option<InstanceId>,
    /// Whether only identifiers on the allowlist may sign up.
    pub restricted_to_allowlist: Option<bool>,
    /// The part before the `@` of the address that emails are sent from.
    pub from_email_address: Option<String>,
    /// Whether sign-ups can be completed in several steps.
    pub progressive_sign_up: Option<bool>,
    /// Whether codes are sent in a form that more mailboxes accept.
    pub enhanced_email_deliverability: Option<bool>,
}
