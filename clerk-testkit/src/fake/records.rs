//! What an instance stores.

mod access;
mod contact;
mod invitation;
mod invitation_state;
mod organization;
mod organization_domain;
mod organization_invitation;
mod organization_membership;
mod role;
mod session;
mod settings;
mod user;
mod waitlist_entry;

use serde::Serialize;

pub(super) use access::{AllowlistIdentifier, BlocklistIdentifier, RedirectUrl};
pub(super) use contact::{Contact, EmailAddress, PhoneNumber, Verification};
pub(super) use invitation::{Invitation, NewInvitation};
pub(super) use invitation_state::{EXPIRES_IN_DAYS, InvitationState, REVOKED, Resolution, STATUSES};
pub(super) use organization::{NewOrganization, Organization};
pub(super) use organization_domain::OrganizationDomain;
pub(super) use organization_invitation::{NewOrganizationInvitation, OrganizationInvitation};
pub(super) use organization_membership::{Grant, NewMember, OrganizationMembership};
pub(super) use role::{ADMIN, MEMBER, Permission, Role, role_name};
pub(super) use session::{Session, SignInToken};
pub(super) use settings::Settings;
pub(super) use user::{NewUser, User};
pub(super) use waitlist_entry::{Status, WaitlistEntry};

/// The id of the instance.
pub(super) const INSTANCE_ID: &str = "ins_fake";

/// Writes `value` as JSON text.
pub(super) fn to_json(value: &impl Serialize) -> String {
    // Serialization cannot fail: the fake writes structs of text and numbers.
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns the URL of the picture of everything of one kind.
fn image_url(kind: &str) -> String {
    format!("https://fake.clerk.test/images/{kind}.png")
}
