use crate::api::paging_params::{PagingParams, list_endpoint};
use crate::api::setters::setters;
use crate::model::{EmailAddress, InvitationStatus, OrganizationId, OrganizationInvitation};
use crate::operation::Operation;
use crate::text::text_enum;

/// Lists the invitations to an organization. Without filters, Clerk returns the ten newest.
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
    paging: PagingParams,
}

text_enum! {
    /// The order in which Clerk lists organization invitations.
    #[non_exhaustive]
    pub enum OrganizationInvitationOrder {
        /// Oldest first.
        CreatedAt = "+created_at",
        /// Newest first, the default.
        CreatedAtDescending = "-created_at",
        /// By email address, from A to Z.
        EmailAddress = "+email_address",
        /// By email address, from Z to A.
        EmailAddressDescending = "-email_address",
    }
}

impl ListOrganizationInvitations {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get(
        "ListOrganizationInvitations",
        "/organizations/{organization_id}/invitations",
    );

    /// Creates a list of the invitations to this organization, without filters.
    pub fn new(organization_id: impl Into<OrganizationId>) -> Self {
        Self {
            organization_id: organization_id.into(),
            statuses: Vec::new(),
            email_address: None,
            order_by: None,
            paging: PagingParams::default(),
        }
    }

    /// Lists only invitations with this status. Call it again to add another status.
    #[must_use]
    pub fn status(mut self, status: InvitationStatus) -> Self {
        self.statuses.push(status);
        self
    }
}

setters! {
    ListOrganizationInvitations {
        /// Lists only invitations for this email address.
        email_address: impl Into<EmailAddress>,
        /// Sets the order.
        order_by: OrganizationInvitationOrder,
    }
}

list_endpoint!(ListOrganizationInvitations -> OrganizationInvitation, |list| {
    ListOrganizationInvitations::OPERATION
        .request()
        .path_param("organization_id", &list.organization_id)?
        .query_all("status", &list.statuses)
        .query_opt("email_address", list.email_address.as_ref().map(EmailAddress::as_str))
        .query_opt("order_by", list.order_by)
});
