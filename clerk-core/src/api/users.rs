//! Users, as far as inviting needs them: their addresses, and the organizations they are invited to.
//!
//! [`Client::users`] returns a handle with a method for each operation. The request types are
//! [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

mod addresses;
mod count;
mod list;
mod organization_invitations;

pub use count::CountUsers;
pub use list::ListUsers;
pub use organization_invitations::ListUserOrganizationInvitations;

use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{OrganizationInvitation, Page, User, UserId};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on users.
    pub const fn users(&self) -> UsersApi<'_> {
        UsersApi { client: self }
    }
}

impl UsersApi<'_> {
    /// Lists users (`GetUserList`, `GET /v1/users`), newest first.
    ///
    /// Returns one page; [`Client::pages`] reads all.
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
    /// Those of every call. Nothing is sent for more than [`ListUsers::MAX_ADDRESSES`] addresses or a limit that Clerk does
    /// not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list(self, list: &ListUsers) -> Result<Page<User>> {
        self.client.execute(list).await
    }

    /// Counts users (`GetUsersCount`, `GET /v1/users/count`).
    ///
    /// # Errors
    ///
    /// Those of every call. Nothing is sent for more than [`CountUsers::MAX_ADDRESSES`] addresses.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn count(self, count: &CountUsers) -> Result<u64> {
        self.client.execute(count).await.map(|count| count.total_count)
    }

    /// Lists a user's invitations to organizations (`UsersGetOrganizationInvitations`,
    /// `GET /v1/users/{user_id}/organization_invitations`), with the public data of each organization.
    ///
    /// Returns one page; [`Client::pages`] reads all. The invitations of one organization are listed by
    /// [`OrganizationInvitationsApi::list`](super::organization_invitations::OrganizationInvitationsApi::list).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist. Nothing is sent for a limit
    /// that Clerk does not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list_organization_invitations(
        self,
        list: &ListUserOrganizationInvitations,
    ) -> Result<Page<OrganizationInvitation>> {
        self.client.execute(list).await
    }
}

resource! {
    /// Operations on users, returned by [`Client::users`].
    pub struct UsersApi;

    also [ListUsers, CountUsers, ListUserOrganizationInvitations];

    /// Reads one user (`GET /v1/users/{user_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the user does not exist.
    pub struct GetUser<'a>(user_id: &'a UserId) = Operation::get("GetUser", "/users/{user_id}") => fn get -> User;
}
