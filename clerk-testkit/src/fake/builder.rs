use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::middleware::RateLimits;
use clerk_core::{Clock, SecretKey, SystemClock};

use super::address::identity;
use super::call_record::CallRecord;
use super::config::{Access, BulkOn5xx, Config, IgnoreExisting, OrganizationDuplicate};
use super::fault::FaultPlan;
use super::limits::WindowKind;
use super::organization_invitations::CreateOrganizationInvitation;
use super::organizations::{ADMIN, MEMBER, Organizations};
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
            organizations: Organizations::default(),
            pending_in_organizations: Vec::new(),
            waitlist: Vec::new(),
            malformed: Default::default(),
            access: Access::default(),
            ignore_existing: IgnoreExisting::default(),
            organization_duplicate: OrganizationDuplicate::default(),
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

    /// An organization with this id exists. It has no members; its name is its id.
    pub fn organization(mut self, id: impl AsRef<str>) -> Self {
        self.config.organizations.add(id.as_ref());
        self
    }

    /// A user with this address exists, and is a member of the organization with the role `org:member`. The organization
    /// exists too.
    pub fn member(self, organization_id: impl AsRef<str>, address: impl AsRef<str>) -> Self {
        self.with_member(organization_id.as_ref(), address.as_ref(), MEMBER)
    }

    /// The same with the role `org:admin`: the user may invite, and take invitations back. Find its id with
    /// [`FakeClerk::user_id`].
    pub fn administrator(self, organization_id: impl AsRef<str>, address: impl AsRef<str>) -> Self {
        self.with_member(organization_id.as_ref(), address.as_ref(), ADMIN)
    }

    fn with_member(mut self, organization_id: &str, address: &str, role: &str) -> Self {
        let organizations = &mut self.config.organizations;
        organizations.add_member(organization_id, &identity(address), role.to_owned());
        self.existing_user(address)
    }

    /// People can be invited to organizations with this role, such as `org:billing`, besides `org:admin` and
    /// `org:member`.
    pub fn organization_role(mut self, key: impl AsRef<str>) -> Self {
        self.config.organizations.add_role(key.as_ref());
        self
    }

    /// The organization, which exists, takes this many members and pending invitations together
    /// (`organization_membership_quota_exceeded`). There is no limit otherwise.
    pub fn membership_limit(mut self, organization_id: impl AsRef<str>, limit: usize) -> Self {
        let organization = self.config.organizations.add(organization_id.as_ref());
        organization.limit_memberships(limit);
        self
    }

    /// An invitation to the organization, which exists, is pending for this address with the role `org:member`, made
    /// before the first call. No mail is counted for it.
    pub fn pending_organization_invitation(
        mut self,
        organization_id: impl AsRef<str>,
        address: impl AsRef<str>,
    ) -> Self {
        let organization_id = organization_id.as_ref();
        let new = CreateOrganizationInvitation::new(identity(address.as_ref()));
        self.config.organizations.add(organization_id);
        self.config
            .pending_in_organizations
            .push((organization_id.to_owned(), new));
        self
    }

    /// This address waits on the waitlist since before the first call. No mail is counted for it.
    pub fn waitlist_entry(mut self, address: impl AsRef<str>) -> Self {
        self.config.waitlist.push((identity(address.as_ref()), false));
        self
    }

    /// The same, with a batch action at work on the entry that never ends (`waitlist_entry_locked`).
    pub fn locked_waitlist_entry(mut self, address: impl AsRef<str>) -> Self {
        self.config.waitlist.push((identity(address.as_ref()), true));
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

    /// What an organization invitation is refused with if one is pending for the address.
    pub const fn organization_duplicate(mut self, rule: OrganizationDuplicate) -> Self {
        self.config.organization_duplicate = rule;
        self
    }

    /// What has happened when a bulk call ends in a 5xx after its effect.
    pub const fn bulk_on_5xx(mut self, rule: BulkOn5xx) -> Self {
        self.config.bulk_on_5xx = rule;
        self
    }

    /// Lists a new invitation or waitlist entry only this long after it was made. It counts as a duplicate at once, and
    /// is read by its id at once.
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
