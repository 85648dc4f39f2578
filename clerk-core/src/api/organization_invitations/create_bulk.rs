use super::CreateOrganizationInvitation;
use crate::api::bulk::Bulk;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{OrganizationId, OrganizationInvitation, Page};
use crate::operation::Operation;

/// 1 to 10 people to invite to an organization in one call.
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

    /// How many people one call takes: 10.
    pub const MAX: usize = 10;

    /// Invites these people to this organization.
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
        Bulk::of_invitations(Self::MAX).json(request, self.invitations, CreateOrganizationInvitation::problem)
    }
}
