use serde::{Deserialize, Serialize};

use crate::api::checks;
use crate::api::setters::setters;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, Metadata, OrganizationId, OrganizationInvitation, UserId};
use crate::operation::Operation;
use crate::sensitive::Sensitive;

/// An organization invitation to create, for single and bulk calls.
///
/// The email address and the role are required. Unset fields are omitted, so Clerk's defaults apply.
///
/// Organization invitations have no `ignore_existing` and no email template; those exist only for
/// [invitations to the application](crate::api::invitations::CreateInvitation).
///
/// ```
/// use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
/// use clerk_core::model::{Metadata, UserId};
///
/// let invitation = CreateOrganizationInvitation::new("ada@example.com", "org:member")
///     .inviter(UserId::from("user_1"))
///     .public_metadata(Metadata::from_json(r#"{"team":"Analytical Engines"}"#)?)
///     .expires_in_days(14);
/// # Ok::<(), clerk_core::model::InvalidMetadata>(())
/// ```
///
/// Serde reads and writes it as in Clerk's API. An unknown field is an error, so that a misspelled option does not go unnoticed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateOrganizationInvitation {
    email_address: EmailAddress,
    role: String,
    #[serde(skip_serializing_if = "Option::is_none", rename = "inviter_user_id")]
    inviter: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_metadata: Option<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_metadata: Option<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<Sensitive>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notify: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_days: Option<u16>,
}

impl CreateOrganizationInvitation {
    /// The longest validity of an invitation, in days: 365.
    pub const MAX_EXPIRES_IN_DAYS: u16 = checks::MAX_EXPIRES_IN_DAYS;

    /// Creates an invitation for this email address. `role` is the key of a role, such as `org:member`.
    pub fn new(email_address: impl Into<EmailAddress>, role: impl Into<String>) -> Self {
        Self {
            email_address: email_address.into(),
            role: role.into(),
            inviter: None,
            public_metadata: None,
            private_metadata: None,
            redirect_url: None,
            notify: None,
            expires_in_days: None,
        }
    }

    /// Returns the email address to invite.
    pub const fn email_address(&self) -> &EmailAddress {
        &self.email_address
    }

    /// Returns the key of the role.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Returns why every instance would refuse the request, if so. The text never contains the address.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let role_problem = || self.role.trim().is_empty().then_some("role is empty");
        checks::address_problem(&self.email_address)
            .or_else(role_problem)
            .or_else(|| checks::expiry_problem(self.expires_in_days))
    }
}

setters! {
    CreateOrganizationInvitation {
        /// Invites on behalf of this user (`inviter_user_id`), who must be an administrator of the organization.
        inviter: UserId,
        /// Sets the public metadata of the membership that an accepted invitation creates. Browsers can read it.
        public_metadata: Metadata,
        /// Sets the private metadata of the membership that an accepted invitation creates. Only the backend can read it.
        private_metadata: Metadata,
        /// Sets the URL that the link in the email leads to. Required if you host your own page for it.
        redirect_url: impl Into<Sensitive>,
        /// Sets whether Clerk sends an email; Clerk's default is `true`.
        notify: bool,
        /// Sets the validity in days, from 1 to [`MAX_EXPIRES_IN_DAYS`](Self::MAX_EXPIRES_IN_DAYS); Clerk's default is 30.
        expires_in_days: u16,
    }
}

/// Invites one person to an organization (`CreateOrganizationInvitation`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CreateOrganizationInvitationSingle<'a> {
    organization_id: &'a OrganizationId,
    invitation: &'a CreateOrganizationInvitation,
}

impl<'a> CreateOrganizationInvitationSingle<'a> {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::post(
        "CreateOrganizationInvitation",
        "/organizations/{organization_id}/invitations",
    );

    /// Creates a request that sends this invitation to this organization.
    pub const fn new(organization_id: &'a OrganizationId, invitation: &'a CreateOrganizationInvitation) -> Self {
        Self {
            organization_id,
            invitation,
        }
    }
}

impl Endpoint for CreateOrganizationInvitationSingle<'_> {
    type Output = OrganizationInvitation;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .path_param("organization_id", self.organization_id)?;
        match self.invitation.problem() {
            Some(problem) => Err(request.invalid(problem)),
            None => request.json(self.invitation),
        }
    }
}
