use crate::api::organization_invitations::OrganizationInvitationOrder;
use crate::api::paging_params::{PagingParams, list_endpoint};
use crate::api::setters::setters;
use crate::model::{InvitationStatus, OrganizationInvitation};
use crate::operation::Operation;
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

list_endpoint!(ListInstanceOrganizationInvitations -> OrganizationInvitation, |list| {
    ListInstanceOrganizationInvitations::OPERATION
        .request()
        .query_all("status", &list.statuses)
        .query_opt("query", list.query.as_ref().map(Sensitive::as_str))
        .query_opt("order_by", list.order_by)
});
