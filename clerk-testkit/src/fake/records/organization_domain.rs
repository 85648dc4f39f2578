use clerk_core::model::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::organization::Organization;
use crate::fake::store::stored;

/// A domain of an organization.
#[derive(Debug)]
pub(crate) struct OrganizationDomain {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) name: String,
    pub(crate) enrollment_mode: String,
    pub(crate) is_verified: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

stored!(OrganizationDomain, "orgdmn_fake", OrganizationId => organization_id, Key => name);

impl OrganizationDomain {
    /// Returns the domain as Clerk's API shows it.
    pub(crate) fn view<'a>(&'a self, organization: Option<&Organization>) -> impl Serialize + use<'a> {
        #[derive(Serialize)]
        struct View<'a> {
            object: &'static str,
            id: &'a str,
            organization_id: &'a str,
            name: &'a str,
            enrollment_mode: &'a str,
            affiliation_email_address: Option<&'a str>,
            affiliation_verification: Value,
            ownership_verification: Value,
            verification: Value,
            total_pending_invitations: u64,
            total_pending_suggestions: u64,
            #[serde(skip_serializing_if = "Option::is_none")]
            public_organization_data: Option<Value>,
            created_at: Timestamp,
            updated_at: Timestamp,
        }

        let verification = json!({
            "status": if self.is_verified { "verified" } else { "unverified" },
            "strategy": "admin",
            "attempts": null,
            "expire_at": null,
            "verified_at": self.is_verified.then_some(self.updated_at),
        });
        View {
            object: "organization_domain",
            id: &self.id,
            organization_id: &self.organization_id,
            name: &self.name,
            enrollment_mode: &self.enrollment_mode,
            affiliation_email_address: None,
            affiliation_verification: verification.clone(),
            ownership_verification: verification.clone(),
            verification,
            total_pending_invitations: 0,
            total_pending_suggestions: 0,
            public_organization_data: organization.map(Organization::public_data),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
