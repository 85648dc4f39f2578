use crate::api::paging_params::{PagingParams, paging_setters};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{OrganizationId, OrganizationInvitation, Page};
use crate::operation::Operation;
use crate::paging::Paged;

/// Lists the pending invitations to an organization. Clerk has deprecated the operation: use
/// [`ListOrganizationInvitations`](super::ListOrganizationInvitations) with a status instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPendingOrganizationInvitations {
    organization_id: OrganizationId,
    paging: PagingParams,
}

impl ListPendingOrganizationInvitations {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get(
        "ListPendingOrganizationInvitations",
        "/organizations/{organization_id}/invitations/pending",
    );

    /// Creates a list of the pending invitations to this organization.
    pub fn new(organization_id: impl Into<OrganizationId>) -> Self {
        Self {
            organization_id: organization_id.into(),
            paging: PagingParams::default(),
        }
    }
}

paging_setters!(ListPendingOrganizationInvitations);

impl Endpoint for ListPendingOrganizationInvitations {
    type Output = Page<OrganizationInvitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .path_param("organization_id", &self.organization_id)?;
        self.paging.add_to(request)
    }
}

impl Paged for ListPendingOrganizationInvitations {
    type Item = OrganizationInvitation;
}
