use std::time::Duration;

use clerk_core::model::Timestamp;
use serde::Serialize;

use super::invitation::Invitation;
use super::to_json;
use crate::fake::store::{Arrival, Index, Store, stored};

/// An entry of the waitlist.
#[derive(Debug)]
pub(crate) struct WaitlistEntry {
    id: String,
    pub(crate) email_address: String,
    pub(crate) status: Status,
    pub(crate) is_locked: bool,
    invitation_id: Option<String>,
    pub(crate) invited_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    updated_at: Timestamp,
    /// The creation by the clock's monotonic time.
    pub(crate) created: Duration,
}

/// The status of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Invited,
    Completed,
    Rejected,
}

impl Status {
    pub(crate) const NAMES: [&'static str; 4] = ["pending", "invited", "completed", "rejected"];

    pub(crate) const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

stored!(WaitlistEntry, "wle_fake", EmailAddress => email_address;
    fn created(&self) -> Option<Duration> {
        Some(self.created)
    }
);

impl Store<WaitlistEntry> {
    pub(crate) fn create(&mut self, email_address: String, is_locked: bool, at: Arrival) -> &WaitlistEntry {
        self.insert_with(|_, id| WaitlistEntry {
            id,
            email_address,
            status: Status::Pending,
            is_locked,
            invitation_id: None,
            invited_at: None,
            created_at: at.wall,
            updated_at: at.wall,
            created: at.now,
        })
    }

    /// Completes the entries of an address that has signed up, and returns the ids of those that were not complete.
    pub(crate) fn complete(&mut self, email_address: &str, wall: Timestamp) -> Vec<String> {
        let mut completed = Vec::new();
        self.update_by(Index::EmailAddress, email_address, |entry| {
            if entry.status != Status::Completed {
                entry.set_status(Status::Completed, wall);
                completed.push(entry.id.clone());
            }
        });
        completed
    }
}

impl WaitlistEntry {
    pub(crate) const fn set_status(&mut self, status: Status, wall: Timestamp) {
        self.status = status;
        self.updated_at = wall;
    }

    pub(crate) fn set_invited(&mut self, invitation_id: String, wall: Timestamp) {
        self.set_status(Status::Invited, wall);
        self.invitation_id = Some(invitation_id);
        self.invited_at = Some(wall);
    }

    /// Writes the entry as Clerk's API shows it, with its invitation.
    pub(crate) fn to_json(&self, invitations: &Store<Invitation>, wall: Timestamp) -> String {
        #[derive(Serialize)]
        struct View<'a, I> {
            object: &'static str,
            id: &'a str,
            email_address: &'a str,
            status: &'static str,
            is_locked: bool,
            created_at: Timestamp,
            updated_at: Timestamp,
            invitation: Option<I>,
        }

        let invitation = self.invitation_id.as_ref().and_then(|id| invitations.get(id));
        to_json(&View {
            object: "waitlist_entry",
            id: &self.id,
            email_address: &self.email_address,
            status: self.status.name(),
            is_locked: self.is_locked,
            created_at: self.created_at,
            updated_at: self.updated_at,
            invitation: invitation.map(|invitation| invitation.view(wall)),
        })
    }
}
