//! The settings of a run.

use std::time::Duration;

use super::journal::Lane;
use crate::middleware::RateLimits;

/// Which of Clerk's two endpoints that invite people a run uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Lanes {
    /// Both at the same time: 350 people an hour under the documented limits.
    #[default]
    Both,
    /// The bulk endpoint only: 250 people an hour.
    Bulk,
    /// The single endpoint only: 100 people an hour.
    Single,
}

impl Lanes {
    /// Returns whether the run uses this endpoint.
    pub const fn has(self, lane: Lane) -> bool {
        matches!(
            (self, lane),
            (Self::Both, _) | (Self::Bulk, Lane::Bulk) | (Self::Single, Lane::Single)
        )
    }
}

/// The settings of an [`InvitationRun`](super::InvitationRun), documented at its setters.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) limits: RateLimits,
    pub(super) lanes: Lanes,
    pub(super) preflight: bool,
    pub(super) max_wait: Duration,
    pub(super) max_failures: u32,
    pub(super) keep_going: bool,
    pub(super) settle_delay: Duration,
    pub(super) read_lag: Duration,
    pub(super) seed: u64,
}

impl Settings {
    pub(super) fn new(limits: RateLimits) -> Self {
        Self {
            limits,
            lanes: Lanes::default(),
            preflight: true,
            max_wait: Duration::from_secs(2 * 3600),
            max_failures: 5,
            keep_going: false,
            settle_delay: Duration::from_secs(120),
            read_lag: Duration::from_secs(30),
            seed: 0,
        }
    }
}
