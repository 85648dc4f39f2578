use serde::{Deserialize, Serialize};

use super::{
    EmailAddress, OrganizationDomainId, OrganizationId, PublicOrganizationData, Timestamp, VerificationStatus,
    open_enum,
};

/// An email domain of an organization, whose users can join it without an invitation of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrganizationDomain {
    /// The id of the domain.
    pub id: OrganizationDomainId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The domain, such as `example.com`.
    pub name: String,
    /// How users of the domain join the organization.
    pub enrollment_mode: EnrollmentMode,
    /// The email address that proves the affiliation with the domain.
    pub affiliation_email_address: Option<EmailAddress>,
    /// The verification of the affiliation.
    pub affiliation_verification: Option<DomainVerification>,
    /// The verification of the ownership.
    pub ownership_verification: Option<DomainVerification>,
    /// The verification of the domain.
    pub verification: Option<DomainVerification>,
    /// The number of pending invitations that the domain created.
    #[serde(default)]
    pub total_pending_invitations: u64,
    /// The number of pending suggestions that the domain created.
    #[serde(default)]
    pub total_pending_suggestions: u64,
    /// Public data of the organization, where Clerk includes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_organization_data: Option<PublicOrganizationData>,
    /// When the domain was added.
    pub created_at: Timestamp,
    /// When the domain was last changed.
    pub updated_at: Timestamp,
}

/// The verification of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DomainVerification {
    /// The status of the verification.
    pub status: VerificationStatus,
    /// How the domain was verified.
    pub strategy: String,
    /// The number of attempts.
    pub attempts: Option<u64>,
    /// When the verification expires.
    pub expire_at: Option<Timestamp>,
    /// When the domain was verified.
    pub verified_at: Option<Timestamp>,
}

open_enum! {
    /// How users of a domain join its organization.
    pub enum EnrollmentMode {
        /// They are invited one by one.
        ManualInvitation = "manual_invitation",
        /// They are invited when they sign up.
        AutomaticInvitation = "automatic_invitation",
        /// The organization is suggested to them when they sign up.
        AutomaticSuggestion = "automatic_suggestion",
        /// They join when they sign in by the organization's single sign-on.
        EnterpriseSso = "enterprise_sso",
    }
}
