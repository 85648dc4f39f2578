use super::CreateInvitation;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::InvalidRequest;
use crate::model::Invitation;
use crate::operation::Operation;

pub(crate) static OPERATION: Operation = Operation::post("CreateBulkInvitations", "/invitations/bulk");

/// 1 to 10 people to invite in one call: the body of `CreateBulkInvitations`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CreateInvitationBulk<'a> {
    invitations: &'a [CreateInvitation],
}

impl<'a> CreateInvitationBulk<'a> {
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
        let request = OPERATION.request();
        let count = self.invitations.len();
        if count == 0 {
            return Err(request.invalid("there is nobody to invite: one call takes 1 to 10 people"));
        }
        if count > Self::MAX {
            return Err(request.invalid(format!(
                "{count} people are more than the 10 that one call takes: `invite_all` takes any number"
            )));
        }
        for (index, invitation) in self.invitations.iter().enumerate() {
            if let Some(problem) = invitation.problem() {
                return Err(request.invalid(format!("item {index}: {problem}")));
            }
        }
        request.json(self.invitations)
    }
}
