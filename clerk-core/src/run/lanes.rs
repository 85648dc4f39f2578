//! The two endpoints that invite people: what each allows, and the call that is under way on it.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::calls::{AttemptEnd, AttemptTask};
use super::estimate::Capacity;
use super::history::PastCall;
use super::isolation::Isolation;
use super::journal::Lane;
use super::settings::Settings;
use super::target::Target;
use crate::clock::Clock;
use crate::middleware::Quota;
use crate::middleware::budget::{Budget, Permit};
use crate::model::Timestamp;

/// How much longer than Clerk's window a lane's own window is: clocks and networks are not exact.
const MARGIN: Duration = Duration::from_secs(1);

/// The two lanes of a run. Each has at most one call under way.
pub(super) struct LanePair {
    bulk: LaneState,
    single: LaneState,
    /// The budget of all calls, which reads share.
    global_budget: Budget,
}

struct LaneState {
    capacity: Capacity,
    budget: Budget,
    call: Option<LaneCall>,
}

/// A call under way. Its places in the budgets count as used from its end on.
struct LaneCall {
    attempt: u64,
    task: AttemptTask,
    _permits: Permits,
}

/// A lane's place and one in the budget of all calls.
pub(super) type Permits = [Permit; 2];

impl LanePair {
    pub(super) fn new(settings: &Settings, target: &Target, global_budget: Budget, clock: &Arc<dyn Clock>) -> Self {
        let with_margin = |quota: Quota| Quota::new(quota.calls(), quota.per().saturating_add(MARGIN));
        let state = |lane| {
            let quota = settings.limits.quota(target.rate_limit_key(lane));
            LaneState {
                capacity: Capacity::new(settings.lanes.has(lane), quota),
                budget: Budget::new(quota.map(with_margin), Arc::clone(clock)),
                call: None,
            }
        };
        Self {
            bulk: state(Lane::Bulk),
            single: state(Lane::Single),
            global_budget,
        }
    }

    const fn get(&self, lane: Lane) -> &LaneState {
        match lane {
            Lane::Bulk => &self.bulk,
            Lane::Single => &self.single,
        }
    }

    const fn get_mut(&mut self, lane: Lane) -> &mut LaneState {
        match lane {
            Lane::Bulk => &mut self.bulk,
            Lane::Single => &mut self.single,
        }
    }

    /// Returns when a call may begin on a lane by the budgets; `None` if the lane is closed or has a call under way.
    pub(super) fn free_at(&self, lane: Lane, now: Duration) -> Option<Duration> {
        let state = self.get(lane);
        let is_available = state.capacity != Capacity::Closed && state.call.is_none();
        is_available.then(|| state.budget.free_at(now).max(self.global_budget.free_at(now)))
    }

    /// Whether the bulk lane cannot be used, has a quota, or is blocked after a 429.
    pub(super) fn bulk_is_limited(&self, now: Duration) -> bool {
        self.bulk.capacity != Capacity::Unlimited || self.bulk.budget.free_at(now) > now
    }

    /// Takes a place for a call that begins now, if one may begin.
    pub(super) fn try_acquire(&self, lane: Lane, now: Duration) -> Option<Permits> {
        if self.free_at(lane, now)? > now {
            return None;
        }
        let own = self.get(lane).budget.try_acquire(now).ok()?;
        let global = self.global_budget.try_acquire(now).ok()?;
        Some([own, global])
    }

    /// Lets no call begin on a lane before this time, as after a 429.
    pub(super) fn block_until(&self, lane: Lane, until: Duration) {
        self.get(lane).budget.block_until(until);
    }

    /// Counts the calls of earlier processes.
    pub(super) fn remember(&self, calls: &[PastCall], now: Duration, wall: Timestamp) {
        for call in calls {
            self.get(call.lane).budget.remember(call.age(wall), now);
        }
    }

    /// Counts the whole budget of each lane as spent now.
    pub(super) fn spend_all(&self, now: Duration) {
        for lane in [&self.bulk, &self.single] {
            if let Capacity::Limited(quota) = lane.capacity {
                let window = quota.per().saturating_add(MARGIN);
                lane.budget.block_until(now.saturating_add(window));
            }
        }
    }

    /// Chooses how to go on with a rejected batch of this many recipients.
    pub(super) fn isolation(&self, recipients: usize) -> Isolation {
        Isolation::new(recipients, self.bulk.capacity, self.single.capacity)
    }

    /// Polls `task`, the attempt of this number, as the lane's call from now on.
    pub(super) fn begin(&mut self, lane: Lane, attempt: u64, task: AttemptTask, permits: Permits) {
        self.get_mut(lane).call = Some(LaneCall {
            attempt,
            task,
            _permits: permits,
        });
    }

    pub(super) const fn has_call(&self) -> bool {
        self.bulk.call.is_some() || self.single.call.is_some()
    }

    /// Polls the calls under way. Returns the lane and the attempt's number with the end of one that has ended.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Option<(Lane, u64, AttemptEnd)> {
        for &lane in Lane::ALL {
            let call = &mut self.get_mut(lane).call;
            if let Some(LaneCall { attempt, task, .. }) = call
                && let Poll::Ready(end) = task.as_mut().poll(context)
            {
                let attempt = *attempt;
                *call = None;
                return Some((lane, attempt, end));
            }
        }
        None
    }
}
