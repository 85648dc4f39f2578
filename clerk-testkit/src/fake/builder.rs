use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_core::model::Timestamp;
use clerk_core::{Clock, Environment, Operation, SecretKey};

use super::call_record::CallRecord;
use super::config::{BulkOn5xx, Config, default_key};
use super::endpoint::{EndpointCall, FakeEndpoint};
use super::fault::FaultPlan;
use super::instance_config::{IgnoreExisting, InstanceConfig, OrganizationDuplicate, PendingDuplicate};
use super::limits::WindowKind;
use super::metadata::MetadataLimit;
use super::records::{ADMIN, MEMBER, NewInvitation, NewMember, NewOrganizationInvitation, NewUser};
use super::seed::{Seed, Settings};
use super::store::normalize;
use crate::date::{Date, InvalidDate};
use crate::mock::Reply;

/// Builds a [`FakeClerk`](crate::FakeClerk), starting from [`FakeClerk::builder`](crate::FakeClerk::builder). Every setting has a default.
///
/// Addresses are normalized: surrounding whitespace is removed and ASCII letters become lower case.
#[must_use]
pub struct FakeClerkBuilder {
    config: Config,
    /// `None` means the documented limits, which depend on the key.
    limits: Option<RateLimits>,
    /// `None` means the default clock.
    clock: Option<Arc<dyn Clock>>,
}

impl FakeClerkBuilder {
    pub(super) fn new() -> Self {
        let config = Config {
            instance: InstanceConfig::default(),
            secret_key: default_key(),
            limits: RateLimits::none(),
            window: WindowKind::default(),
            bulk_on_5xx: BulkOn5xx::default(),
            latency: Duration::ZERO,
            faults: FaultPlan::new(),
            on_call: None,
            endpoints: Vec::new(),
            start: None,
        };
        Self {
            config,
            limits: None,
            clock: None,
        }
    }

    /// Sets the only key that the fake accepts. The default is [`FakeClerk::SECRET_KEY`](crate::FakeClerk::SECRET_KEY). The key also determines whether
    /// the instance is for development or production.
    pub fn secret_key(mut self, key: SecretKey) -> Self {
        self.config.secret_key = key;
        self
    }

