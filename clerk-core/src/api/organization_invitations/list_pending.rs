use crate::api::window::{Window, window_setters};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{OrganizationId, OrganizationInvitation, Page};
use crate::operation::Operation;
use crate::paging::Paged;

/// Which pending invitations to an organization to list. Clerk has deprecated the operation:
/// [`ListOrganizationInvitations`](super::ListOrganizationInvitations) with a status does the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPendingOrganizationInvitations {
    organization_id: OrganizationId,
    window: Window,
}

impl ListPendingOrganizationInvitations {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get(
        "ListPendingOrganizationInvitations",
        "/organizations/{organization_id}/invitations/pending",
    );

    /// Lists the pending invitations to this organization.
    pub fn new(organization_id: impl Into<OrganizationId>) -> Self {
        Self {
            organization_id: organization_id.into(),
            window: Window::default(),
        }
    }
}

window_setters!(ListPendingOrganizationInvitations);

impl Endpoint for ListPendingOrganizationInvitations {
    type Output = Page<OrganizationInvitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .path_param("organization_id", &self.organization_id)?;
        self.window.add_to(request)
    }
}

impl Paged for ListPendingOrganizationInvitations {
    type Item = OrganizationInvitation;
}
