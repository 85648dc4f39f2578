use std::time::Duration;

use clerk_core::model::Timestamp;
use serde::Serialize;

use crate::fake::instance::json;
use crate::fake::invitations::Invitation;
use crate::fake::kept::{Kept, Store};
use crate::fake::state::Arrival;

/// An entry as the fake keeps it.
#[derive(Debug)]
pub(in crate::fake) struct WaitlistEntry {
    pub(super) id: String,
    pub(super) email_address: String,
    pub(super) status: Status,
    pub(super) is_locked: bool,
    /// The id of the invitation that came of it.
    pub(super) invitation_id: Option<String>,
    pub(super) invited_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
    updated_at: Timestamp,
    pub(super) made_at: Duration,
}

/// What has become of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Invited,
    Completed,
    Rejected,
}

impl Status {
    pub(super) const NAMES: [&'static str; 4] = ["pending", "invited", "completed", "rejected"];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Invited => "invited",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
        }
    }
}

impl Kept for WaitlistEntry {
    const ID_PREFIX: &'static str = "wle_fake";

    fn id(&self) -> &str {
        &self.id
    }

    fn email_address(&self) -> &str {
        &self.email_address
    }
}

impl Store<WaitlistEntry> {
    pub(in crate::fake) fn make(&mut self, email_address: String, is_locked: bool, at: Arrival) -> &WaitlistEntry {
        self.add(|_, id| WaitlistEntry {
            id,
            email_address,
            status: Status::Pending,
            is_locked,
            invitation_id: None,
            invited_at: None,
            created_at: at.wall,
            updated_at: at.wall,
            made_at: at.now,
        })
    }

    /// The person of this address has signed up.
    pub(in crate::fake) fn complete(&mut self, email_address: &str, wall: Timestamp) {
        self.change_all_of(email_address, |entry| entry.set_status(Status::Completed, wall));
    }
}

impl WaitlistEntry {
    pub(super) fn set_status(&mut self, status: Status, wall: Timestamp) {
        self.status = status;
        self.updated_at = wall;
    }

    /// The entry as the API shows it, with the invitation that came of it, as JSON.
    pub(super) fn shown(&self, invitations: &Store<Invitation>, wall: Timestamp) -> String {
        #[derive(Serialize)]
        struct Shown<'a, I> {
            object: &'static str,
            id: &'a str,
            email_address: &'a str,
            status: &'static str,
            is_locked: bool,
            created_at: Timestamp,
            updated_at: Timestamp,
            invitation: Option<I>,
        }

        let invitation = self.invitation_id.as_ref().and_then(|id| invitations.find(id));
        json(&Shown {
            object: "waitlist_entry",
            id: &self.id,
            email_address: &self.email_address,
            status: self.status.name(),
            is_locked: self.is_locked,
            created_at: self.created_at,
            updated_at: self.updated_at,
            invitation: invitation.map(|invitation| invitation.shown(wall)),
        })
    }
}
