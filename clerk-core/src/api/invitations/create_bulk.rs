use super::CreateInvitation;
use crate::api::checks::Bulk;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::Invitation;
use crate::operation::Operation;

/// Invites 1 to 10 people to the application in one call (`CreateBulkInvitations`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CreateInvitationBulk<'a> {
    invitations: &'a [CreateInvitation],
}

impl<'a> CreateInvitationBulk<'a> {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::post("CreateBulkInvitations", "/invitations/bulk");

    /// The most people that one call accepts: 10.
    pub const MAX: usize = 10;

    /// Creates a request that invites these people.
    pub const fn new(invitations: &'a [CreateInvitation]) -> Self {
        Self { invitations }
    }
}

impl Endpoint for CreateInvitationBulk<'_> {
    type Output = Vec<Invitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION.request();
        Bulk::for_invitations(Self::MAX).json(request, self.invitations, CreateInvitation::problem)
    }
}