    /// Sets the rate limits. The default is [those documented](RateLimits::documented) for the environment of the key.
    pub fn limits(mut self, limits: RateLimits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Sets the kind of the limits' windows. The default is [`WindowKind::Fixed`].
    pub const fn window(mut self, kind: WindowKind) -> Self {
        self.config.window = kind;
        self
    }

    /// Adds what a seed contains, and applies its settings.
    pub fn seed(mut self, seed: &Seed) -> Self {
        seed.add_to(&mut self.config.instance);
        match &seed.settings {
            Some(settings) => self.with_settings(settings),
            None => self,
        }
    }

    fn with_settings(mut self, settings: &Settings) -> Self {
        let config = &mut self.config;
        let instance = &mut config.instance;
        if let Some(key) = &settings.secret_key {
            config.secret_key = key.0.clone();
        }
        if let Some(limits) = &settings.limits {
            self.limits = limits.0.clone();
        }
        if let Some(faults) = &settings.faults {
            config.faults = faults.0.clone().seed(settings.fault_seed);
        }
        config.start = settings.start.map(|date| date.0).or(config.start);
        config.window = settings.window.unwrap_or(config.window);
        config.bulk_on_5xx = settings.bulk_on_5xx.unwrap_or(config.bulk_on_5xx);
        config.latency = settings.latency().unwrap_or(config.latency);
        instance.ignore_existing = settings.ignore_existing.unwrap_or(instance.ignore_existing);
        instance.metadata_limit = settings.metadata_limit.map_or(instance.metadata_limit, MetadataLimit);
        instance.organization_duplicate = settings
            .organization_duplicate
            .unwrap_or(instance.organization_duplicate);
        instance.pending_duplicate = settings.pending_duplicate.unwrap_or(instance.pending_duplicate);
        instance.read_lag = settings.read_lag().unwrap_or(instance.read_lag);
        self
    }

    /// Adds a user with this address.
    pub fn existing_user(mut self, address: impl AsRef<str>) -> Self {
        let new = NewUser::new(&normalize(address.as_ref()));
        self.config.instance.add_user(new);
        self
    }

    /// Adds a pending invitation for this address, created before the first call. No email is counted for it.
    pub fn pending_invitation(mut self, address: impl AsRef<str>) -> Self {
        let new = NewInvitation::new(normalize(address.as_ref()));
        self.config.instance.pending.push(new);
        self
    }

    /// Adds an organization with this id, without members. Its name is its id.
    pub fn organization(mut self, id: impl AsRef<str>) -> Self {
        self.config.instance.organization(id.as_ref());
        self
    }

    /// Adds a user with this address as a member of the organization, with the role `org:member`. Adds the organization
    /// if necessary.
    pub fn member(self, organization_id: impl AsRef<str>, address: impl AsRef<str>) -> Self {
        self.with_member(organization_id.as_ref(), address.as_ref(), MEMBER)
    }

    /// Like [`member`](Self::member), with the role `org:admin`: the user may invite and revoke invitations.
    /// [`FakeClerk::user_id`](crate::FakeClerk::user_id) returns the user's id.
    pub fn administrator(self, organization_id: impl AsRef<str>, address: impl AsRef<str>) -> Self {
        self.with_member(organization_id.as_ref(), address.as_ref(), ADMIN)
    }

    fn with_member(mut self, organization_id: &str, address: &str, role: &str) -> Self {
        let new = NewMember::new(&normalize(address), role);
        self.config.instance.add_member(organization_id, new);
        self
    }

    /// Adds a role, such as `org:billing`, that people can be invited with, besides `org:admin` and `org:member`.
    pub fn organization_role(mut self, key: impl AsRef<str>) -> Self {
        self.config.instance.roles.insert(key.as_ref().to_owned());
        self
    }

    /// Limits the members and pending invitations of the organization together
    /// (`organization_membership_quota_exceeded`). Adds the organization if necessary. There is no limit by default.
    pub fn membership_limit(mut self, organization_id: impl AsRef<str>, limit: usize) -> Self {
        let organization = self.config.instance.organization(organization_id.as_ref());
        organization.membership_limit = Some(limit);
        self
    }

    /// Adds a pending invitation to the organization for this address, with the role `org:member`, created before the first
    /// call. Adds the organization if necessary. No email is counted for it.
    pub fn pending_organization_invitation(
        mut self,
        organization_id: impl AsRef<str>,
        address: impl AsRef<str>,
    ) -> Self {
        let organization_id = organization_id.as_ref();
        let instance = &mut self.config.instance;
        instance.organization(organization_id);
        let new = NewOrganizationInvitation::new(normalize(address.as_ref()));
        let pending = &mut instance.pending_in_organizations;
        pending.push((organization_id.to_owned(), new));
        self
    }

    /// Adds a pending waitlist entry for this address, created before the first call. No email is counted for it.
    pub fn waitlist_entry(self, address: impl AsRef<str>) -> Self {
        self.with_waitlist_entry(address.as_ref(), false)
    }

    /// Like [`waitlist_entry`](Self::waitlist_entry), but a batch action has locked the entry and never finishes
    /// (`waitlist_entry_locked`).
    pub fn locked_waitlist_entry(self, address: impl AsRef<str>) -> Self {
        self.with_waitlist_entry(address.as_ref(), true)
    }

    fn with_waitlist_entry(mut self, address: &str, is_locked: bool) -> Self {
        self.config.instance.waitlist.push((normalize(address), is_locked));
        self
    }

    /// Refuses this address as malformed, whatever its form (`form_param_format_invalid`).
    pub fn malformed(mut self, address: impl AsRef<str>) -> Self {
        self.config.instance.malformed.insert(normalize(address.as_ref()));
        self
    }

    /// Adds this address to the instance's blocklist (`not_allowed_access`). `*@example.com` covers every address of a
    /// domain.
    pub fn blocked(mut self, address: impl AsRef<str>) -> Self {
        let blocked = &mut self.config.instance.access.blocked;
        blocked.insert(normalize(address.as_ref()));
        self
    }

    /// Adds this address to the instance's allowlist. Once there is an allowlist, other addresses are refused
    /// (`not_allowed_access`). `*@example.com` covers every address of a domain.
    pub fn allowed(mut self, address: impl AsRef<str>) -> Self {
        let allowed = &mut self.config.instance.access.allowed;
        allowed.insert(normalize(address.as_ref()));
        self
    }

    /// Sets whether `ignore_existing` bypasses users. The default is [`IgnoreExisting::PerOperation`].
    pub const fn ignore_existing(mut self, rule: IgnoreExisting) -> Self {
        self.config.instance.ignore_existing = rule;
        self
    }

    /// Sets the largest size of each field of metadata, in bytes of JSON (`form_param_exceeds_allowed_size`). The default is
    /// 8 KB, as Clerk documents.
    pub const fn metadata_limit(mut self, bytes: usize) -> Self {
        self.config.instance.metadata_limit = MetadataLimit(bytes);
        self
    }

    /// Sets the error for a duplicate organization invitation. The default is [`OrganizationDuplicate::NotUnique`].
    pub const fn organization_duplicate(mut self, rule: OrganizationDuplicate) -> Self {
        self.config.instance.organization_duplicate = rule;
        self
    }

    /// Sets whether an address can have two pending invitations. The default is [`PendingDuplicate::Refused`].
    pub const fn pending_duplicate(mut self, rule: PendingDuplicate) -> Self {
        self.config.instance.pending_duplicate = rule;
        self
    }

    /// Sets what is left of a bulk call that ends in a 5xx after its effect. The default is [`BulkOn5xx::Atomic`].
    pub const fn bulk_on_5xx(mut self, rule: BulkOn5xx) -> Self {
        self.config.bulk_on_5xx = rule;
        self
    }

    /// Delays the appearance of new invitations and waitlist entries in lists. They count as duplicates and can be read by id
    /// at once. The default is zero.
    pub const fn read_lag(mut self, lag: Duration) -> Self {
        self.config.instance.read_lag = lag;
        self
    }

    /// Sets the time between the arrival of a request, when it takes effect, and its response. The default is zero.
    pub const fn latency(mut self, latency: Duration) -> Self {
        self.config.latency = latency;
        self
    }

    /// Sets the plan of faults. By default, nothing goes wrong.
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.config.faults = plan;
        self
    }

