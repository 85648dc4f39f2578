//! Invitations to an organization.
//!
//! [`Client::organization_invitations`](crate::Client::organization_invitations) has a method for each operation; the
//! request types here are [endpoints](crate::Endpoint) and can be sent by [`Client::send`](crate::Client::send) for the
//! whole response.
//!
//! Invitations to the *application* are another list: [`invitations`](super::invitations). Who accepts one of those becomes
//! a user; who accepts one of these becomes a member of the organization too.

mod create;
mod create_bulk;
mod list;
mod list_pending;
mod order;
mod single;

pub(crate) use create::OPERATION as CREATE;
pub use create::{CreateOrganizationInvitation, CreateOrganizationInvitationSingle};
pub use create_bulk::CreateOrganizationInvitationBulk;
pub(crate) use create_bulk::OPERATION as CREATE_BULK;
pub use list::ListOrganizationInvitations;
pub(crate) use list::OPERATION as LIST;
pub use list_pending::ListPendingOrganizationInvitations;
pub use order::OrganizationInvitationOrder;
pub(crate) use single::REVOKE;
pub use single::{GetOrganizationInvitation, RevokeOrganizationInvitation};

use crate::client::Client;
use crate::error::Result;
use crate::model::{OrganizationId, OrganizationInvitation, OrganizationInvitationId, Page};
use crate::operation::{Operation, RateLimitKey};
use crate::run::journal::Journal;
use crate::run::{InvitationRun, RevocationRun};

/// The budget of [`OrganizationInvitationsApi::create`].
pub static RATE_LIMIT_SINGLE: RateLimitKey = create::OPERATION.rate_limit_key();

/// The budget of [`OrganizationInvitationsApi::create_bulk`].
pub static RATE_LIMIT_BULK: RateLimitKey = create_bulk::OPERATION.rate_limit_key();

/// The operations of this resource, as data.
pub static OPERATIONS: &[&Operation] = &[
    &create::OPERATION,
    &create_bulk::OPERATION,
    &list::OPERATION,
    &list_pending::OPERATION,
    &single::GET,
    &single::REVOKE,
];

/// Clerk's operations on invitations to organizations; [`Client::organization_invitations`] makes it.
///
/// Those of all organizations together are at
/// [`InstanceApi::list_organization_invitations`](super::instance::InstanceApi::list_organization_invitations), those of one
/// user at [`UsersApi::list_organization_invitations`](super::users::UsersApi::list_organization_invitations).
#[derive(Debug, Clone, Copy)]
pub struct OrganizationInvitationsApi<'a> {
    client: &'a Client,
}

