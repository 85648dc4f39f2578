//! The state that invitations to the application and to an organization share.

use std::time::Duration;

use clerk_core::model::Timestamp;

use crate::fake::store::Arrival;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const PENDING: &str = "pending";
const ACCEPTED: &str = "accepted";
pub(crate) const REVOKED: &str = "revoked";
const EXPIRED: &str = "expired";

/// Every status of an invitation.
pub(crate) const STATUSES: [&str; 4] = [PENDING, ACCEPTED, REVOKED, EXPIRED];

/// The default validity of an invitation.
pub(crate) const EXPIRES_IN_DAYS: u32 = 30;

/// The times of an invitation, and its resolution if it has one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InvitationState {
    resolution: Option<Resolution>,
    pub(crate) expires_at: Timestamp,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// The creation by the clock's monotonic time.
    pub(crate) created: Duration,
}

/// An action that ended an invitation. Expiry is not one, because it follows from the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolution {
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

    pub(crate) const fn resolution(&self) -> Option<Resolution> {
        self.resolution
    }

    pub(crate) fn status(&self, wall: Timestamp) -> &'static str {
        match self.resolution {
            Some(Resolution::Accepted) => ACCEPTED,
            Some(Resolution::Revoked) => REVOKED,
            None if self.expires_at <= wall => EXPIRED,
            None => PENDING,
        }
    }

    pub(crate) fn is_pending(&self, wall: Timestamp) -> bool {
        self.status(wall) == PENDING
    }

    pub(crate) fn resolve(&mut self, resolution: Resolution, wall: Timestamp) {
        self.resolution = Some(resolution);
        self.updated_at = wall;
    }
}
