use std::time::Duration;

use clerk_core::model::{Metadata, Timestamp};
use serde::Serialize;

use super::invitation_state::{EXPIRES_IN_DAYS, InvitationState, Resolution};
use crate::fake::store::{Arrival, Index, Store, stored};
use crate::fake::ticket::Ticket;

/// A request to invite an address to the application.
#[derive(Debug, Clone)]
pub(crate) struct NewInvitation {
    pub(crate) email_address: String,
    pub(crate) public_metadata: Metadata,
    pub(crate) redirect_url: Option<String>,
    pub(crate) notify: bool,
    pub(crate) ignore_existing: bool,
    pub(crate) expires_in_days: u32,
}

impl NewInvitation {
    /// Invites an address with Clerk's defaults.
    pub(crate) fn new(email_address: String) -> Self {
        Self {
            email_address,
            public_metadata: Metadata::default(),
            redirect_url: None,
            notify: true,
            ignore_existing: false,
            expires_in_days: EXPIRES_IN_DAYS,
        }
    }
}

/// An invitation to the application.
#[derive(Debug)]
pub(crate) struct Invitation {
    id: String,
    pub(crate) email_address: String,
    public_metadata: Metadata,
    url: String,
    pub(crate) redirect_url: Option<String>,
    pub(crate) state: InvitationState,
}

stored!(Invitation, "inv_fake", EmailAddress => email_address;
    fn expires_at(&self) -> Option<Timestamp> {
        self.state.resolution().is_none().then_some(self.state.expires_at)
    }

    fn created(&self) -> Option<Duration> {
        Some(self.state.created)
    }
);

impl Store<Invitation> {
    pub(crate) fn create(&mut self, new: NewInvitation, at: Arrival) -> &Invitation {
        self.insert_with(|number, id| Invitation {
            id,
            email_address: new.email_address,
            public_metadata: new.public_metadata,
            url: Ticket::invitation(number).link(),
            redirect_url: new.redirect_url,
            state: InvitationState::new(at, new.expires_in_days),
        })
    }

    pub(crate) fn has_pending(&self, email_address: &str, wall: Timestamp) -> bool {
        self.by(Index::EmailAddress, email_address)
            .any(|invitation| invitation.state.is_pending(wall))
    }

    /// Accepts every pending invitation of an address, and returns their public metadata, oldest first.
    pub(crate) fn accept(&mut self, email_address: &str, wall: Timestamp) -> Vec<Metadata> {
        let mut metadata = Vec::new();
        self.update_by(Index::EmailAddress, email_address, |invitation| {
            if invitation.state.is_pending(wall) {
                invitation.state.resolve(Resolution::Accepted, wall);
                metadata.push(invitation.public_metadata.clone());
            }
        });
        metadata
    }
}

impl Invitation {
    /// Returns the invitation as Clerk's API shows it.
    pub(crate) fn view(&self, wall: Timestamp) -> impl Serialize + '_ {
        #[derive(Serialize)]
        struct View<'a> {
            object: &'static str,
            id: &'a str,
            email_address: &'a str,
            public_metadata: &'a Metadata,
            revoked: bool,
            status: &'static str,
            url: &'a str,
            expires_at: Timestamp,
            created_at: Timestamp,
            updated_at: Timestamp,
        }

        View {
            object: "invitation",
            id: &self.id,
            email_address: &self.email_address,
            public_metadata: &self.public_metadata,
            revoked: self.state.resolution() == Some(Resolution::Revoked),
            status: self.state.status(wall),
            url: &self.url,
            expires_at: self.state.expires_at,
            created_at: self.state.created_at,
            updated_at: self.state.updated_at,
        }
    }
}