impl<'a> OrganizationInvitationsApi<'a> {
    pub(crate) const fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Invites one person to an organization (`CreateOrganizationInvitation`,
    /// `POST /v1/organizations/{organization_id}/invitations`), and by default sends a mail.
    ///
    /// Clerk's limit is 250 calls an hour for each instance. To invite to the application alone, see
    /// [`InvitationsApi::create`](super::invitations::InvitationsApi::create).
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) -> clerk_core::Result<()> {
    /// use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
    /// use clerk_core::model::OrganizationId;
    ///
    /// let organization = OrganizationId::from("org_1");
    /// let ada = CreateOrganizationInvitation::new("ada@example.com", "org:member");
    /// let invitation = clerk.organization_invitations().create(&organization, &ada).await?;
    /// println!("{}", invitation.id);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ALREADY_A_MEMBER_IN_ORGANIZATION`](crate::ErrorCode::ALREADY_A_MEMBER_IN_ORGANIZATION) if the person has joined,
    /// [`DUPLICATE_RECORD`](crate::ErrorCode::DUPLICATE_RECORD) or
    /// [`ORGANIZATION_INVITATION_NOT_UNIQUE`](crate::ErrorCode::ORGANIZATION_INVITATION_NOT_UNIQUE) if an invitation is pending,
    /// [`FORM_PARAM_FORMAT_INVALID`](crate::ErrorCode::FORM_PARAM_FORMAT_INVALID) if the address is none,
    /// [`RESOURCE_NOT_FOUND`](crate::ErrorCode::RESOURCE_NOT_FOUND) if there is no such organization or role,
    /// [`NOT_A_MEMBER_IN_ORGANIZATION`](crate::ErrorCode::NOT_A_MEMBER_IN_ORGANIZATION) if the inviter is not in it, and
    /// [`ORGANIZATION_MEMBERSHIP_QUOTA_EXCEEDED`](crate::ErrorCode::ORGANIZATION_MEMBERSHIP_QUOTA_EXCEEDED) or a 402 if it
    /// is full. An error whose [`effect`](crate::Error::effect) is not `None` may have invited the person: list before
    /// calling again.
    pub async fn create(
        self,
        organization_id: &OrganizationId,
        invitation: &CreateOrganizationInvitation,
    ) -> Result<OrganizationInvitation> {
        let create = CreateOrganizationInvitationSingle::new(organization_id, invitation);
        self.client.execute(&create).await
    }

    /// Invites 1 to 10 people to an organization in one call (`CreateOrganizationInvitationBulk`,
    /// `POST /v1/organizations/{organization_id}/invitations/bulk`).
    ///
    /// Clerk's limit is 50 calls an hour for each instance. To invite to the application alone, see
    /// [`InvitationsApi::create_bulk`](super::invitations::InvitationsApi::create_bulk).
    ///
    /// # Errors
    ///
    /// Nothing is sent for no people or more than [`CreateOrganizationInvitationBulk::MAX`]. Clerk's errors are those of
    /// [`create`](Self::create). An error whose [`effect`](crate::Error::effect) is not `None` may have invited all or
    /// some of the people: list before calling again.
    pub async fn create_bulk(
        self,
        organization_id: &OrganizationId,
        invitations: &[CreateOrganizationInvitation],
    ) -> Result<Vec<OrganizationInvitation>> {
        let create = CreateOrganizationInvitationBulk::new(organization_id, invitations);
        self.client.execute(&create).await.map(|page| page.data)
    }

    /// Invites any number of people to an organization, each once, through limits, faults and crashes: see
    /// [`InvitationRun`].
    pub fn invite_all<'p, I>(self, organization_id: &OrganizationId, people: I) -> InvitationRun<'p>
    where
        I: IntoIterator<Item = CreateOrganizationInvitation, IntoIter: Send + 'p>,
    {
        InvitationRun::to_organization(self.client, organization_id, people)
    }

    /// Revokes what a run of [`invite_all`](Self::invite_all) created, from its journal.
    pub fn revoke_all(self, organization_id: &OrganizationId, journal: impl Journal) -> RevocationRun {
        RevocationRun::of_organization(self.client, organization_id, journal)
    }

    /// Lists the invitations to an organization, newest first unless asked otherwise (`ListOrganizationInvitations`,
    /// `GET /v1/organizations/{organization_id}/invitations`). Those that come of the organization's own domains are
    /// not among them.
    ///
    /// One page; [`Client::pages`] reads all. Invitations to the application are in
    /// [`InvitationsApi::list`](super::invitations::InvitationsApi::list).
    ///
    /// # Errors
    ///
    /// [`RESOURCE_NOT_FOUND`](crate::ErrorCode::RESOURCE_NOT_FOUND) if there is no such organization. Nothing is sent for a
    /// limit that Clerk does not take.
    pub async fn list(self, list: &ListOrganizationInvitations) -> Result<Page<OrganizationInvitation>> {
        self.client.execute(list).await
    }

    /// Lists the pending invitations to an organization, newest first (`ListPendingOrganizationInvitations`,
    /// `GET /v1/organizations/{organization_id}/invitations/pending`).
    ///
    /// # Errors
    ///
    /// Those of [`list`](Self::list).
    #[deprecated(note = "Clerk has deprecated the operation: use `list` with `InvitationStatus::Pending`")]
    pub async fn list_pending(self, list: &ListPendingOrganizationInvitations) -> Result<Page<OrganizationInvitation>> {
        self.client.execute(list).await
    }

    /// Reads one invitation (`GetOrganizationInvitation`,
    /// `GET /v1/organizations/{organization_id}/invitations/{invitation_id}`).
    ///
    /// # Errors
    ///
    /// [`RESOURCE_NOT_FOUND`](crate::ErrorCode::RESOURCE_NOT_FOUND) if the organization has no such invitation.
    pub async fn get(
        self,
        organization_id: &OrganizationId,
        id: &OrganizationInvitationId,
    ) -> Result<OrganizationInvitation> {
        self.client
            .execute(&GetOrganizationInvitation::new(organization_id, id))
            .await
    }

    /// Takes an invitation back (`RevokeOrganizationInvitation`,
    /// `POST /v1/organizations/{organization_id}/invitations/{invitation_id}/revoke`): its link stops working.
    ///
    /// [`RevokeOrganizationInvitation::requesting_user`] does so in the name of a user.
    ///
    /// # Errors
    ///
    /// [`RESOURCE_NOT_FOUND`](crate::ErrorCode::RESOURCE_NOT_FOUND), or, for an invitation that is not pending,
    /// [`ORGANIZATION_INVITATION_NOT_PENDING`](crate::ErrorCode::ORGANIZATION_INVITATION_NOT_PENDING), which after a retry can
    /// mean that the first attempt revoked it.
    pub async fn revoke(
        self,
        organization_id: &OrganizationId,
        id: &OrganizationInvitationId,
    ) -> Result<OrganizationInvitation> {
        self.client
            .execute(&RevokeOrganizationInvitation::new(organization_id, id))
            .await
    }
}
