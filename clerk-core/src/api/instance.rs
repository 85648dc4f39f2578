//! The instance that the secret key belongs to.
//!
//! [`Client::instance`](crate::Client::instance) has a method for each operation; the request types here are
//! [endpoints](crate::Endpoint) and can be sent by [`Client::send`](crate::Client::send) for the whole response.

mod get;
mod organization_invitations;

pub use get::GetInstance;
pub use organization_invitations::ListInstanceOrganizationInvitations;

use crate::client::Client;
use crate::error::Result;
use crate::model::{Instance, OrganizationInvitation, Page};
use crate::operation::Operation;

/// The operations of this resource, as data.
pub static OPERATIONS: &[&Operation] = &[&get::OPERATION, &organization_invitations::OPERATION];

/// Clerk's operations on the instance; [`Client::instance`] makes it.
#[derive(Debug, Clone, Copy)]
pub struct InstanceApi<'a> {
    client: &'a Client,
}

impl<'a> InstanceApi<'a> {
    pub(crate) const fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Reads the instance (`GetInstance`, `GET /v1/instance`): the way to learn which one a key belongs to, and to check
    /// that the key works.
    ///
    /// # Errors
    ///
    /// Those of any call.
    pub async fn get(self) -> Result<Instance> {
        self.client.execute(&GetInstance::new()).await
    }

    /// Lists the invitations to all organizations of the instance, newest first unless asked otherwise
    /// (`ListInstanceOrganizationInvitations`, `GET /v1/organization_invitations`), each with what the invited person may
    /// know of the organization.
    ///
    /// One page; [`Client::pages`] reads all. Those of one organization are in
    /// [`OrganizationInvitationsApi::list`](super::organization_invitations::OrganizationInvitationsApi::list); invitations to
    /// the application are in [`InvitationsApi::list`](super::invitations::InvitationsApi::list).
    ///
    /// # Errors
    ///
    /// Those of any call. Nothing is sent for a limit that Clerk does not take.
    pub async fn list_organization_invitations(
        self,
        list: &ListInstanceOrganizationInvitations,
    ) -> Result<Page<OrganizationInvitation>> {
        self.client.execute(list).await
    }
}
