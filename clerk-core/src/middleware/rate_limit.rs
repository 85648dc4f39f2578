mod limits;
mod window;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use http::StatusCode;

use super::retry_after;
use crate::clock::Clock;
use crate::operation::{CallContext, CallOptions, RateLimitKey};
use crate::transport::{Delivery, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind};

pub use limits::{InvalidRateLimits, Quota, RateLimits};
pub(crate) use window::Window;

/// Keeps the client's own calls within limits, and keeps quiet on an endpoint that answered 429 until its
/// `Retry-After` is over.
///
/// A call waits for its turn if the caller allows the wait, and otherwise fails at once with
/// [`TransportErrorKind::RateLimited`], which tells the wait and was not sent. A place in a limit counts from the end of its
/// call, because nobody knows when within the call Clerk counted it.
///
/// Each client has its own count: what other processes send with the same key shows as 429 alone.
#[derive(Debug)]
pub struct RateLimit<T> {
    inner: T,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limits: RateLimits,
    all: Option<Window>,
    by_key: BTreeMap<RateLimitKey, KeyState>,
}

#[derive(Debug)]
struct KeyState {
    window: Option<Window>,
    blocked_until: Duration,
}

impl<T> RateLimit<T> {
    /// Keeps the calls of `inner` within `limits`.
    pub fn new(inner: T, limits: RateLimits, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            all: limits.all().map(Window::new),
            limits,
            by_key: BTreeMap::new(),
        };
        Self {
            inner,
            clock,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait_for_turn(
        &self,
        key: Option<RateLimitKey>,
        context: Option<&CallContext>,
    ) -> Result<Permit<'_, T>, TransportError> {
        loop {
            let now = self.clock.now();
            let free_at = match self.state().take(key, now) {
                Ok(counts) => {
                    return Ok(Permit {
                        limit: self,
                        key,
                        counts,
                    });
                }
                Err(free_at) => free_at,
            };
            let wait = free_at.saturating_sub(now);
            let allowed = match context {
                Some(context) => context.allows_wait(wait, now),
                None => wait <= CallOptions::DEFAULT_MAX_WAIT,
            };
            if !allowed {
                let kind = TransportErrorKind::RateLimited;
                return Err(TransportError::new(kind, Delivery::NotSent).with_retry_after(wait));
            }
            self.clock.sleep(wait).await;
        }
    }

    /// Heeds what the response to a call tells of the endpoint's limit.
    fn heed(&self, key: Option<RateLimitKey>, result: &Result<HttpResponse, TransportError>) {
        let (Some(key), Ok(response)) = (key, result) else {
            return;
        };
        if response.status() != StatusCode::TOO_MANY_REQUESTS {
            return;
        }
        if let Some(wait) = retry_after(response.headers(), &*self.clock) {
            let until = self.clock.now().saturating_add(wait);
            let mut state = self.state();
            if let (_, Some(state)) = state.of(Some(key)) {
                state.blocked_until = state.blocked_until.max(until);
            }
        }
    }
}

#[async_trait]
impl<T: HttpTransport> HttpTransport for RateLimit<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let context = CallContext::from_request(&request);
        let key = context.map(|context| context.operation().rate_limit_key());
        let permit = self.wait_for_turn(key, context).await?;
        let result = self.inner.send(request).await;
        self.heed(key, &result);
        permit.settle(&result);
        result
    }
}

impl State {
    /// What a call of this key counts in: the limit of all calls, and the key's own.
    fn of(&mut self, key: Option<RateLimitKey>) -> (Option<&mut Window>, Option<&mut KeyState>) {
        let limits = &self.limits;
        let own = key.map(|key| {
            self.by_key.entry(key).or_insert_with(|| KeyState {
                window: limits.quota(key).map(Window::new),
                blocked_until: Duration::ZERO,
            })
        });
        (self.all.as_mut(), own)
    }

    /// Takes a place in every limit that the call counts in, and tells whether there is one; or says when to ask again.
    fn take(&mut self, key: Option<RateLimitKey>, now: Duration) -> Result<bool, Duration> {
        let (mut all, own) = self.of(key);
        let blocked_until = own.as_ref().map_or(now, |own| own.blocked_until);
        let mut window = own.and_then(|own| own.window.as_mut());
        let free_at = |window: &mut Option<&mut Window>| window.as_mut().map_or(now, |window| window.free_at(now));
        let free_at = free_at(&mut all).max(free_at(&mut window)).max(blocked_until);
        if free_at > now {
            return Err(free_at);
        }
        let counts = all.is_some() || window.is_some();
        all.into_iter().chain(window).for_each(Window::take);
        Ok(counts)
    }

    fn each_window(&mut self, key: Option<RateLimitKey>, act: impl FnMut(&mut Window)) {
        let (all, own) = self.of(key);
        let window = own.and_then(|own| own.window.as_mut());
        all.into_iter().chain(window).for_each(act);
    }
}

/// A place that a call has taken. Dropped unsettled, as when the call is abandoned, it counts as used.
struct Permit<'a, T> {
    limit: &'a RateLimit<T>,
    key: Option<RateLimitKey>,
    /// Whether there is a limit for it to count in.
    counts: bool,
}

impl<T> Permit<'_, T> {
    /// Gives the place back if nothing was sent; dropping it counts it as used.
    fn settle(self, result: &Result<HttpResponse, TransportError>) {
        if self.counts && matches!(result, Err(error) if error.delivery() == Delivery::NotSent) {
            self.limit.state().each_window(self.key, Window::give_back);
            std::mem::forget(self);
        }
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        if !self.counts {
            return;
        }
        let now = self.limit.clock.now();
        let mut state = self.limit.state();
        state.each_window(self.key, |window| window.end(now));
    }
}
