use super::OrganizationInvitationOrder;
use crate::api::window::{Window, window_setters};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, InvitationStatus, OrganizationId, OrganizationInvitation, Page};
use crate::operation::Operation;
use crate::paging::Paged;

/// Which invitations to an organization to list. Nothing set lists the ten newest of every status.
///
/// ```
/// use clerk_core::api::organization_invitations::{ListOrganizationInvitations, OrganizationInvitationOrder};
/// use clerk_core::model::InvitationStatus;
///
/// let oldest_open = ListOrganizationInvitations::new("org_1")
///     .status(InvitationStatus::Pending)
///     .status(InvitationStatus::Expired)
///     .order_by(OrganizationInvitationOrder::CreatedAt)
///     .limit(500);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ListOrganizationInvitations {
    organization_id: OrganizationId,
    statuses: Vec<InvitationStatus>,
    email_address: Option<EmailAddress>,
    order_by: Option<OrganizationInvitationOrder>,
    window: Window,
}

impl ListOrganizationInvitations {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get(
        "ListOrganizationInvitations",
        "/organizations/{organization_id}/invitations",
    );

    /// Lists the invitations to this organization without filter.
    pub fn new(organization_id: impl Into<OrganizationId>) -> Self {
        Self {
            organization_id: organization_id.into(),
            statuses: Vec::new(),
            email_address: None,
            order_by: None,
            window: Window::default(),
        }
    }

    /// Only invitations of this status. Called again, of that one too.
    #[must_use]
    pub fn status(mut self, status: InvitationStatus) -> Self {
        self.statuses.push(status);
        self
    }

    /// Only invitations of this address.
    #[must_use]
    pub fn email_address(mut self, address: impl Into<EmailAddress>) -> Self {
        self.email_address = Some(address.into());
        self
    }

    /// The order.
    #[must_use]
    pub fn order_by(mut self, order: OrganizationInvitationOrder) -> Self {
        self.order_by = Some(order);
        self
    }
}

window_setters!(ListOrganizationInvitations);

impl Endpoint for ListOrganizationInvitations {
    type Output = Page<OrganizationInvitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .path_param("organization_id", &self.organization_id)?;
        let request = request
            .query_all("status", &self.statuses)
            .query_opt("email_address", self.email_address.as_ref().map(EmailAddress::as_str))
            .query_opt("order_by", self.order_by.map(OrganizationInvitationOrder::as_str));
        self.window.add_to(request)
    }
}

impl Paged for ListOrganizationInvitations {
    type Item = OrganizationInvitation;
}
