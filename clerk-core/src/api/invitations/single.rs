use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::{DeletedObject, Invitation, InvitationId};
use crate::operation::Operation;

// Revoking twice answers `invitation_already_revoked` and changes nothing.
pub(crate) static REVOKE: Operation =
    Operation::post("RevokeInvitation", "/invitations/{invitation_id}/revoke").idempotent();

pub(crate) static DELETE: Operation = Operation::delete("DeleteInvitation", "/invitations/{invitation_id}");

/// Takes an invitation back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevokeInvitation<'a> {
    id: &'a InvitationId,
}

impl<'a> RevokeInvitation<'a> {
    /// Takes this invitation back.
    pub const fn new(id: &'a InvitationId) -> Self {
        Self { id }
    }
}

impl Endpoint for RevokeInvitation<'_> {
    type Output = Invitation;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        REVOKE.request().path_param("invitation_id", self.id)
    }
}

/// Deletes an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeleteInvitation<'a> {
    id: &'a InvitationId,
}

impl<'a> DeleteInvitation<'a> {
    /// Deletes this invitation.
    pub const fn new(id: &'a InvitationId) -> Self {
        Self { id }
    }
}

impl Endpoint for DeleteInvitation<'_> {
    type Output = DeletedObject;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        DELETE.request().path_param("invitation_id", self.id)
    }
}
