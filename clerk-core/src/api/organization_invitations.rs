//! Invitations to an organization.
//!
//! [`Client::organization_invitations`] returns a handle with a method for each operation. The request types are
//! [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.
//!
//! Invitations to the *application* are a separate list: see [`invitations`](super::invitations). Accepting one of those makes
//! a person a user; accepting one of these makes the person a member of the organization as well.

mod create;
mod create_bulk;
mod list;
mod list_pending;

pub use create::{CreateOrganizationInvitation, CreateOrganizationInvitationSingle};
pub use create_bulk::CreateOrganizationInvitationBulk;
pub use list::{ListOrganizationInvitations, OrganizationInvitationOrder};
pub use list_pending::ListPendingOrganizationInvitations;

use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{OrganizationId, OrganizationInvitation, OrganizationInvitationId, Page, UserId};
use crate::operation::{Operation, RateLimitKey};

/// The rate limit that [`OrganizationInvitationsApi::create`] counts against.
pub const RATE_LIMIT_SINGLE: RateLimitKey = CreateOrganizationInvitationSingle::OPERATION.rate_limit_key();

/// The rate limit that [`OrganizationInvitationsApi::create_bulk`] counts against.
pub const RATE_LIMIT_BULK: RateLimitKey = CreateOrganizationInvitationBulk::OPERATION.rate_limit_key();

impl Client {
    /// Returns the operations on invitations to organizations.
    pub const fn organization_invitations(&self) -> OrganizationInvitationsApi<'_> {
        OrganizationInvitationsApi { client: self }
    }
}

impl OrganizationInvitationsApi<'_> {
    /// Invites one person to an organization (`POST /v1/organizations/{organization_id}/invitations`). Clerk sends an email
    /// by default.
    ///
    /// Clerk allows 250 calls an hour per instance. To invite somebody to the application alone, use
    /// [`InvitationsApi::create`](super::invitations::InvitationsApi::create).
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) -> clerk_core::Result<()> {
    /// use clerk_core::api::organization_invitations::CreateOrganizationInvitation;
    ///
    /// let ada = CreateOrganizationInvitation::new("ada@example.com", "org:member");
    /// let invitation = clerk.organization_invitations().create("org_1", &ada).await?;
    /// println!("{}", invitation.id);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`AlreadyAMemberInOrganization`](crate::ErrorCode::AlreadyAMemberInOrganization): the person has joined.
    /// - [`DuplicateRecord`](crate::ErrorCode::DuplicateRecord) or
    ///   [`OrganizationInvitationNotUnique`](crate::ErrorCode::OrganizationInvitationNotUnique): an invitation is pending.
    /// - [`FormParamFormatInvalid`](crate::ErrorCode::FormParamFormatInvalid): the text is not an email address.
    /// - [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound): the organization or the role does not exist.
    /// - [`NotAMemberInOrganization`](crate::ErrorCode::NotAMemberInOrganization): the inviter is not a member.
    /// - [`OrganizationMembershipQuotaExceeded`](crate::ErrorCode::OrganizationMembershipQuotaExceeded) or a 402: the
    ///   organization is full.
    ///
    /// An error whose [`effect`](crate::Error::effect) is not `NotApplied` may have invited the person: list the invitations
    /// before you call again.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: dropping the future may leave the person invited. See
    /// [`Client::execute`](Client::execute).
    pub async fn create(
        self,
        organization_id: impl Into<OrganizationId>,
        invitation: &CreateOrganizationInvitation,
    ) -> Result<OrganizationInvitation> {
        let organization_id = organization_id.into();
        let create = CreateOrganizationInvitationSingle::new(&organization_id, invitation);
        self.client.execute(&create).await
    }

    /// Invites 1 to 10 people to an organization in one call
    /// (`POST /v1/organizations/{organization_id}/invitations/bulk`).
    ///
    /// Clerk accepts or refuses the call as a whole. It allows 50 calls an hour per instance. To invite people to the
    /// application alone, use [`InvitationsApi::create_bulk`](super::invitations::InvitationsApi::create_bulk).
    ///
    /// # Errors
    ///
    /// Nothing is sent for an empty slice or more than [`CreateOrganizationInvitationBulk::MAX`] people. Clerk's errors are
    /// those of [`create`](Self::create). An error whose [`effect`](crate::Error::effect) is not `NotApplied` may have invited
    /// some or all of the people: list the invitations before you call again.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe, like [`create`](Self::create).
    pub async fn create_bulk(
        self,
        organization_id: impl Into<OrganizationId>,
        invitations: &[CreateOrganizationInvitation],
    ) -> Result<Vec<OrganizationInvitation>> {
        let organization_id = organization_id.into();
        let create = CreateOrganizationInvitationBulk::new(&organization_id, invitations);
        self.client.execute(&create).await.map(|page| page.data)
    }

    /// Lists the invitations to an organization (`GET /v1/organizations/{organization_id}/invitations`), newest first by
    /// default. Invitations that result from the organization's verified domains are not included.
    ///
    /// Returns one page; [`Client::pages`] reads all. Invitations to the application are listed by
    /// [`InvitationsApi::list`](super::invitations::InvitationsApi::list), those of all organizations by
    /// [`InstanceApi::list_organization_invitations`](super::instance::InstanceApi::list_organization_invitations), and those
    /// of one user by [`UsersApi::list_organization_invitations`](super::users::UsersApi::list_organization_invitations).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization does not exist. Nothing is sent for a
    /// limit that Clerk does not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list(self, list: &ListOrganizationInvitations) -> Result<Page<OrganizationInvitation>> {
        self.client.execute(list).await
    }

    /// Lists the pending invitations to an organization, newest first
    /// (`GET /v1/organizations/{organization_id}/invitations/pending`).
    ///
    /// # Errors
    ///
    /// Those of [`list`](Self::list).
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    #[deprecated(note = "Clerk has deprecated the operation: use `list` with `InvitationStatus::Pending`")]
    pub async fn list_pending(self, list: &ListPendingOrganizationInvitations) -> Result<Page<OrganizationInvitation>> {
        self.client.execute(list).await
    }
}

