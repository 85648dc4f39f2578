use bytes::Bytes;

use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance, deleted, json};
use crate::fake::lifecycle::Fate;

const INVITATION_ID: &str = "invitation_id";

/// Answers `RevokeInvitation`. An expired invitation can be revoked too.
pub(in crate::fake) fn revoke(instance: &mut Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let invitation = instance.invitations.find_mut(call.params.get(INVITATION_ID));
    let invitation = invitation.ok_or_else(not_found)?;
    match invitation.life.fate() {
        Fate::Revoked => return Err(Refusal::already_revoked()),
        Fate::Accepted => return Err(Refusal::already_accepted()),
        Fate::Open => invitation.life.meet(Fate::Revoked, call.at.wall),
    }
    Ok(json(&invitation.shown(call.at.wall)).into())
}

/// Answers `DeleteInvitation`.
pub(in crate::fake) fn delete(instance: &mut Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let id = call.params.get(INVITATION_ID);
    if !instance.invitations.remove(id) {
        return Err(not_found());
    }
    Ok(deleted("invitation", id))
}

fn not_found() -> Refusal {
    Refusal::not_found("There is no invitation of this id.")
}
