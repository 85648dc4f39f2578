mod limits;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use http::StatusCode;

use super::budget::{Budget, Permit};
use super::observe::{ObservedWait, Observer, WaitReason};
use super::retry_after;
use super::shared_budget::{Acquired, SharedBudget, SharedPlace};
use crate::clock::Clock;
use crate::operation::{CallContext, CallOptions, RateLimitKey};
use crate::transport::{Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind};

pub use limits::{InvalidRateLimits, Quota, RateLimits};

/// How long a 429 pauses an endpoint at most, whatever its `Retry-After` asks for. A later call asks again.
const LONGEST_PAUSE: Duration = Duration::from_secs(2 * 3600);

/// Keeps the client's calls within rate limits, and pauses an endpoint that returned 429 until its `Retry-After` has passed,
/// two hours at most.
///
/// A call waits for its turn if its options allow the wait. Otherwise it fails at once with
/// [`TransportErrorKind::RateLimited`], unsent, and the error's `retry_after` is the wait. A call counts against the limit
/// until one window after its end, because Clerk may count it at any time between its start and its end.
///
/// Each client counts its own calls. Calls of other processes with the same key become noticeable only as 429, unless they
/// share a [`SharedBudget`].
#[derive(Debug)]
pub struct RateLimit<T> {
    inner: T,
    clock: Arc<dyn Clock>,
    limits: RateLimits,
    all: Budget,
    by_key: Mutex<BTreeMap<RateLimitKey, Budget>>,
    /// False while nothing can hold a call back: there are no quotas, and no 429 has blocked an endpoint. Then the budgets
    /// are not consulted.
    is_limited: AtomicBool,
    shared: Option<Shared>,
    observer: Option<Arc<dyn Observer>>,
}

