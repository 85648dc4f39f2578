use serde::Serialize;

use super::INSTANCE_ID;
use super::role::{ADMIN, MEMBER};

/// The settings of an instance.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) restrictions: Restrictions,
    pub(crate) organizations: OrganizationSettings,
    pub(crate) sign_up: SignUpSettings,
    pub(crate) allowed_origins: Option<Vec<String>>,
}

/// The restrictions, serialized as Clerk's API shows them.
#[derive(Debug, Serialize)]
pub(crate) struct Restrictions {
    object: &'static str,
    pub(crate) allowlist: bool,
    pub(crate) blocklist: bool,
    pub(crate) allowlist_blocklist_disabled_on_sign_in: bool,
    pub(crate) block_email_subaddresses: bool,
    pub(crate) block_disposable_email_domains: bool,
}

impl Default for Restrictions {
    fn default() -> Self {
        Self {
            object: "instance_restrictions",
            allowlist: false,
            blocklist: false,
            allowlist_blocklist_disabled_on_sign_in: false,
            block_email_subaddresses: false,
            block_disposable_email_domains: false,
        }
    }
}

/// The settings of organizations, serialized as Clerk's API shows them.
#[derive(Debug, Serialize)]
pub(crate) struct OrganizationSettings {
    object: &'static str,
    pub(crate) enabled: bool,
    /// 0 means no limit.
    pub(crate) max_allowed_memberships: u64,
    max_allowed_roles: u64,
    max_role_sets_allowed: u64,
    max_allowed_domains: u64,
    max_allowed_permissions: u64,
    pub(crate) creator_role: String,
    pub(crate) admin_delete_enabled: bool,
    pub(crate) domains_enabled: bool,
    pub(crate) slug_disabled: bool,
    pub(crate) domains_enrollment_modes: Vec<String>,
    pub(crate) domains_default_role: String,
    initial_role_set_key: &'static str,
}

impl Default for OrganizationSettings {
    fn default() -> Self {
        Self {
            object: "organization_settings",
            enabled: true,
            max_allowed_memberships: 0,
            max_allowed_roles: 10,
            max_role_sets_allowed: 1,
            max_allowed_domains: 10,
            max_allowed_permissions: 50,
            creator_role: ADMIN.to_owned(),
            admin_delete_enabled: true,
            domains_enabled: true,
            slug_disabled: false,
            domains_enrollment_modes: ["manual_invitation", "automatic_invitation", "automatic_suggestion"]
                .map(str::to_owned)
                .to_vec(),
            domains_default_role: MEMBER.to_owned(),
            initial_role_set_key: "role_set:default",
        }
    }
}

/// The settings of sign-ups, serialized as Clerk's API shows them.
#[derive(Debug, Serialize)]
pub(crate) struct SignUpSettings {
    object: &'static str,
    id: &'static str,
    pub(crate) restricted_to_allowlist: bool,
    pub(crate) from_email_address: String,
    pub(crate) progressive_sign_up: bool,
    enhanced_email_deliverability: bool,
}

impl Default for SignUpSettings {
    fn default() -> Self {
        Self {
            object: "instance_settings",
            id: INSTANCE_ID,
            restricted_to_allowlist: false,
            from_email_address: "notifications".to_owned(),
            progressive_sign_up: true,
            enhanced_email_deliverability: false,
        }
    }
}
