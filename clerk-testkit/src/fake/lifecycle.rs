//! What becomes of an invitation, be it to the application or to an organization.

use std::time::Duration;

use clerk_core::model::Timestamp;

use super::state::Arrival;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const PENDING: &str = "pending";

/// All that an invitation's status can be.
pub(super) const STATUSES: [&str; 4] = [PENDING, "accepted", REVOKED, "expired"];

pub(super) const REVOKED: &str = "revoked";

/// How long an invitation is valid unless it says otherwise: 30 days.
pub(super) const EXPIRES_IN_DAYS: u32 = 30;

/// Where an invitation stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lifecycle {
    fate: Fate,
    pub(super) expires_at: Timestamp,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    /// When it was made, as the clock's time that never jumps.
    pub(super) made_at: Duration,
}

/// What somebody did with an invitation. That it expired follows from the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    Accepted,
    Revoked,
}

impl Lifecycle {
    pub(super) fn begin(made: Arrival, expires_in_days: u32) -> Self {
        Self {
            fate: Fate::Open,
            expires_at: made.wall.saturating_add(DAY * expires_in_days),
            created_at: made.wall,
            updated_at: made.wall,
            made_at: made.now,
        }
    }

    pub(super) const fn fate(&self) -> Fate {
        self.fate
    }

    pub(super) fn status(&self, wall: Timestamp) -> &'static str {
        match self.fate {
            Fate::Accepted => "accepted",
            Fate::Revoked => REVOKED,
            Fate::Open if self.expires_at <= wall => "expired",
            Fate::Open => PENDING,
        }
    }

    pub(super) fn is_pending(&self, wall: Timestamp) -> bool {
        self.status(wall) == PENDING
    }

    pub(super) fn meet(&mut self, fate: Fate, wall: Timestamp) {
        self.fate = fate;
        self.updated_at = wall;
    }
}
