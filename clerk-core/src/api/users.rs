//! Users, as far as inviting needs them: who has which address, and what they are invited to.
//!
//! [`Client::users`](crate::Client::users) has a method for each operation; the request types here are
//! [endpoints](crate::Endpoint) and can be sent by [`Client::send`](crate::Client::send) for the whole response.

mod addresses;
mod count;
mod list;
mod organization_invitations;

pub use count::CountUsers;
pub use list::ListUsers;
pub use organization_invitations::ListUserOrganizationInvitations;

use crate::client::Client;
use crate::error::Result;
use crate::model::{OrganizationInvitation, Page, User};
use crate::operation::Operation;

/// The operations of this resource, as data.
pub static OPERATIONS: &[&Operation] = &[
    &list::OPERATION,
    &count::OPERATION,
    &organization_invitations::OPERATION,
];

/// Clerk's operations on users; [`Client::users`] makes it.
#[derive(Debug, Clone, Copy)]
pub struct UsersApi<'a> {
    client: &'a Client,
}

impl<'a> UsersApi<'a> {
    pub(crate) const fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Lists users, newest first (`GetUserList`, `GET /v1/users`).
    ///
    /// One page; [`Client::pages`] reads all.
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) -> clerk_core::Result<()> {
    /// use clerk_core::api::users::ListUsers;
    ///
    /// let list = ListUsers::new().email_addresses(["ada@example.com"]);
    /// let is_user = !clerk.users().list(&list).await?.data.is_empty();
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of any call. Nothing is sent for more than [`ListUsers::MAX_ADDRESSES`] addresses or a limit that Clerk does
    /// not take.
    pub async fn list(self, list: &ListUsers) -> Result<Page<User>> {
        self.client.execute(list).await
    }

    /// Counts users (`GetUsersCount`, `GET /v1/users/count`).
    ///
    /// # Errors
    ///
    /// Those of any call. Nothing is sent for more than [`CountUsers::MAX_ADDRESSES`] addresses.
    pub async fn count(self, count: &CountUsers) -> Result<u64> {
        self.client.execute(count).await.map(|count| count.total_count)
    }

    /// Lists one user's invitations to organizations (`UsersGetOrganizationInvitations`,
    /// `GET /v1/users/{user_id}/organization_invitations`), each with what the user may know of the organization.
    ///
    /// One page; [`Client::pages`] reads all. Those of one organization are in
    /// [`OrganizationInvitationsApi::list`](super::organization_invitations::OrganizationInvitationsApi::list).
    ///
    /// # Errors
    ///
    /// [`RESOURCE_NOT_FOUND`](crate::ErrorCode::RESOURCE_NOT_FOUND) if there is no such user. Nothing is sent for a limit that
    /// Clerk does not take.
    pub async fn list_organization_invitations(
        self,
        list: &ListUserOrganizationInvitations,
    ) -> Result<Page<OrganizationInvitation>> {
        self.client.execute(list).await
    }
}
