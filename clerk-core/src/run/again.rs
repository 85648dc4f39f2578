//! Which people are invited again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::standing::Standing;
use crate::model::Timestamp;

/// Which people an [`InvitationRun`](super::InvitationRun) invites [again](super::InvitationRun::again). A new value includes
/// nobody.
///
/// ```
/// use std::time::Duration;
/// use clerk_core::run::Again;
///
/// // Everyone who has not accepted within a week.
/// let again = Again::new().pending().expired().older_than(Duration::from_secs(7 * 24 * 3600));
/// # let _ = again;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Again {
    pending: bool,
    expired: bool,
    revoked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    older_than_ms: Option<u64>,
}

impl Again {
    /// Includes nobody.
    pub const fn new() -> Self {
        Self {
            pending: false,
            expired: false,
            revoked: false,
            older_than_ms: None,
        }
    }

    /// Includes people with a pending invitation. It is revoked before they are invited again.
    #[must_use]
    pub const fn pending(mut self) -> Self {
        self.pending = true;
        self
    }

    /// Includes people whose newest invitation has expired.
    #[must_use]
    pub const fn expired(mut self) -> Self {
        self.expired = true;
        self
    }

    /// Includes people whose newest invitation was revoked.
    #[must_use]
    pub const fn revoked(mut self) -> Self {
        self.revoked = true;
        self
    }

    /// Leaves out people whose newest invitation was created less than this time ago, to the millisecond.
    #[must_use]
    pub fn older_than(mut self, age: Duration) -> Self {
        self.older_than_ms = Some(u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Whether a person is included, by what became of their invitations and when the deciding one was created.
    pub(super) fn includes(&self, standing: Standing, created_at: Option<Timestamp>, now: Timestamp) -> bool {
        let has_status = match standing {
            Standing::Pending => self.pending,
            Standing::Expired => self.expired,
            Standing::Revoked => self.revoked,
            Standing::Accepted | Standing::NotInvited | Standing::Unknown => false,
        };
        let is_old_enough = self.older_than_ms.is_none_or(|age| {
            created_at.is_some_and(|created_at| now.saturating_since(created_at) >= Duration::from_millis(age))
        });
        has_status && is_old_enough
    }
}
