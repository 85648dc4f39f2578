//! The instance that the secret key belongs to.
//!
//! [`Client::instance`] returns a handle with a method for each operation. The request types are
//! [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.

mod organization_invitations;

pub use organization_invitations::ListInstanceOrganizationInvitations;

use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{Instance, OrganizationInvitation, Page};
use crate::operation::Operation;

impl Client {
    /// Returns the operations on the instance that the client's key belongs to.
    pub const fn instance(&self) -> InstanceApi<'_> {
        InstanceApi { client: self }
    }
}

resource! {
    /// Operations on the instance, returned by [`Client::instance`].
    pub struct InstanceApi;

    also [ListInstanceOrganizationInvitations];

    /// Reads the instance (`GET /v1/instance`). Use it to check that a key works, and to find out which instance it belongs
    /// to.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub struct GetInstance() = Operation::get("GetInstance", "/instance") => fn get -> Instance;
}

impl InstanceApi<'_> {
    /// Lists the invitations to all organizations of the instance (`GET /v1/organization_invitations`), newest first by
    /// default, with the public data of each organization.
    ///
    /// Returns one page; [`Client::pages`] reads all. The invitations of one organization are listed by
    /// [`OrganizationInvitationsApi::list`](super::organization_invitations::OrganizationInvitationsApi::list), and those to
    /// the application by [`InvitationsApi::list`](super::invitations::InvitationsApi::list).
    ///
    /// # Errors
    ///
    /// Those of every call. Nothing is sent for a limit that Clerk does not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list_organization_invitations(
        self,
        list: &ListInstanceOrganizationInvitations,
    ) -> Result<Page<OrganizationInvitation>> {
        self.client.execute(list).await
    }
}
