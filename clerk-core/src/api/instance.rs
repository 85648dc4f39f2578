//! The instance that the secret key belongs to.
//!
//! [`Client::instance`] returns a handle with a method for each operation. The request types are
//! [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

mod organization_invitations;

pub use organization_invitations::ListInstanceOrganizationInvitations;

use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{
    EmailAddress, EnrollmentMode, Instance, InstanceRestrictions, InstanceSettings, OrganizationInvitation,
    OrganizationSettings, Page,
};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on the instance that the client's key belongs to.
    pub const fn instance(&self) -> InstanceApi<'_> {
        InstanceApi { client: self }
    }
}

resource! {
    /// Operations on the instance, returned by [`Client::instance`].
    pub struct InstanceApi;

    also [ListInstanceOrganizationInvitations];

    /// Reads the instance (`GET /v1/instance`). Use it to check that a key works, and to find out which instance it belongs
    /// to.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub struct GetInstance() = Operation::get("GetInstance", "/instance") => fn get -> Instance;

    /// Changes the settings of the instance that are set (`PATCH /v1/instance`).
    ///
    /// # Errors
    ///
    /// [`FormParamValueInvalid`](crate::ErrorCode::FormParamValueInvalid) for a value that Clerk does not
    /// accept.
    pub struct UpdateInstance() {
        /// Whether test email addresses and phone numbers are accepted.
        test_mode: bool,
        /// Whether passwords that have leaked are refused.
        hibp: bool,
        /// The email address of the support.
        support_email: EmailAddress,
        /// The version of the frontend library.
        clerk_js_version: String,
        /// The origin of the application in development.
        development_origin: String,
        /// The origins that may call Clerk's frontend API, for native applications and extensions.
        allowed_origins: Vec<String>,
        /// Whether development works without third-party cookies.
        cookieless_dev: bool,
        /// Whether development passes sessions in URLs.
        url_based_session_syncing: bool,
        /// The way to sign in that is offered first: `password` or `otp`; empty for the default.
        preferred_sign_in_strategy_when_password_required: String,
    }
    = Operation::patch("UpdateInstance", "/instance").idempotent()
    => send update -> ();

    /// Changes the restrictions that are set: who may sign up, and so who can be invited (`PATCH
    /// /v1/instance/restrictions`).
    ///
    /// # Errors
    ///
    /// A 402 if the plan lacks a restriction.
    pub struct UpdateInstanceRestrictions() {
        /// Whether only identifiers on the allowlist may sign up.
        allowlist: bool,
        /// Whether identifiers on the blocklist are refused.
        blocklist: bool,
        /// Whether the two lists apply to sign-ups only.
        allowlist_blocklist_disabled_on_sign_in: bool,
        /// Whether email addresses with a subaddress, such as `ada+test@example.com`, are refused.
        block_email_subaddresses: bool,
        /// Whether domains of disposable email addresses are refused.
        block_disposable_email_domains: bool,
    }
    = Operation::patch("UpdateInstanceRestrictions", "/instance/restrictions").idempotent()
    => send update_restrictions -> InstanceRestrictions;

    /// Reads the settings of organizations (`GET /v1/instance/organization_settings`).
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub struct GetOrganizationSettings()
    = Operation::get("GetInstanceOrganizationSettings", "/instance/organization_settings")
    => fn get_organization_settings -> OrganizationSettings;

    /// Changes the settings of organizations that are set (`PATCH /v1/instance/organization_settings`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) for a role that does not exist.
    pub struct UpdateOrganizationSettings() {
        /// Whether the instance has organizations.
        enabled: bool,
        /// The number of memberships of a new organization; 0 for no limit.
        max_allowed_memberships: u64,
        /// Whether administrators may delete their organization.
        admin_delete_enabled: bool,
        /// Whether organizations can have domains.
        domains_enabled: bool,
        /// Whether organizations have no slugs.
        slug_disabled: bool,
        /// How users of a domain can join its organization.
        domains_enrollment_modes: Vec<EnrollmentMode>,
        /// The role of the user who creates an organization.
        creator_role_id: String,
        /// The role of users who join by their domain.
        domains_default_role_id: String,
    }
    = Operation::patch("UpdateInstanceOrganizationSettings", "/instance/organization_settings").idempotent()
    => send update_organization_settings -> OrganizationSettings;

    /// Changes the settings of sign-ups that are set (`PATCH /v1/beta_features/instance_settings`).
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub struct UpdateInstanceSettings() {
        /// Whether only identifiers on the allowlist may sign up.
        restricted_to_allowlist: bool,
        /// The part before the `@` of the address that emails are sent from.
        from_email_address: String,
        /// Whether sign-ups can be completed in several steps.
        progressive_sign_up: bool,
        /// Whether test email addresses and phone numbers are accepted.
        test_mode: bool,
    }
    = Operation::patch("UpdateInstanceAuthConfig", "/beta_features/instance_settings").idempotent()
    => send update_settings -> InstanceSettings;
}

impl InstanceApi<'_> {
    /// Lists the invitations to all organizations of the instance (`GET /v1/organization_invitations`), newest first by
    /// default, with the public data of each organization.
    ///
    /// Returns one page; [`Client::pages`] reads all. The invitations of one organization are listed by
    /// [`OrganizationInvitationsApi::list`](super::organization_invitations::OrganizationInvitationsApi::list), and those to
    /// the application by [`InvitationsApi::list`](super::invitations::InvitationsApi::list).
    ///
    /// # Errors
    ///
    /// Those of every call. Nothing is sent for a limit that Clerk does not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list_organization_invitations(
        self,
        list: &ListInstanceOrganizationInvitations,
    ) -> Result<Page<OrganizationInvitation>> {
        self.client.execute(list).await
    }
}