    /// Sets the clock.
    ///
    /// By default, the time is virtual for clients that [`FakeClerk::client`](crate::FakeClerk::client) creates, as with a
    /// [`VirtualClock`](crate::VirtualClock), and real for other clients and for the server.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Sets the time of day at the start and after each [reset](crate::FakeClerk::reset). From then on, time passes as on the
    /// clock. The default is the clock's time of day.
    pub const fn start(mut self, time: Timestamp) -> Self {
        self.config.start = Some(time);
        self
    }

    /// Like [`start`](Self::start), with a time as in RFC 3339, such as `2026-01-01T00:00:00Z`.
    ///
    /// # Errors
    ///
    /// [`InvalidDate`] if the text is no such time.
    pub fn start_date(self, time: &str) -> Result<Self, InvalidDate> {
        let Date(time) = Date::parse(time).ok_or(InvalidDate)?;
        Ok(self.start(time))
    }

    /// Adds an operation of your own, or replaces one that the fake has.
    ///
    /// `handle` is called for requests with the key, within the rate limit of the operation's key if
    /// [`limits`](Self::limits) sets one. The fake is locked meanwhile, so `handle` must not use it. Faults happen to the
    /// fake's own operations only: let `handle` reply with [`Reply::failure`] or [`Reply::hang`].
    ///
    /// ```
    /// use clerk_core::Operation;
    /// use clerk_testkit::FakeClerk;
    /// use clerk_testkit::mock::Reply;
    /// use serde_json::json;
    ///
    /// static GET_PLAN: Operation = Operation::get("GetPlan", "/plans/{plan_id}");
    ///
    /// # pollster::block_on(async {
    /// let fake = FakeClerk::builder()
    ///     .endpoint(&GET_PLAN, |call| match call.param("plan_id") {
    ///         "free" => Reply::json(json!({ "id": "free", "amount": 0 })),
    ///         _ => Reply::error(404, "resource_not_found"),
    ///     })
    ///     .build();
    /// let free = GET_PLAN.request().path_param("plan_id", "free")?;
    /// let plan = fake.client().execute(&free).await?;
    /// assert_eq!(plan["amount"], 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub fn endpoint(
        mut self,
        operation: &Operation,
        handle: impl Fn(&EndpointCall<'_>) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let endpoint = FakeEndpoint::new(operation.clone(), handle);
        self.config.endpoints.push(endpoint);
        self
    }

    /// Calls `observe` with each call, in order. The fake is locked meanwhile, so `observe` must not use it.
    pub fn on_call(mut self, observe: impl Fn(&CallRecord) + Send + Sync + 'static) -> Self {
        self.config.on_call = Some(Arc::new(observe));
        self
    }

    /// Returns the settings, with those that depend on the key.
    pub(super) fn finish(mut self) -> (Config, Option<Arc<dyn Clock>>) {
        let environment = self.config.secret_key.environment();
        self.config.instance.is_production = environment == Environment::Production;
        self.config.limits = self.limits.unwrap_or_else(|| RateLimits::documented(environment));
        (self.config, self.clock)
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