impl<T> RateLimit<T> {
    /// Keeps the calls of `inner` within `limits`.
    pub fn new(inner: T, limits: RateLimits, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner,
            all: Budget::new(limits.all(), Arc::clone(&clock)),
            is_limited: AtomicBool::new(limits != RateLimits::none()),
            limits,
            by_key: Mutex::default(),
            clock,
            shared: None,
            observer: None,
        }
    }

    /// Takes a place in `budget` too for each call whose endpoint has a limit of its own. An attempt ends within `longest`,
    /// unless the call sets its own timeout.
    #[must_use]
    pub fn with_shared_budget(mut self, budget: Arc<dyn SharedBudget>, longest: Duration) -> Self {
        self.shared = Some(Shared { budget, longest });
        self.is_limited.store(true, Ordering::Release);
        self
    }

    /// Reports the waits for a rate limit to an observer.
    #[must_use]
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    fn budget(&self, key: RateLimitKey) -> Budget {
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Budget::new(self.limits.quota(key), Arc::clone(&self.clock));
        by_key.entry(key).or_insert_with(new).clone()
    }

    /// Waits until a call may begin by the limit of all calls and its endpoint's own.
    async fn acquire(&self, context: Option<&CallContext>) -> Result<Permits, TransportError> {
        let own = context.map(|context| self.budget(context.operation().rate_limit_key()));
        loop {
            let now = self.clock.now();
            let wait = match self.try_acquire(own.as_ref(), now) {
                Ok(mut permits) => match self.try_share(context).await {
                    Ok(Some(Acquired::Wait(wait))) => {
                        permits.release();
                        wait
                    }
                    Ok(Some(Acquired::Place(place))) => {
                        permits.shared = Some(place);
                        return Ok(permits);
                    }
                    Ok(None) => return Ok(permits),
                    Err(error) => {
                        permits.release();
                        return Err(error);
                    }
                },
                Err(free_at) => free_at.saturating_sub(now),
            };
            self.wait(context, wait).await?;
        }
    }

    /// Waits for a place, if the call allows the wait.
    async fn wait(&self, context: Option<&CallContext>, wait: Duration) -> Result<(), TransportError> {
        let now = self.clock.now();
        let allowed = match context {
            Some(context) => context.allows_wait(wait, now),
            None => wait <= CallOptions::DEFAULT_MAX_WAIT,
        };
        if !allowed {
            let kind = TransportErrorKind::RateLimited;
            return Err(TransportError::new(kind, Delivery::NotSent).with_retry_after(wait));
        }
        if let Some(observer) = &self.observer {
            let number = context.map_or(1, CallContext::attempt);
            observer.waiting(&ObservedWait::new(context, number, WaitReason::RateLimit, wait));
        }
        self.clock.sleep(wait).await;
        Ok(())
    }

    /// Asks the shared budget for a place, if the call needs one.
    async fn try_share(&self, context: Option<&CallContext>) -> Result<Option<Acquired>, TransportError> {
        let Some((shared, context)) = self.shared.as_ref().zip(context) else {
            return Ok(None);
        };
        let key = context.operation().rate_limit_key();
        let Some(quota) = self.limits.quota(key).filter(|_| !context.holds_shared_place()) else {
            return Ok(None);
        };
        let longest = context.attempt_timeout().unwrap_or(shared.longest);
        let acquired = shared.budget.acquire(key, quota, longest).await;
        acquired
            .map(Some)
            .map_err(|error| TransportError::new(TransportErrorKind::Other, Delivery::NotSent).with_source(error))
    }

    /// Takes a place in both budgets, or in neither and returns when to ask again.
    fn try_acquire(&self, own: Option<&Budget>, now: Duration) -> Result<Permits, Duration> {
        let own_free_at = own.map_or(now, |own| own.free_at(now));
        if own_free_at > now {
            return Err(own_free_at.max(self.all.free_at(now)));
        }
        let all = self.all.try_acquire(now)?;
        match own.map(|own| own.try_acquire(now)).transpose() {
            Ok(own) => Ok(Permits { all, own, shared: None }),
            // Another call has taken the place just now.
            Err(free_at) => {
                all.release();
                Err(free_at)
            }
        }
    }

    /// Gives a place in the shared budget back, as far as the call has used it. If that fails, the place is free later.
    async fn give_back(&self, place: SharedPlace, result: &Result<HttpResponse, TransportError>) {
        if let Some(Shared { budget, .. }) = &self.shared {
            let _ = match result {
                Err(error) if error.delivery() == Delivery::NotSent => budget.release(place).await,
                _ => budget.end(place).await,
            };
        }
    }

    /// Blocks the endpoint for as long as a 429 asks, for the other processes too.
    async fn apply_retry_after(&self, key: RateLimitKey, response: &HttpResponse) {
        if response.status() != StatusCode::TOO_MANY_REQUESTS {
            return;
        }
        if let Some(wait) = retry_after(response.headers(), &*self.clock) {
            let wait = wait.min(LONGEST_PAUSE);
            self.budget(key).block_until(self.clock.now().saturating_add(wait));
            self.is_limited.store(true, Ordering::Release);
            if let Some(Shared { budget, .. }) = &self.shared {
                // If it fails, the others are asked to wait by a 429 of their own.
                let _ = budget.block(key, wait).await;
            }
        }
    }
}

/// The budget that several processes share, and how long a call takes at most.
#[derive(Debug)]
struct Shared {
    budget: Arc<dyn SharedBudget>,
    longest: Duration,
}

/// The places of one call.
struct Permits {
    all: Permit,
    own: Option<Permit>,
    shared: Option<SharedPlace>,
}

impl Permits {
    fn release(self) {
        self.all.release();
        self.own.into_iter().for_each(Permit::release);
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for RateLimit<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let context = CallContext::from_request(&request);
        let key = context.map(|context| context.operation().rate_limit_key());
        let mut permits = if self.is_limited.load(Ordering::Acquire) {
            Some(self.acquire(context).await?)
        } else {
            None
        };
        let shared = permits.as_mut().and_then(|permits| permits.shared.take());
        let result = self.inner.send(request).await;
        if let Some(place) = shared {
            self.give_back(place, &result).await;
        }
        match (&result, key) {
            (Ok(response), Some(key)) => self.apply_retry_after(key, response).await,
            (Err(error), _) if error.delivery() == Delivery::NotSent => permits.into_iter().for_each(Permits::release),
            _ => {}
        }
        result
    }
}
