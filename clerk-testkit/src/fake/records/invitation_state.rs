//! The state that invitations to the application and to an organization share.

use std::time::Duration;

use clerk_core::model::Timestamp;

use crate::fake::store::Arrival;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const PENDING: &str = "pending";
const ACCEPTED: &str = "accepted";
pub(in crate::fake) const REVOKED: &str = "revoked";
const EXPIRED: &str = "expired";

/// Every status of an invitation.
pub(in crate::fake) const STATUSES: [&str; 4] = [PENDING, ACCEPTED, REVOKED, EXPIRED];

/// The default validity of an invitation.
pub(in crate::fake) const EXPIRES_IN_DAYS: u32 = 30;

/// The times of an invitation, and its resolution if it has one.
#[derive(Debug, Clone, Copy)]
pub(in crate::fake) struct InvitationState {
    resolution: Option<Resolution>,
    pub(in crate::fake) expires_at: Timestamp,
    pub(in crate::fake) created_at: Timestamp,
    pub(in crate::fake) updated_at: Timestamp,
    /// The creation by the clock's monotonic time.
    pub(in crate::fake) created: Duration,
}

/// An action that ended an invitation. Expiry is not one, because it follows from the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::fake) enum Resolution {
    Accepted,
    Revoked,
}

impl InvitationState {
    pub(super) fn new(at: Arrival, expires_in_days: u32) -> Self {
        Self {
            resolution: None,
            expires_at: at.wall.saturating_add(DAY * expires_in_days),
            created_at: at.wall,
            updated_at: at.wall,
            created: at.now,
        }
    }

    pub(in crate::fake) const fn resolution(&self) -> Option<Resolution> {
        self.resolution
    }

    pub(in crate::fake) fn status(&self, wall: Timestamp) -> &'static str {
        match self.resolution {
            Some(Resolution::Accepted) => ACCEPTED,
            Some(Resolution::Revoked) => REVOKED,
            None if self.expires_at <= wall => EXPIRED,
            None => PENDING,
        }
    }

    pub(in crate::fake) fn is_pending(&self, wall: Timestamp) -> bool {
        self.status(wall) == PENDING
    }

    pub(in crate::fake) fn resolve(&mut self, resolution: Resolution, wall: Timestamp) {
        self.resolution = Some(resolution);
        self.updated_at = wall;
    }
}
