//! The budget of calls that the machines share, in the store.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clerk_core::middleware::{Acquired, Quota, SharedBudget, SharedBudgetError, SharedPlace};
use clerk_core::{Clock, RateLimitKey, async_trait};
use clerk_testkit::ManualClock;

use super::process::Process;
use crate::breakage::Break;

/// How long a broken store takes between counting the places and taking one.
const SLOW: Duration = Duration::from_secs(60);

/// The places of all machines. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Places {
    state: Arc<Mutex<State>>,
    clock: ManualClock,
    /// How much longer a place is kept whose call has no end: its process may be stopped before it sends.
    longest_stop: Duration,
    broken: Option<Break>,
}

#[derive(Debug, Default)]
struct State {
    last_token: u128,
    /// When each place is free again, by its token.
    taken: BTreeMap<RateLimitKey, BTreeMap<u128, Duration>>,
    blocked_until: BTreeMap<RateLimitKey, Duration>,
}

impl Places {
    pub(super) fn new(clock: &ManualClock, longest_stop: Duration, broken: Option<Break>) -> Self {
        Self {
            state: Arc::default(),
            clock: clock.clone(),
            longest_stop,
            broken,
        }
    }

    /// Returns how long to wait for a place, if there is none now.
    fn wait(&self, key: RateLimitKey, quota: Quota) -> Option<Duration> {
        let now = self.clock.elapsed();
        let mut state = self.state();
        let blocked = state.blocked_until.get(&key).map(|until| until.saturating_sub(now));
        if let Some(wait) = blocked.filter(|wait| !wait.is_zero()) {
            return Some(wait);
        }
        let taken = state.taken.entry(key).or_default();
        taken.retain(|_, free_at| *free_at > now);
        let first = taken.values().min().copied();
        first
            .filter(|_| taken.len() >= quota.calls() as usize)
            .map(|free_at| free_at.saturating_sub(now))
    }

    fn take(&self, key: RateLimitKey, quota: Quota, longest: Duration) -> SharedPlace {
        let free_at = self.clock.elapsed() + longest + self.longest_stop + quota.per();
        let mut state = self.state();
        state.last_token += 1;
        let token = state.last_token;
        state.taken.entry(key).or_default().insert(token, free_at);
        SharedPlace::new(key, quota, token)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The budget as one machine reaches it.
#[derive(Debug, Clone)]
pub(super) struct MachineBudget {
    pub(super) places: Places,
    pub(super) process: Process,
}

impl MachineBudget {
    fn reach(&self) -> Result<&Places, SharedBudgetError> {
        match self.process.is_cut() {
            true => Err(SharedBudgetError::new("the store cannot be reached")),
            false => Ok(&self.places),
        }
    }
}

#[async_trait]
impl SharedBudget for MachineBudget {
    async fn acquire(&self, key: RateLimitKey, quota: Quota, longest: Duration) -> Result<Acquired, SharedBudgetError> {
        let places = self.reach()?;
        if let Some(wait) = places.wait(key, quota) {
            return Ok(Acquired::Wait(wait));
        }
        if places.broken == Some(Break::Budget) {
            // Others may take the place meanwhile.
            places.clock.sleep(SLOW).await;
        }
        Ok(Acquired::Place(places.take(key, quota, longest)))
    }

    async fn end(&self, place: SharedPlace) -> Result<(), SharedBudgetError> {
        let places = self.reach()?;
        let free_at = places.clock.elapsed() + place.quota().per();
        let mut state = places.state();
        if let Some(known) = state.taken.entry(place.key()).or_default().get_mut(&place.token()) {
            *known = free_at;
        }
        Ok(())
    }

    async fn release(&self, place: SharedPlace) -> Result<(), SharedBudgetError> {
        let places = self.reach()?;
        places
            .state()
            .taken
            .entry(place.key())
            .or_default()
            .remove(&place.token());
        Ok(())
    }

    async fn block(&self, key: RateLimitKey, wait: Duration) -> Result<(), SharedBudgetError> {
        let places = self.reach()?;
        let until = places.clock.elapsed() + wait;
        let mut state = places.state();
        let blocked = state.blocked_until.entry(key).or_default();
        *blocked = until.max(*blocked);
        Ok(())
    }
}
