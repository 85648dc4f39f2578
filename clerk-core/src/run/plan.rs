//! What a run would do.

use super::estimate::Estimate;
use super::outcome::Outcome;
use super::report::Stop;

/// What an [`InvitationRun`](super::InvitationRun) would do, from [`InvitationRun::plan`](super::InvitationRun::plan), or without
/// a call from [`InvitationRun::forecast`](super::InvitationRun::forecast).
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct RunPlan {
    skipped: [usize; Outcome::ALL.len()],
    pub(super) to_invite: usize,
    pub(super) unresolved: usize,
    pub(super) estimate: Estimate,
    pub(super) stopped: Option<Stop>,
}

impl RunPlan {
    pub(super) fn skip(&mut self, outcome: Outcome, count: usize) {
        self.skipped[outcome as usize] = count;
    }

    /// Returns the number of people who need no call, because they have this outcome already.
    pub const fn skipped(&self, outcome: Outcome) -> usize {
        self.skipped[outcome as usize]
    }

    /// Returns the number of people who would be invited. It is the largest possible number if nothing was asked of Clerk.
    pub const fn to_invite(&self) -> usize {
        self.to_invite
    }

    /// Returns the number of unresolved people: an earlier attempt may have invited them, and the run would find out first.
    pub const fn unresolved(&self) -> usize {
        self.unresolved
    }

    /// Estimates the calls and the time that inviting them would take.
    pub const fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// Returns why the plan is incomplete, if it is.
    pub const fn stopped(&self) -> Option<&Stop> {
        self.stopped.as_ref()
    }
}
