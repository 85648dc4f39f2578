use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::Quota;
use crate::operation::RateLimitKey;

/// A budget of calls that several processes share, such as one in a database.
///
/// A client with one asks it for a place before each call whose endpoint has a limit of its own in the client's
/// [`RateLimits`](super::RateLimits), and so do the invitation runs of the client, with the limits of the run. The limit of all calls together stays
/// local to each process: give each its [share](super::RateLimits::share) of it.
///
/// Each attempt takes a place of its own. A place counts until one window after the call's end, because nobody knows when
/// within the call Clerk counted it.
#[async_trait]
pub trait SharedBudget: fmt::Debug + Send + Sync + 'static {
    /// Takes a place for a call with this key, or returns how long to wait before asking again.
    ///
    /// The call ends within `longest`. If neither [`end`](Self::end) nor [`release`](Self::release) is called, because the
    /// process has died, the place is free again after that time and one window.
    ///
    /// # Errors
    ///
    /// [`SharedBudgetError`] if it cannot be known whether there is a place. The call is then not sent.
    async fn acquire(&self, key: RateLimitKey, quota: Quota, longest: Duration) -> Result<Acquired, SharedBudgetError>;

    /// Notes that a call has ended now, so that its place is free after one window.
    ///
    /// # Errors
    ///
    /// [`SharedBudgetError`] if it could not be noted. The place is then free later.
    async fn end(&self, place: SharedPlace) -> Result<(), SharedBudgetError>;

    /// Returns the place of a call that was not sent.
    ///
    /// # Errors
    ///
    /// [`SharedBudgetError`] if it could not be returned. The place is then free later.
    async fn release(&self, place: SharedPlace) -> Result<(), SharedBudgetError>;

    /// Lets no call with this key begin for this time, as a 429 asks.
    ///
    /// # Errors
    ///
    /// [`SharedBudgetError`] if it could not be noted.
    async fn block(&self, key: RateLimitKey, wait: Duration) -> Result<(), SharedBudgetError>;
}

/// What a [`SharedBudget`] grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Acquired {
    /// A place: the call may begin.
    Place(SharedPlace),
    /// No place. Ask again after this time.
    Wait(Duration),
}

/// A place in a [`SharedBudget`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedPlace {
    key: RateLimitKey,
    quota: Quota,
    token: u128,
}

impl SharedPlace {
    /// Creates a place. `token` is what the budget knows it by.
    pub const fn new(key: RateLimitKey, quota: Quota, token: u128) -> Self {
        Self { key, quota, token }
    }

    /// Returns the key of the limit.
    pub const fn key(self) -> RateLimitKey {
        self.key
    }

    /// Returns the limit.
    pub const fn quota(self) -> Quota {
        self.quota
    }

    /// Returns what the budget knows the place by.
    pub const fn token(self) -> u128 {
        self.token
    }
}

/// Why a [`SharedBudget`] cannot be used, and what to do about it.
pub struct SharedBudgetError {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl SharedBudgetError {
    /// Creates an error from its message, which should say what failed and what to do about it.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// Sets the cause of this error.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for SharedBudgetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

crate::debug_as_display!(SharedBudgetError);

impl StdError for SharedBudgetError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
