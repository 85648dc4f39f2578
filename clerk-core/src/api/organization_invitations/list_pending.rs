use crate::api::paging_params::{PagingParams, list_endpoint};
use crate::model::{OrganizationId, OrganizationInvitation};
use crate::operation::Operation;

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

list_endpoint!(ListPendingOrganizationInvitations -> OrganizationInvitation, |list| {
    ListPendingOrganizationInvitations::OPERATION
        .request()
        .path_param("organization_id", &list.organization_id)?
});
