use super::CreateOrganizationInvitation;
use crate::api::checks::Bulk;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{OrganizationId, OrganizationInvitation, Page};
use crate::operation::Operation;

/// Invites 1 to 10 people to an organization in one call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CreateOrganizationInvitationBulk<'a> {
    organization_id: &'a OrganizationId,
    invitations: &'a [CreateOrganizationInvitation],
}

impl<'a> CreateOrganizationInvitationBulk<'a> {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::post(
        "CreateOrganizationInvitationBulk",
        "/organizations/{organization_id}/invitations/bulk",
    );

    /// The most people that one call accepts: 10.
    pub const MAX: usize = 10;

    /// Creates a request that invites these people to this organization.
    pub const fn new(organization_id: &'a OrganizationId, invitations: &'a [CreateOrganizationInvitation]) -> Self {
        Self {
            organization_id,
            invitations,
        }
    }
}

impl Endpoint for CreateOrganizationInvitationBulk<'_> {
    type Output = Page<OrganizationInvitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .path_param("organization_id", self.organization_id)?;
        Bulk::for_invitations(Self::MAX).json(request, self.invitations, CreateOrganizationInvitation::problem)
    }
}
