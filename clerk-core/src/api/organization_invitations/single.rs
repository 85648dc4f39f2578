use serde::Serialize;

use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{OrganizationId, OrganizationInvitation, OrganizationInvitationId, UserId};
use crate::operation::Operation;

pub(crate) static GET: Operation = Operation::get(
    "GetOrganizationInvitation",
    "/organizations/{organization_id}/invitations/{invitation_id}",
);

// Revoking twice is refused and changes nothing.
pub(crate) static REVOKE: Operation = Operation::post(
    "RevokeOrganizationInvitation",
    "/organizations/{organization_id}/invitations/{invitation_id}/revoke",
)
.idempotent();

/// Reads one invitation to an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetOrganizationInvitation<'a> {
    organization_id: &'a OrganizationId,
    id: &'a OrganizationInvitationId,
}

impl<'a> GetOrganizationInvitation<'a> {
    /// Reads this invitation to this organization.
    pub const fn new(organization_id: &'a OrganizationId, id: &'a OrganizationInvitationId) -> Self {
        Self { organization_id, id }
    }
}

impl Endpoint for GetOrganizationInvitation<'_> {
    type Output = OrganizationInvitation;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        GET.request()
            .path_param("organization_id", self.organization_id)?
            .path_param("invitation_id", self.id)
    }
}

/// Takes an invitation to an organization back, in the name of the application or of a user.
///
/// ```no_run
/// # async fn f(clerk: clerk_core::Client) -> clerk_core::Result<()> {
/// use clerk_core::api::organization_invitations::RevokeOrganizationInvitation;
/// use clerk_core::model::{OrganizationId, OrganizationInvitationId, UserId};
///
/// let (organization, invitation) = (OrganizationId::from("org_1"), OrganizationInvitationId::from("orginv_1"));
/// let administrator = UserId::from("user_1");
/// let revoke = RevokeOrganizationInvitation::new(&organization, &invitation).requesting_user(&administrator);
/// clerk.execute(&revoke).await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RevokeOrganizationInvitation<'a> {
    #[serde(skip)]
    organization_id: &'a OrganizationId,
    #[serde(skip)]
    id: &'a OrganizationInvitationId,
    #[serde(skip_serializing_if = "Option::is_none", rename = "requesting_user_id")]
    requesting_user: Option<&'a UserId>,
}

impl<'a> RevokeOrganizationInvitation<'a> {
    /// Takes this invitation to this organization back.
    pub const fn new(organization_id: &'a OrganizationId, id: &'a OrganizationInvitationId) -> Self {
        Self {
            organization_id,
            id,
            requesting_user: None,
        }
    }

    /// Does so in the name of this user (`requesting_user_id`), who must be an administrator of the organization.
    #[must_use]
    pub const fn requesting_user(mut self, user: &'a UserId) -> Self {
        self.requesting_user = Some(user);
        self
    }
}

impl Endpoint for RevokeOrganizationInvitation<'_> {
    type Output = OrganizationInvitation;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = REVOKE
            .request()
            .path_param("organization_id", self.organization_id)?
            .path_param("invitation_id", self.id)?;
        match self.requesting_user {
            Some(_) => request.json(self),
            None => Ok(request),
        }
    }
}
