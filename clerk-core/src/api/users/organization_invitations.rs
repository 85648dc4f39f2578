use crate::api::paging_params::{PagingParams, paging_setters};
use crate::api::setters::setters;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{InvitationStatus, OrganizationInvitation, Page, UserId};
use crate::operation::Operation;
use crate::paging::Paged;

/// Lists the organization invitations of one user. Without filters, Clerk returns ten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListUserOrganizationInvitations {
    user_id: UserId,
    status: Option<InvitationStatus>,
    paging: PagingParams,
}

impl ListUserOrganizationInvitations {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get(
        "UsersGetOrganizationInvitations",
        "/users/{user_id}/organization_invitations",
    );

    /// Creates a list of the invitations of this user, without filters.
    pub fn new(user_id: impl Into<UserId>) -> Self {
        Self {
            user_id: user_id.into(),
            status: None,
            paging: PagingParams::default(),
        }
    }
}

setters! {
    ListUserOrganizationInvitations {
        /// Lists only invitations with this status.
        status: InvitationStatus,
    }
}

paging_setters!(ListUserOrganizationInvitations);

impl Endpoint for ListUserOrganizationInvitations {
    type Output = Page<OrganizationInvitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .path_param("user_id", &self.user_id)?
            .query_opt("status", self.status.as_ref());
        self.paging.add_to(request)
    }
}

impl Paged for ListUserOrganizationInvitations {
    type Item = OrganizationInvitation;
}
