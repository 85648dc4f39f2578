//! What an instance stores.

mod invitation;
mod invitation_state;
mod membership;
mod organization;
mod organization_invitation;
mod user;
mod waitlist_entry;

use serde::Serialize;

pub(super) use invitation::{Invitation, NewInvitation};
pub(super) use invitation_state::{EXPIRES_IN_DAYS, InvitationState, REVOKED, Resolution, STATUSES};
pub(super) use membership::{Membership, NewMember};
pub(super) use organization::{ADMIN, MEMBER, NewOrganization, Organization, Organizations};
pub(super) use organization_invitation::{NewOrganizationInvitation, OrganizationInvitation};
pub(super) use user::{NewUser, User};
pub(super) use waitlist_entry::{Status, WaitlistEntry};

/// Writes `value` as JSON text.
pub(super) fn to_json(value: &impl Serialize) -> String {
    // Serialization cannot fail: the fake writes structs of text and numbers.
    serde_json::to_string(value).unwrap_or_default()
}
