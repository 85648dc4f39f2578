//! Invitations to the application.
//!
//! [`Client::invitations`](crate::Client::invitations) has a method for each operation; the request types here are
//! [endpoints](crate::Endpoint) and can be sent by [`Client::send`](crate::Client::send) for the whole response.
//!
//! Invitations to an *organization* are another list: [`organization_invitations`](super::organization_invitations).

mod create;
mod create_bulk;
mod list;
mod single;

pub use create::CreateInvitation;
pub(crate) use create::OPERATION as CREATE;
pub use create_bulk::CreateInvitationBulk;
pub(crate) use create_bulk::OPERATION as CREATE_BULK;
pub(crate) use list::OPERATION as LIST;
pub use list::{InvitationOrder, ListInvitations};
pub(crate) use single::REVOKE;
pub use single::{DeleteInvitation, RevokeInvitation};

use crate::client::Client;
use crate::error::Result;
use crate::model::{DeletedObject, Invitation, InvitationId, Page};
use crate::operation::{Operation, RateLimitKey};
use crate::run::journal::Journal;
use crate::run::{InvitationRun, RevocationRun};

/// The budget of [`InvitationsApi::create`].
pub static RATE_LIMIT_SINGLE: RateLimitKey = create::OPERATION.rate_limit_key();

/// The budget of [`InvitationsApi::create_bulk`].
pub static RATE_LIMIT_BULK: RateLimitKey = create_bulk::OPERATION.rate_limit_key();

/// The operations of this resource, as data.
pub static OPERATIONS: &[&Operation] = &[
    &create::OPERATION,
    &create_bulk::OPERATION,
    &list::OPERATION,
    &single::REVOKE,
    &single::DELETE,
];

/// Clerk's operations on invitations to the application; [`Client::invitations`] makes it.
#[derive(Debug, Clone, Copy)]
pub struct InvitationsApi<'a> {
    client: &'a Client,
}

impl<'a> InvitationsApi<'a> {
    pub(crate) const fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Invites one person (`CreateInvitation`, `POST /v1/invitations`), and by default sends a mail.
    ///
    /// Clerk's limit is 100 calls an hour for each instance. To invite to an organization, see
    /// [`OrganizationInvitationsApi::create`](super::organization_invitations::OrganizationInvitationsApi::create).
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) -> clerk_core::Result<()> {
    /// use clerk_core::api::invitations::CreateInvitation;
    ///
    /// let invitation = clerk.invitations().create(&CreateInvitation::new("ada@example.com")).await?;
    /// println!("{}", invitation.id);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`DUPLICATE_RECORD`](crate::ErrorCode::DUPLICATE_RECORD) if an invitation is pending for the address,
    /// [`FORM_IDENTIFIER_EXISTS`](crate::ErrorCode::FORM_IDENTIFIER_EXISTS) if a user has it,
    /// [`FORM_PARAM_FORMAT_INVALID`](crate::ErrorCode::FORM_PARAM_FORMAT_INVALID) if it is no address,
    /// [`NOT_ALLOWED_ACCESS`](crate::ErrorCode::NOT_ALLOWED_ACCESS) if the instance forbids it. An error whose
    /// [`effect`](crate::Error::effect) is not `None` may have invited the person: list before calling again.
    pub async fn create(self, invitation: &CreateInvitation) -> Result<Invitation> {
        self.client.execute(invitation).await
    }

    /// Invites 1 to 10 people in one call (`CreateBulkInvitations`, `POST /v1/invitations/bulk`,
    /// `createInvitationBulk` in Clerk's JavaScript SDK).
    ///
    /// Clerk refuses the call as a whole when it refuses one of the people, and does not always say which. Its limit is 25
    /// calls an hour for each instance.
    ///
    /// The answer's order is not promised: match invitations with people by address.
    ///
    /// # Errors
    ///
    /// Nothing is sent for no people or more than [`CreateInvitationBulk::MAX`]. Clerk's errors are those of
    /// [`create`](Self::create). An error whose [`effect`](crate::Error::effect) is not `None` may have invited all or
    /// some of the people: list before calling again.
    pub async fn create_bulk(self, invitations: &[CreateInvitation]) -> Result<Vec<Invitation>> {
        self.client.execute(&CreateInvitationBulk::new(invitations)).await
    }

    /// Invites any number of people, each once, through limits, faults and crashes: see [`InvitationRun`].
    pub fn invite_all<'p, I>(self, people: I) -> InvitationRun<'p>
    where
        I: IntoIterator<Item = CreateInvitation, IntoIter: Send + 'p>,
    {
        InvitationRun::to_application(self.client, people)
    }

    /// Revokes what a run of [`invite_all`](Self::invite_all) created, from its journal.
    pub fn revoke_all(self, journal: impl Journal) -> RevocationRun {
        RevocationRun::of_application(self.client, journal)
    }

    /// Lists invitations, newest first unless asked otherwise (`ListInvitations`, `GET /v1/invitations`).
    ///
    /// One page; [`Client::pages`] reads all. Invitations to organizations are in
    /// [`OrganizationInvitationsApi::list`](super::organization_invitations::OrganizationInvitationsApi::list).
    ///
    /// # Errors
    ///
    /// Those of any call. Nothing is sent for a limit that Clerk does not take.
    pub async fn list(self, list: &ListInvitations) -> Result<Page<Invitation>> {
        self.client.execute(list).await
    }

    /// Takes an invitation back (`RevokeInvitation`, `POST /v1/invitations/{id}/revoke`): its link stops working. The
    /// person can still sign up where the instance allows anyone to.
    ///
    /// # Errors
    ///
    /// [`RESOURCE_NOT_FOUND`](crate::ErrorCode::RESOURCE_NOT_FOUND),
    /// [`INVITATION_ALREADY_ACCEPTED`](crate::ErrorCode::INVITATION_ALREADY_ACCEPTED), or
    /// [`INVITATION_ALREADY_REVOKED`](crate::ErrorCode::INVITATION_ALREADY_REVOKED), which after a retry can mean that the first
    /// attempt did it.
    pub async fn revoke(self, id: &InvitationId) -> Result<Invitation> {
        self.client.execute(&RevokeInvitation::new(id)).await
    }

    /// Deletes an invitation (`DELETE /v1/invitations/{id}`). Clerk's own SDKs have this operation, its API description
    /// does not; [`revoke`](Self::revoke) is the documented way.
    ///
    /// # Errors
    ///
    /// [`RESOURCE_NOT_FOUND`](crate::ErrorCode::RESOURCE_NOT_FOUND), which after a retry can mean that the first attempt
    /// did it.
    pub async fn delete(self, id: &InvitationId) -> Result<DeletedObject> {
        self.client.execute(&DeleteInvitation::new(id)).await
    }
}
