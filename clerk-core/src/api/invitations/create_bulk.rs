use super::CreateInvitation;
use crate::api::bulk::Bulk;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::Invitation;
use crate::operation::Operation;

/// 1 to 10 people to invite in one call: the body of `CreateBulkInvitations`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CreateInvitationBulk<'a> {
    invitations: &'a [CreateInvitation],
}

impl<'a> CreateInvitationBulk<'a> {
    /// The operation that this request calls.
    pub const OPERATION: &'static Operation = &Operation::post("CreateBulkInvitations", "/invitations/bulk");

    /// How many people one call takes: 10.
    pub const MAX: usize = 10;

    /// Invites these people.
    pub const fn new(invitations: &'a [CreateInvitation]) -> Self {
        Self { invitations }
    }
}

impl Endpoint for CreateInvitationBulk<'_> {
    type Output = Vec<Invitation>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = Self::OPERATION.request();
        Bulk::of_invitations(Self::MAX).json(request, self.invitations, CreateInvitation::problem)
    }
}
