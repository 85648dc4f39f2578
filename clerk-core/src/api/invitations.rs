//! Invitations to the application.
//!
//! [`Client::invitations`] returns a handle with a method for each operation. The request types are
//! [endpoints](crate::Endpoint): pass them to [`Client::send`] to get the whole response.
//!
//! Invitations to an *organization* are a separate list: see [`organization_invitations`](super::organization_invitations).

mod create;
mod create_bulk;
mod list;

pub use create::CreateInvitation;
pub use create_bulk::CreateInvitationBulk;
pub use list::{InvitationOrder, ListInvitations};

use crate::api::resource::resource;
use crate::client::Client;
use crate::error::Result;
use crate::model::{DeletedObject, Invitation, InvitationId, Page};
use crate::operation::{Operation, RateLimitKey};

/// The rate limit that [`InvitationsApi::create`] counts against.
pub const RATE_LIMIT_SINGLE: RateLimitKey = CreateInvitation::OPERATION.rate_limit_key();

/// The rate limit that [`InvitationsApi::create_bulk`] counts against.
pub const RATE_LIMIT_BULK: RateLimitKey = CreateInvitationBulk::OPERATION.rate_limit_key();

impl Client {
    /// Returns the operations on invitations to the application.
    pub const fn invitations(&self) -> InvitationsApi<'_> {
        InvitationsApi { client: self }
    }
}

impl InvitationsApi<'_> {
    /// Invites one person (`POST /v1/invitations`). Clerk sends an email by default.
    ///
    /// Clerk allows 100 calls an hour per instance. To invite somebody to an organization, use
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
    /// - [`DuplicateRecord`](crate::ErrorCode::DuplicateRecord): an invitation is pending for the address.
    /// - [`FormIdentifierExists`](crate::ErrorCode::FormIdentifierExists): a user has the address.
    /// - [`FormParamFormatInvalid`](crate::ErrorCode::FormParamFormatInvalid): the text is not an email address.
    /// - [`NotAllowedAccess`](crate::ErrorCode::NotAllowedAccess): the instance does not allow the address.
    ///
    /// An error whose [`effect`](crate::Error::effect) is not `NotApplied` may have invited the person: list the invitations
    /// before you call again.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: dropping the future may leave the person invited. See
    /// [`Client::execute`](Client::execute).
    pub async fn create(self, invitation: &CreateInvitation) -> Result<Invitation> {
        self.client.execute(invitation).await
    }

    /// Invites 1 to 10 people in one call (`POST /v1/invitations/bulk`, `createInvitationBulk` in Clerk's JavaScript SDK).
    ///
    /// Clerk accepts or refuses the call as a whole, and does not always say which person made it refuse. It allows 25 calls
    /// an hour per instance. The order of the response is not documented: match invitations to people by address.
    ///
    /// # Errors
    ///
    /// Nothing is sent for an empty slice or more than [`CreateInvitationBulk::MAX`] people. Clerk's errors are those of
    /// [`create`](Self::create). An error whose [`effect`](crate::Error::effect) is not `NotApplied` may have invited some or
    /// all of the people: list the invitations before you call again.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe, like [`create`](Self::create).
    pub async fn create_bulk(self, invitations: &[CreateInvitation]) -> Result<Vec<Invitation>> {
        self.client.execute(&CreateInvitationBulk::new(invitations)).await
    }

    /// Lists invitations (`GET /v1/invitations`), newest first by default.
    ///
    /// Returns one page; [`Client::pages`] reads all. Invitations to organizations are listed by
    /// [`OrganizationInvitationsApi::list`](super::organization_invitations::OrganizationInvitationsApi::list).
    ///
    /// # Errors
    ///
    /// Those of every call. Nothing is sent for a limit that Clerk does not accept.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the call only reads.
    pub async fn list(self, list: &ListInvitations) -> Result<Page<Invitation>> {
        self.client.execute(list).await
    }
}

resource! {
    /// Operations on invitations to the application, returned by [`Client::invitations`].
    pub struct InvitationsApi;

    also [CreateInvitation, CreateInvitationBulk, ListInvitations];

    /// Revokes an invitation (`POST /v1/invitations/{invitation_id}/revoke`), so that its link stops working.
    ///
    /// The person can still sign up if the instance allows anyone to.
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound),
    /// [`InvitationAlreadyAccepted`](crate::ErrorCode::InvitationAlreadyAccepted), or
    /// [`InvitationAlreadyRevoked`](crate::ErrorCode::InvitationAlreadyRevoked). After a retry, the last can mean that the
    /// first attempt revoked it.
    pub struct RevokeInvitation<'a>(invitation_id: &'a InvitationId)
    // Revoking again fails with `invitation_already_revoked` and changes nothing.
    = Operation::post("RevokeInvitation", "/invitations/{invitation_id}/revoke").idempotent()
    => fn revoke -> Invitation;

    /// Deletes an invitation (`DELETE /v1/invitations/{invitation_id}`).
    ///
    /// Clerk's own SDKs have this operation, but its API description does not. The documented operation is
    /// [`revoke`](Self::revoke).
    ///
    /// # Errors
    ///
    /// [`ResourceNotFound`](crate::ErrorCode::ResourceNotFound). After a retry, it can mean that the first attempt deleted
    /// the invitation.
    pub struct DeleteInvitation<'a>(invitation_id: &'a InvitationId)
    = Operation::delete("DeleteInvitation", "/invitations/{invitation_id}") => fn delete -> DeletedObject;
}
