use crate::api::organization_invitations::OrganizationInvitationOrder;
use crate::api::paging_params::{PagingParams, paging_setters};
use crate::api::setters::setters;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{InvitationStatus, OrganizationInvitation, Page};
use crate::operation::Operation;
use crate::paging::Paged;
use crate::sensitive::Sensitive;

/// Lists the invitations to all organizations of the instance. Without filters, Clerk returns the ten newest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListInstanceOrganizationInvitations {
    statuses: Vec<InvitationStatus>,
    query: Option<Sensitive>,
    order_by: Option<OrganizationInvitationOrder>,
    paging: PagingParams,
}

impl ListInstanceOrganizationInvitations {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation =
        &Operation::get("ListInstanceOrganizationInvitations", "/organization_invitations");

    /// Creates a list without filters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists only invitations with this status. Call it again to add another status.
    #[must_use]
    pub fn status(mut self, status: InvitationStatus) -> Self {
        self.statuses.push(status);
        self
    }
}

setters! {
    ListInstanceOrganizationInvitations {
        /// Lists only invitations whose email address matches this text. Clerk does not document the match as exact, so compare
        /// the addresses in the response.
        query: impl Into<Sensitive>,
        /// Sets the order.
        order_by: OrganizationInvitationOrder,
    }
}

paging_setters!(ListInstanceOrganizationInvitations);

impl Endpoint for ListInstanceOrganizationInvitations {
    type Output = Page<OrganizationInvitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .query_all("status", &self.statuses)
            .query_opt("query", self.query.as_ref().map(Sensitive::as_str))
            .query_opt("order_by", self.order_by);
        self.paging.add_to(request)
    }
}

impl Paged for ListInstanceOrganizationInvitations {
    type Item = OrganizationInvitation;
}
