use crate::api::organization_invitations::OrganizationInvitationOrder;
use crate::api::window::{Window, window_setters};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{InvitationStatus, OrganizationInvitation, Page};
use crate::operation::Operation;
use crate::paging::Paged;
use crate::sensitive::Sensitive;

/// Which invitations to any organization of the instance to list. Nothing set lists the ten newest of every status.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListInstanceOrganizationInvitations {
    statuses: Vec<InvitationStatus>,
    query: Option<Sensitive>,
    order_by: Option<OrganizationInvitationOrder>,
    window: Window,
}

impl ListInstanceOrganizationInvitations {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation =
        &Operation::get("ListInstanceOrganizationInvitations", "/organization_invitations");

    /// Lists without filter.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only invitations of this status. Called again, of that one too.
    #[must_use]
    pub fn status(mut self, status: InvitationStatus) -> Self {
        self.statuses.push(status);
        self
    }

    /// Only invitations whose address fits this text. Clerk does not promise an exact match: compare the addresses
    /// that come.
    #[must_use]
    pub fn query(mut self, address: impl Into<Sensitive>) -> Self {
        self.query = Some(address.into());
        self
    }

    /// The order.
    #[must_use]
    pub fn order_by(mut self, order: OrganizationInvitationOrder) -> Self {
        self.order_by = Some(order);
        self
    }
}

window_setters!(ListInstanceOrganizationInvitations);

impl Endpoint for ListInstanceOrganizationInvitations {
    type Output = Page<OrganizationInvitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .query_all("status", &self.statuses)
            .query_opt("query", self.query.as_ref().map(Sensitive::as_str))
            .query_opt("order_by", self.order_by.map(OrganizationInvitationOrder::as_str));
        self.window.add_to(request)
    }
}

impl Paged for ListInstanceOrganizationInvitations {
    type Item = OrganizationInvitation;
}
