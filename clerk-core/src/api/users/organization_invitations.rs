use crate::api::paging_params::{PagingParams, list_endpoint};
use crate::api::setters::setters;
use crate::model::{InvitationStatus, OrganizationInvitation, UserId};
use crate::operation::Operation;

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

list_endpoint!(ListUserOrganizationInvitations -> OrganizationInvitation, |list| {
    ListUserOrganizationInvitations::OPERATION
        .request()
        .path_param("user_id", &list.user_id)?
        .query_opt("status", list.status.as_ref())
});
