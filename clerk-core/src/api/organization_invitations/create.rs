use serde::Serialize;

use crate::api::invitee;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, Metadata, OrganizationId, OrganizationInvitation, UserId};
use crate::operation::Operation;
use crate::sensitive::Sensitive;

/// One person to invite to an organization, and how: the item of both calls that invite.
///
/// Address and role are required. What is not set is not sent, and Clerk's default holds.
///
/// There is no `ignore_existing` and no mail template here: those belong to
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
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// The longest that an invitation can be valid: 365 days.
    pub const MAX_EXPIRES_IN_DAYS: u16 = invitee::MAX_EXPIRES_IN_DAYS;

    /// Invites this address to join with this role. Roles go by their key, such as `org:member`.
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

    /// Invites in the name of this user (`inviter_user_id`), who must be an administrator of the organization.
    #[must_use]
    pub fn inviter(mut self, user: UserId) -> Self {
        self.inviter = Some(user);
        self
    }

    /// Gives the membership this public metadata once the invitation is accepted. The browser can read it.
    #[must_use]
    pub fn public_metadata(mut self, metadata: Metadata) -> Self {
        self.public_metadata = Some(metadata);
        self
    }

    /// Gives the membership this private metadata once the invitation is accepted. Only the backend can read it.
    #[must_use]
    pub fn private_metadata(mut self, metadata: Metadata) -> Self {
        self.private_metadata = Some(metadata);
        self
    }

    /// Leads the person here from the mail. A page of your own needs it.
    #[must_use]
    pub fn redirect_url(mut self, url: impl Into<Sensitive>) -> Self {
        self.redirect_url = Some(url.into());
        self
    }

    /// Whether Clerk sends a mail; it does unless told `false`.
    #[must_use]
    pub fn notify(mut self, notify: bool) -> Self {
        self.notify = Some(notify);
        self
    }

    /// How many days the invitation is valid: 1 to [`MAX_EXPIRES_IN_DAYS`](Self::MAX_EXPIRES_IN_DAYS); Clerk's default is
    /// 30.
    #[must_use]
    pub fn expires_in_days(mut self, days: u16) -> Self {
        self.expires_in_days = Some(days);
        self
    }

    /// The address that is invited.
    pub const fn email_address(&self) -> &EmailAddress {
        &self.email_address
    }

    /// What is wrong with the request whatever the instance, if anything is. It shows no address.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let role_problem = || self.role.trim().is_empty().then_some("role is empty");
        invitee::address_problem(&self.email_address)
            .or_else(role_problem)
            .or_else(|| invitee::expiry_problem(self.expires_in_days))
    }
}

/// Invites one person to an organization.
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

    /// Invites this person to this organization.
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
