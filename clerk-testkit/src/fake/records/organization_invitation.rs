use std::time::Duration;

use clerk_core::model::{Metadata, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::image_url;
use super::invitation_state::{EXPIRES_IN_DAYS, InvitationState, Resolution};
use super::organization::Organization;
use super::organization_membership::Grant;
use super::role::{MEMBER, role_name};
use super::user::User;
use crate::fake::store::{Arrival, Index, Store, Stored, stored};
use crate::fake::ticket::Ticket;

/// A request to invite an address to an organization.
#[derive(Debug, Clone)]
pub(crate) struct NewOrganizationInvitation {
    pub(crate) email_address: String,
    pub(crate) role: String,
    pub(crate) inviter_id: Option<String>,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
    pub(crate) redirect_url: Option<String>,
    pub(crate) notify: bool,
    pub(crate) expires_in_days: u32,
}

impl NewOrganizationInvitation {
    /// Invites an address as a plain member with Clerk's defaults.
    pub(crate) fn new(email_address: String) -> Self {
        Self {
            email_address,
            role: MEMBER.to_owned(),
            inviter_id: None,
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
            redirect_url: None,
            notify: true,
            expires_in_days: EXPIRES_IN_DAYS,
        }
    }
}

/// An invitation to an organization.
#[derive(Debug)]
pub(crate) struct OrganizationInvitation {
    id: String,
    pub(crate) organization_id: String,
    pub(crate) email_address: String,
    pub(crate) role: String,
    inviter: Option<Inviter>,
    public_metadata: Metadata,
    private_metadata: Metadata,
    url: String,
    pub(crate) redirect_url: Option<String>,
    pub(crate) state: InvitationState,
}

/// The user in whose name the invitation was sent.
#[derive(Debug)]
struct Inviter {
    user_id: String,
    first_name: Option<String>,
    last_name: Option<String>,
    identifier: String,
}

stored!(OrganizationInvitation, "orginv_fake", EmailAddress => email_address, OrganizationId => organization_id;
    fn expires_at(&self) -> Option<Timestamp> {
        self.state.resolution().is_none().then_some(self.state.expires_at)
    }

    fn created(&self) -> Option<Duration> {
        Some(self.state.created)
    }
);

impl Store<OrganizationInvitation> {
    pub(crate) fn create(
        &mut self,
        organization_id: &str,
        new: NewOrganizationInvitation,
        inviter: Option<&User>,
        at: Arrival,
    ) -> &OrganizationInvitation {
        self.insert_with(|number, id| OrganizationInvitation {
            id,
            organization_id: organization_id.to_owned(),
            email_address: new.email_address,
            role: new.role,
            inviter: inviter.map(|user| Inviter {
                user_id: user.id().to_owned(),
                first_name: user.first_name.clone(),
                last_name: user.last_name.clone(),
                identifier: user.identifier().to_owned(),
            }),
            public_metadata: new.public_metadata,
            private_metadata: new.private_metadata,
            url: Ticket::organization_invitation(number).link(),
            redirect_url: new.redirect_url,
            state: InvitationState::new(at, new.expires_in_days),
        })
    }

    pub(crate) fn has_pending(&self, organization_id: &str, email_address: &str, wall: Timestamp) -> bool {
        self.by(Index::EmailAddress, email_address)
            .any(|invitation| invitation.is_pending_for(organization_id, wall))
    }

    pub(crate) fn count_pending(&self, organization_id: &str, wall: Timestamp) -> usize {
        self.by(Index::OrganizationId, organization_id)
            .filter(|invitation| invitation.state.is_pending(wall))
            .count()
    }

    /// Accepts the pending invitation of an address, and returns its id.
    pub(crate) fn accept(&mut self, organization_id: &str, email_address: &str, wall: Timestamp) -> Option<String> {
        let mut id = None;
        self.update_by(Index::EmailAddress, email_address, |invitation| {
            if invitation.is_pending_for(organization_id, wall) {
                invitation.state.resolve(Resolution::Accepted, wall);
                id = Some(invitation.id.clone());
            }
        });
        id
    }
}

impl OrganizationInvitation {
    fn is_pending_for(&self, organization_id: &str, wall: Timestamp) -> bool {
        self.organization_id == organization_id && self.state.is_pending(wall)
    }

    /// Returns what the invitation gives to the member.
    pub(crate) fn grant(&self) -> Grant {
        Grant {
            role: self.role.clone(),
            public_metadata: self.public_metadata.clone(),
            private_metadata: self.private_metadata.clone(),
        }
    }

    /// Returns the invitation as the operations on one organization show it.
    pub(crate) fn view(&self, wall: Timestamp) -> View<'_> {
        View {
            object: "organization_invitation",
            id: &self.id,
            email_address: &self.email_address,
            role: &self.role,
            role_name: role_name(&self.role),
            organization_id: &self.organization_id,
            inviter_id: self.inviter.as_ref().map(|inviter| inviter.user_id.as_str()),
            public_inviter_data: self.inviter.as_ref().map(Inviter::view),
            status: self.state.status(wall),
            public_metadata: &self.public_metadata,
            private_metadata: &self.private_metadata,
            url: &self.url,
            expires_at: self.state.expires_at,
            created_at: self.state.created_at,
            updated_at: self.state.updated_at,
            public_organization_data: None,
        }
    }

    /// Returns the invitation as lists across organizations show it: with data of its organization.
    pub(crate) fn view_with_organization(&self, organization: Option<&Organization>, wall: Timestamp) -> View<'_> {
        View {
            public_organization_data: organization.map(Organization::public_data),
            ..self.view(wall)
        }
    }
}

impl Inviter {
    fn view(&self) -> Value {
        json!({
            "user_id": &self.user_id,
            "first_name": &self.first_name,
            "last_name": &self.last_name,
            "image_url": image_url("user"),
            "has_image": false,
            "identifier": &self.identifier,
        })
    }
}

#[derive(Serialize)]
pub(crate) struct View<'a> {
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
