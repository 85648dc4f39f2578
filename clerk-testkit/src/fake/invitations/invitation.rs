use clerk_core::model::{Metadata, Timestamp};
use serde::Serialize;

use crate::fake::kept::{Kept, Store};
use crate::fake::lifecycle::{EXPIRES_IN_DAYS, Fate, Lifecycle};
use crate::fake::state::Arrival;

/// An invitation to be made.
#[derive(Debug, Clone)]
pub(in crate::fake) struct NewInvitation {
    pub(in crate::fake) email_address: String,
    pub(in crate::fake) public_metadata: Metadata,
    pub(in crate::fake) notify: bool,
    pub(in crate::fake) ignore_existing: bool,
    pub(in crate::fake) expires_in_days: u32,
}

impl NewInvitation {
    /// With Clerk's defaults.
    pub(in crate::fake) fn new(email_address: String) -> Self {
        Self {
            email_address,
            public_metadata: Metadata::default(),
            notify: true,
            ignore_existing: false,
            expires_in_days: EXPIRES_IN_DAYS,
        }
    }
}

/// An invitation as the fake keeps it.
#[derive(Debug, Clone)]
pub(in crate::fake) struct Invitation {
    pub(in crate::fake) id: String,
    pub(in crate::fake) email_address: String,
    public_metadata: Metadata,
    url: String,
    pub(in crate::fake) life: Lifecycle,
}

impl Kept for Invitation {
    const ID_PREFIX: &'static str = "inv_fake";

    fn id(&self) -> &str {
        &self.id
    }

    fn email_address(&self) -> &str {
        &self.email_address
    }
}

impl Store<Invitation> {
    pub(in crate::fake) fn make(&mut self, new: NewInvitation, at: Arrival) -> &Invitation {
        self.add(|number, id| Invitation {
            id,
            email_address: new.email_address,
            public_metadata: new.public_metadata,
            url: format!("https://fake.clerk.test/v1/tickets/accept?ticket=fake_ticket_{number:06}"),
            life: Lifecycle::begin(at, new.expires_in_days),
        })
    }

    pub(in crate::fake) fn has_pending(&self, email_address: &str, wall: Timestamp) -> bool {
        self.of_address(email_address)
            .any(|invitation| invitation.life.is_pending(wall))
    }

    /// Accepts every pending invitation for this address.
    pub(in crate::fake) fn accept(&mut self, email_address: &str, wall: Timestamp) {
        self.change_all_of(email_address, |invitation| {
            if invitation.life.is_pending(wall) {
                invitation.life.meet(Fate::Accepted, wall);
            }
        });
    }
}

impl Invitation {
    /// The invitation as the API shows it.
    pub(in crate::fake) fn shown(&self, wall: Timestamp) -> impl Serialize + '_ {
        #[derive(Serialize)]
        struct Shown<'a> {
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

        Shown {
            object: "invitation",
            id: &self.id,
            email_address: &self.email_address,
            public_metadata: &self.public_metadata,
            revoked: self.life.fate() == Fate::Revoked,
            status: self.life.status(wall),
            url: &self.url,
            expires_at: self.life.expires_at,
            created_at: self.life.created_at,
            updated_at: self.life.updated_at,
        }
    }
}
