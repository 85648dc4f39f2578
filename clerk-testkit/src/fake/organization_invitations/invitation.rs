use clerk_core::model::{Metadata, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::fake::kept::{Kept, Store};
use crate::fake::lifecycle::{EXPIRES_IN_DAYS, Fate, Lifecycle};
use crate::fake::organizations::{MEMBER, role_name};
use crate::fake::state::Arrival;
use crate::fake::users::User;

/// An invitation to be made.
#[derive(Debug, Clone)]
pub(in crate::fake) struct CreateOrganizationInvitation {
    pub(super) email_address: String,
    pub(super) role: String,
    pub(super) inviter_id: Option<String>,
    pub(super) public_metadata: Metadata,
    pub(super) private_metadata: Metadata,
    pub(super) notify: bool,
    pub(super) expires_in_days: u32,
}

impl CreateOrganizationInvitation {
    /// For a member without rights, with Clerk's defaults.
    pub(in crate::fake) fn new(email_address: String) -> Self {
        Self {
            email_address,
            role: MEMBER.to_owned(),
            inviter_id: None,
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
            notify: true,
            expires_in_days: EXPIRES_IN_DAYS,
        }
    }
}

/// An invitation as the fake keeps it.
#[derive(Debug)]
pub(in crate::fake) struct OrganizationInvitation {
    id: String,
    pub(super) organization_id: String,
    pub(super) email_address: String,
    role: String,
    inviter: Option<Inviter>,
    public_metadata: Metadata,
    private_metadata: Metadata,
    url: String,
    pub(super) life: Lifecycle,
}

/// The user in whose name somebody is invited.
#[derive(Debug)]
pub(in crate::fake) struct Inviter {
    user_id: String,
    email_address: String,
}

impl From<&User> for Inviter {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id(),
            email_address: user.email_address.clone(),
        }
    }
}

impl Kept for OrganizationInvitation {
    const ID_PREFIX: &'static str = "orginv_fake";

    fn id(&self) -> &str {
        &self.id
    }

    fn email_address(&self) -> &str {
        &self.email_address
    }
}

impl Store<OrganizationInvitation> {
    pub(in crate::fake) fn make(
        &mut self,
        organization_id: &str,
        new: CreateOrganizationInvitation,
        inviter: Option<Inviter>,
        at: Arrival,
    ) -> &OrganizationInvitation {
        self.add(|number, id| OrganizationInvitation {
            id,
            organization_id: organization_id.to_owned(),
            email_address: new.email_address,
            role: new.role,
            inviter,
            public_metadata: new.public_metadata,
            private_metadata: new.private_metadata,
            url: format!("https://fake.clerk.test/v1/tickets/accept?ticket=fake_organization_ticket_{number:06}"),
            life: Lifecycle::begin(at, new.expires_in_days),
        })
    }

    pub(super) fn has_pending(&self, organization_id: &str, email_address: &str, wall: Timestamp) -> bool {
        self.of_address(email_address)
            .any(|invitation| invitation.is_pending_for(organization_id, wall))
    }

    pub(super) fn count_pending(&self, organization_id: &str, wall: Timestamp) -> usize {
        self.iter()
            .filter(|invitation| invitation.is_pending_for(organization_id, wall))
            .count()
    }

    /// Accepts what is pending for this address, and tells the role that it gives.
    pub(in crate::fake) fn accept(
        &mut self,
        organization_id: &str,
        email_address: &str,
        wall: Timestamp,
    ) -> Option<String> {
        let mut role = None;
        self.change_all_of(email_address, |invitation| {
            if invitation.is_pending_for(organization_id, wall) {
                invitation.life.meet(Fate::Accepted, wall);
                role = Some(invitation.role.clone());
            }
        });
        role
    }
}

impl OrganizationInvitation {
    fn is_pending_for(&self, organization_id: &str, wall: Timestamp) -> bool {
        self.organization_id == organization_id && self.life.is_pending(wall)
    }

    /// The invitation as the API shows it.
    pub(super) fn shown(&self, wall: Timestamp) -> Shown<'_> {
        Shown {
            object: "organization_invitation",
            id: &self.id,
            email_address: &self.email_address,
            role: &self.role,
            role_name: role_name(&self.role),
            organization_id: &self.organization_id,
            inviter_id: self.inviter.as_ref().map(|inviter| inviter.user_id.as_str()),
            public_inviter_data: self.inviter.as_ref().map(Inviter::shown),
            status: self.life.status(wall),
            public_metadata: &self.public_metadata,
            private_metadata: &self.private_metadata,
            url: &self.url,
            expires_at: self.life.expires_at,
            created_at: self.life.created_at,
            updated_at: self.life.updated_at,
            public_organization_data: None,
        }
    }

    /// The same, with what lists that cross organizations tell of them.
    pub(super) fn shown_with_organization(&self, wall: Timestamp) -> Shown<'_> {
        let id = &self.organization_id;
        Shown {
            public_organization_data: Some(json!({
                "id": id,
                "name": id,
                "slug": id.replace('_', "-"),
                "has_image": false,
            })),
            ..self.shown(wall)
        }
    }
}

impl Inviter {
    fn shown(&self) -> Value {
        json!({
            "user_id": &self.user_id,
            "first_name": null,
            "last_name": null,
            "image_url": "https://fake.clerk.test/images/user.png",
            "has_image": false,
            "identifier": &self.email_address,
        })
    }
}

#[derive(Serialize)]
pub(super) struct Shown<'a> {
    object: &'static str,
    id: &'a str,
    email_address: &'a str,
    role: &'a str,
    role_name: String,
    organization_id: &'a str,
    inviter_id: Option<&'a str>,
    public_inviter_data: Option<Value>,
    status: &'static str,
    public_metadata: &'a Metadata,
    private_metadata: &'a Metadata,
    url: &'a str,
    expires_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_organization_data: Option<Value>,
}
