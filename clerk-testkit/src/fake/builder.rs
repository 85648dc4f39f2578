use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_core::{Clock, SecretKey, SystemClock};

use super::address::identity;
use super::call_record::CallRecord;
use super::config::{Access, BulkOn5xx, Config, IgnoreExisting};
use super::fault::FaultPlan;
use super::limits::WindowKind;
use super::{FakeClerk, default_key};

/// Makes a [`FakeClerk`]: [`FakeClerk::builder`] starts it. Everything has a default.
///
/// An address is itself, trimmed and with ASCII letters in lower case, wherever one is given.
#[must_use]
pub struct FakeClerkBuilder {
    config: Config,
    /// The documented ones if it is `None`.
    limits: Option<RateLimits>,
    clock: Arc<dyn Clock>,
}

impl FakeClerkBuilder {
    pub(super) fn new() -> Self {
        let config = Config {
            secret_key: default_key(),
            limits: RateLimits::none(),
            window: WindowKind::default(),
            users: Vec::new(),
            pending: Vec::new(),
            malformed: Default::default(),
            access: Access::default(),
            ignore_existing: IgnoreExisting::default(),
            bulk_on_5xx: BulkOn5xx::default(),
            read_lag: Duration::ZERO,
            latency: Duration::ZERO,
            faults: FaultPlan::new(),
            on_call: None,
        };
        Self {
            config,
            limits: None,
            clock: Arc::new(SystemClock::new()),
        }
    }

    /// Takes this key and no other, instead of [`FakeClerk::SECRET_KEY`]. It also says whether the instance is for
    /// development or production.
    pub fn secret_key(mut self, key: SecretKey) -> Self {
        self.config.secret_key = key;
        self
    }

    /// Has these limits instead of [those documented](RateLimits::documented) for the key's kind of instance.
    pub fn limits(mut self, limits: RateLimits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Has windows of this kind instead of [`WindowKind::Fixed`].
    pub const fn window(mut self, kind: WindowKind) -> Self {
        self.config.window = kind;
        self
    }

    /// A user with this address exists.
    pub fn existing_user(mut self, address: impl AsRef<str>) -> Self {
        self.config.users.push(identity(address.as_ref()));
        self
    }

    /// An invitation for this address is pending, made before the first call. No mail is counted for it.
    pub fn pending_invitation(mut self, address: impl AsRef<str>) -> Self {
        self.config.pending.push(identity(address.as_ref()));
        self
    }

    /// This address is malformed, whatever it looks like (`form_param_format_invalid`).
    pub fn malformed(mut self, address: impl AsRef<str>) -> Self {
        self.config.malformed.insert(identity(address.as_ref()));
        self
    }

    /// This address is on the instance's blocklist (`not_allowed_access`); `*@example.com` is every address of a
    /// domain.
    pub fn blocked(mut self, address: impl AsRef<str>) -> Self {
        self.config.access.blocked.insert(identity(address.as_ref()));
        self
    }

    /// This address is on the instance's allowlist, and what is not on it is refused (`not_allowed_access`);
    /// `*@example.com` is every address of a domain. Without an allowlist everybody is allowed.
    pub fn allowed(mut self, address: impl AsRef<str>) -> Self {
        self.config.access.allowed.insert(identity(address.as_ref()));
        self
    }

    /// What `ignore_existing` means for the address of a user.
    pub const fn ignore_existing(mut self, rule: IgnoreExisting) -> Self {
        self.config.ignore_existing = rule;
        self
    }

    /// What has happened when a bulk call ends in a 5xx after its effect.
    pub const fn bulk_on_5xx(mut self, rule: BulkOn5xx) -> Self {
        self.config.bulk_on_5xx = rule;
        self
    }

    /// Lists a new invitation only this long after it was made. It counts as a duplicate at once.
    pub const fn read_lag(mut self, lag: Duration) -> Self {
        self.config.read_lag = lag;
        self
    }

    /// Answers this long after a request came and took effect.
    pub const fn latency(mut self, latency: Duration) -> Self {
        self.config.latency = latency;
        self
    }

    /// Lets calls go wrong as this plan says.
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.config.faults = plan;
        self
    }

    /// Tells the time by this clock instead of [`SystemClock`].
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Tells `observe` of each call, in order. It is called while the fake is busy, so it must not call the fake.
    pub fn on_call(mut self, observe: impl Fn(&CallRecord) + Send + Sync + 'static) -> Self {
        self.config.on_call = Some(Arc::new(observe));
        self
    }

    /// Makes the fake.
    pub fn build(mut self) -> FakeClerk {
        let environment = self.config.secret_key.environment();
        self.config.limits = self.limits.unwrap_or_else(|| RateLimits::documented(environment));
        FakeClerk::start(self.config, self.clock)
    }
}

impl Default for FakeClerkBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for FakeClerkBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeClerkBuilder").finish_non_exhaustive()
    }
}
