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
use crate::client::Client;
use crate::middleware::budget::{Budget, Permit};
use crate::middleware::{Acquired, Quota, SharedBudget, SharedBudgetError, SharedPlace};
use crate::model::Timestamp;
use crate::operation::RateLimitKey;

/// How much longer than Clerk's window a lane's own window is: clocks and networks are not exact.
const MARGIN: Duration = Duration::from_secs(1);

/// The two lanes of a run. Each has at most one call under way.
pub(super) struct LanePair {
    bulk: LaneState,
    single: LaneState,
    /// The budget of all calls, which reads share.
    global_budget: Budget,
    /// The budget that the client shares with other processes, and how long an attempt takes at most.
    shared: Option<(Arc<dyn SharedBudget>, Duration)>,
}

struct LaneState {
    key: RateLimitKey,
    /// Clerk's limit with a margin.
    quota: Option<Quota>,
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

/// The places of one call in the budgets.
pub(super) struct Permits {
    own: Permit,
    all: Permit,
    shared: Option<SharedPlace>,
}

impl LanePair {
    pub(super) fn new(settings: &Settings, client: &Client, target: &Target, global_budget: Budget) -> Self {
        let with_margin = |quota: Quota| Quota::new(quota.calls(), quota.per().saturating_add(MARGIN));
        let state = |lane| {
            let key = target.rate_limit_key(lane);
            let documented = settings.limits.quota(key);
            let quota = documented.map(with_margin);
            LaneState {
                key,
                quota,
                capacity: Capacity::new(settings.lanes.has(lane), documented),
                budget: Budget::new(quota, Arc::clone(client.clock())),
                call: None,
            }
        };
        Self {
            bulk: state(Lane::Bulk),
            single: state(Lane::Single),
            global_budget,
            shared: client
                .shared_budget()
                .map(|(budget, longest)| (Arc::clone(budget), longest)),
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

    /// Returns the longest window of the lanes' limits.
    pub(super) fn longest_window(&self) -> Duration {
        let quotas = [self.bulk.quota, self.single.quota].into_iter().flatten();
        quotas.map(Quota::per).max().unwrap_or_default()
    }

    /// Takes a place for a call that begins now, if one may begin.
    pub(super) async fn acquire(&mut self, lane: Lane, now: Duration) -> Result<Option<Permits>, SharedBudgetError> {
        let Some(mut permits) = self.try_acquire(lane, now) else {
            return Ok(None);
        };
        let LaneState { key, quota, .. } = *self.get(lane);
        let Some(((budget, longest), quota)) = self.shared.clone().zip(quota) else {
            return Ok(Some(permits));
        };
        match budget.acquire(key, quota, longest).await {
            Ok(Acquired::Place(place)) => {
                permits.shared = Some(place);
                Ok(Some(permits))
            }
            Ok(Acquired::Wait(wait)) => {
                permits.release();
                self.block_until(lane, now.saturating_add(wait));
                Ok(None)
            }
            Err(error) => {
                permits.release();
                Err(error)
            }
        }
    }

    /// Takes a place in this process's own budgets.
    fn try_acquire(&self, lane: Lane, now: Duration) -> Option<Permits> {
        if self.free_at(lane, now)? > now {
            return None;
        }
        let own = self.get(lane).budget.try_acquire(now).ok()?;
        let all = self.global_budget.try_acquire(now).ok()?;
        Some(Permits { own, all, shared: None })
    }

    /// Returns the places of an attempt that is not made.
    pub(super) async fn release(&mut self, permits: Permits) {
        let place = permits.shared;
        permits.release();
        if let Some(((budget, _), place)) = self.shared.clone().zip(place) {
            // If it fails, the place is free later.
            let _ = budget.release(place).await;
        }
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
        let task = match (&self.shared, permits.shared) {
            (Some((budget, _)), Some(place)) => in_place(Arc::clone(budget), place, task),
            _ => task,
        };
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

impl Permits {
    /// Returns the places in this process's own budgets.
    fn release(self) {
        self.own.release();
        self.all.release();
    }
}

/// Makes an attempt, and notes in the shared budget when it has ended. If that fails, the place is free later.
fn in_place(budget: Arc<dyn SharedBudget>, place: SharedPlace, task: AttemptTask) -> AttemptTask {
    Box::pin(async move {
        let end = task.await;
        let _ = budget.end(place).await;
        end
    })
}
