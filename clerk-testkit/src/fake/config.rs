//! What an instance is like: set once, when the fake is built.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use clerk_core::SecretKey;
use clerk_core::middleware::RateLimits;

use super::call_record::CallRecord;
use super::fault::FaultPlan;
use super::limits::WindowKind;
use super::organization_invitations::CreateOrganizationInvitation;
use super::organizations::Organizations;

/// Whether `ignore_existing` lets an address be invited that a user has. Clerk's own texts contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IgnoreExisting {
    /// It sets aside pending invitations alone: a user's address is refused all the same.
    ///
    /// The default, because the description of the bulk operation says that this rule has no way around it, and because
    /// code that copes with the refusal works either way.
    #[default]
    RefusesUsers,
    /// It sets aside users too.
    BypassesUsers,
}

/// What has happened when a bulk call ends in a [5xx after its effect](super::Fault::ServerError). Clerk does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BulkOn5xx {
    /// Everybody is invited.
    #[default]
    Atomic,
    /// The first half of the people, rounded up, is invited.
    Partial,
}

/// What an organization invitation is refused with if one is pending for the address. Clerk's texts name both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrganizationDuplicate {
    /// `organization_invitation_not_unique`, which does not say which address it is.
    ///
    /// The default, because code that copes without knowing the address works either way.
    #[default]
    NotUnique,
    /// `duplicate_record`, which names the addresses, as for invitations to the application.
    DuplicateRecord,
}

pub(super) type OnCall = Arc<dyn Fn(&CallRecord) + Send + Sync>;

pub(super) struct Config {
    pub(super) secret_key: SecretKey,
    pub(super) limits: RateLimits,
    pub(super) window: WindowKind,
    /// In the order given, which is that of their ids, as is that of all lists here.
    pub(super) users: Vec<String>,
    pub(super) pending: Vec<String>,
    pub(super) organizations: Organizations,
    /// With the ids of the organizations.
    pub(super) pending_in_organizations: Vec<(String, CreateOrganizationInvitation)>,
    /// Each with whether the entry is locked.
    pub(super) waitlist: Vec<(String, bool)>,
    pub(super) malformed: BTreeSet<String>,
    pub(super) access: Access,
    pub(super) ignore_existing: IgnoreExisting,
    pub(super) organization_duplicate: OrganizationDuplicate,
    pub(super) bulk_on_5xx: BulkOn5xx,
    pub(super) read_lag: Duration,
    pub(super) latency: Duration,
    pub(super) faults: FaultPlan,
    pub(super) on_call: Option<OnCall>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").finish_non_exhaustive()
    }
}

/// The allowlist and the blocklist: addresses, or `*@` and a domain.
#[derive(Debug, Default)]
pub(super) struct Access {
    /// Everybody is allowed if it is empty.
    pub(super) allowed: BTreeSet<String>,
    pub(super) blocked: BTreeSet<String>,
}

impl Access {
    pub(super) fn allows(&self, address: &str) -> bool {
        !names(&self.blocked, address) && (self.allowed.is_empty() || names(&self.allowed, address))
    }
}

fn names(list: &BTreeSet<String>, address: &str) -> bool {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    list.contains(address) || list.contains(&format!("*@{domain}"))
}
