use crate::api::window::{Window, window_setters};
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{InvitationStatus, OrganizationInvitation, Page, UserId};
use crate::operation::Operation;
use crate::paging::Paged;

/// Which of the invitations to organizations that one user has to list. Nothing set lists ten of every status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListUserOrganizationInvitations {
    user_id: UserId,
    status: Option<InvitationStatus>,
    window: Window,
}

impl ListUserOrganizationInvitations {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::get(
        "UsersGetOrganizationInvitations",
        "/users/{user_id}/organization_invitations",
    );

    /// Lists the invitations of this user without filter.
    pub fn new(user_id: impl Into<UserId>) -> Self {
        Self {
            user_id: user_id.into(),
            status: None,
            window: Window::default(),
        }
    }

    /// Only invitations of this status.
    #[must_use]
    pub fn status(mut self, status: InvitationStatus) -> Self {
        self.status = Some(status);
        self
    }
}

window_setters!(ListUserOrganizationInvitations);

impl Endpoint for ListUserOrganizationInvitations {
    type Output = Page<OrganizationInvitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION
            .request()
            .path_param("user_id", &self.user_id)?
            .query_opt("status", self.status.as_ref());
        self.window.add_to(request)
    }
}

impl Paged for ListUserOrganizationInvitations {
    type Item = OrganizationInvitation;
}
