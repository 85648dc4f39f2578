use bytes::Bytes;
use serde_json::json;

use super::store::Fate;
use crate::fake::error::Refusal;
use crate::fake::instance::{Call, Instance, json};

/// Answers `RevokeInvitation`. An expired invitation can be revoked too.
pub(crate) fn revoke(instance: &mut Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    let invitation = instance.invitations.find(call.id).ok_or_else(not_found)?;
    match invitation.fate() {
        Fate::Revoked => return Err(Refusal::already_revoked()),
        Fate::Accepted => return Err(Refusal::already_accepted()),
        Fate::Open => invitation.meet(Fate::Revoked, call.wall),
    }
    Ok(json(&invitation.shown(call.wall)).into())
}

/// Answers `DeleteInvitation`.
pub(crate) fn delete(instance: &mut Instance, call: &Call<'_>) -> Result<Bytes, Refusal> {
    if !instance.invitations.remove(call.id) {
        return Err(not_found());
    }
    let deleted = json!({ "object": "invitation", "id": call.id, "deleted": true });
    Ok(deleted.to_string().into())
}

fn not_found() -> Refusal {
    Refusal::not_found("There is no invitation of this id.")
}
