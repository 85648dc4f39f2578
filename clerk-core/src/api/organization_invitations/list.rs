use crate::api::paging_params::{PagingParams, paging_setters};
use crate::api::setters::setters;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{EmailAddress, InvitationStatus, OrganizationId, OrganizationInvitation, Page};
use crate::operation::Operation;
use crate::paging::Paged;
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

paging_setters!(ListOrganizationInvitations);

impl Endpoint for ListOrganizationInvitations {
    type Output = Page<OrganizationInvitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .path_param("organization_id", &self.organization_id)?;
        let request = request
            .query_all("status", &self.statuses)
            .query_opt("email_address", self.email_address.as_ref().map(EmailAddress::as_str))
            .query_opt("order_by", self.order_by);
        self.paging.add_to(request)
    }
}

impl Paged for ListOrganizationInvitations {
    type Item = OrganizationInvitation;
}