resource! {
    /// Operations on invitations to organizations, returned by [`Client::organization_invitations`].
    pub struct OrganizationInvitationsApi;

    also [
        CreateOrganizationInvitationSingle,
        CreateOrganizationInvitationBulk,
        ListOrganizationInvitations,
        ListPendingOrganizationInvitations,
    ];

    /// Reads one invitation (`GET /v1/organizations/{organization_id}/invitations/{invitation_id}`).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound) if the organization has no such invitation.
    pub struct GetOrganizationInvitation<'a>(
        organization_id: &'a OrganizationId,
        invitation_id: &'a OrganizationInvitationId,
    )
    = Operation::get("GetOrganizationInvitation", "/organizations/{organization_id}/invitations/{invitation_id}")
    => fn get -> OrganizationInvitation;

    /// Revokes an invitation, so that its link stops working
    /// (`POST /v1/organizations/{organization_id}/invitations/{invitation_id}/revoke`).
    ///
    /// To revoke it on behalf of a user, send the request type:
    ///
    /// ```no_run
    /// # async fn f(clerk: clerk_core::Client) -> clerk_core::Result<()> {
    /// use clerk_core::api::organization_invitations::RevokeOrganizationInvitation;
    /// use clerk_core::model::{OrganizationId, OrganizationInvitationId, UserId};
    ///
    /// let (organization, invitation) = (OrganizationId::from("org_1"), OrganizationInvitationId::from("orginv_1"));
    /// let administrator = UserId::from("user_1");
    /// let revoke = RevokeOrganizationInvitation::new(&organization, &invitation).requesting_user_id(&administrator);
    /// clerk.execute(&revoke).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound), or
    /// [`OrganizationInvitationNotPending`](crate::ErrorCode::OrganizationInvitationNotPending). After a retry, the latter
    /// can mean that the first attempt revoked the invitation.
    pub struct RevokeOrganizationInvitation<'a>(
        organization_id: &'a OrganizationId,
        invitation_id: &'a OrganizationInvitationId,
    ) {
        /// Revokes the invitation on behalf of this user, who must be an administrator of the organization.
        requesting_user_id: &'a UserId,
    }
    // Revoking again fails and changes nothing.
    = Operation::post(
        "RevokeOrganizationInvitation",
        "/organizations/{organization_id}/invitations/{invitation_id}/revoke",
    )
    .idempotent()
    => fn revoke -> OrganizationInvitation;
}
