//! How an instance is set up: what it stores before the first call, and the rules that its operations follow.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::metadata::MetadataLimit;
use super::records::NewOrganizationInvitation;

/// Whether `ignore_existing` lets the address of a user be invited. Clerk's own texts contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum IgnoreExisting {
    /// It bypasses users in `CreateInvitation` and `InviteWaitlistEntry`, and pending invitations only in
    /// `CreateBulkInvitations`.
    ///
    /// This is the default. Clerk's description says of the single operation that the address may be "claimed by another
    /// user", and of the bulk operation that nothing bypasses existing users.
    #[default]
    PerOperation,
    /// It bypasses pending invitations only: the address of a user is refused all the same.
    RefusesUsers,
    /// It bypasses users too.
    BypassesUsers,
}

impl IgnoreExisting {
    /// Whether it bypasses users in a bulk call or a single one.
    pub(super) const fn bypasses_users(self, is_bulk: bool) -> bool {
        match self {
            Self::PerOperation => !is_bulk,
            Self::RefusesUsers => false,
            Self::BypassesUsers => true,
        }
    }
}

/// The error for an organization invitation whose address has a pending one. Clerk's texts name both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrganizationDuplicate {
    /// `organization_invitation_not_unique`, which does not name the address.
    ///
    /// This is the default, because code that works without the address works either way.
    #[default]
    NotUnique,
    /// `duplicate_record`, which names the addresses, as for invitations to the application.
    DuplicateRecord,
}

/// Addresses are normalized, and lists are in the order of their ids.
#[derive(Debug, Clone, Default)]
pub(super) struct InstanceConfig {
    pub(super) is_production: bool,
    pub(super) users: Vec<String>,
    pub(super) pending: Vec<String>,
    pub(super) organizations: OrganizationSeeds,
    /// Pending invitations, each with the id of its organization.
    pub(super) pending_in_organizations: Vec<(String, NewOrganizationInvitation)>,
    /// Addresses, each with whether its entry is locked.
    pub(super) waitlist: Vec<(String, bool)>,
    pub(super) malformed: BTreeSet<String>,
    pub(super) access: AccessLists,
    pub(super) ignore_existing: IgnoreExisting,
    pub(super) organization_duplicate: OrganizationDuplicate,
    pub(super) read_lag: Duration,
    pub(super) metadata_limit: MetadataLimit,
}

/// The allowlist and the blocklist. An item is an address, or `*@` and a domain.
#[derive(Debug, Clone, Default)]
pub(super) struct AccessLists {
    /// Every address is allowed if it is empty.
    pub(super) allowed: BTreeSet<String>,
    pub(super) blocked: BTreeSet<String>,
}

/// The organizations before the first call, by id, and the roles besides those that every instance has.
#[derive(Debug, Clone, Default)]
pub(super) struct OrganizationSeeds {
    pub(super) by_id: BTreeMap<String, OrganizationSeed>,
    pub(super) roles: BTreeSet<String>,
}

/// An organization before the first call: its members with their roles.
#[derive(Debug, Clone, Default)]
pub(super) struct OrganizationSeed {
    pub(super) roles_by_address: BTreeMap<String, String>,
    pub(super) membership_limit: Option<usize>,
}

impl OrganizationSeeds {
    /// Returns the organization of an id, which is created if it does not exist.
    pub(super) fn get_or_create(&mut self, id: &str) -> &mut OrganizationSeed {
        self.by_id.entry(id.to_owned()).or_default()
    }

    pub(super) fn add_role(&mut self, key: &str) {
        self.roles.insert(key.to_owned());
    }
}

impl OrganizationSeed {
    pub(super) fn add_member(&mut self, email_address: &str, role: &str) {
        self.roles_by_address.insert(email_address.to_owned(), role.to_owned());
    }

    pub(super) const fn limit_memberships(&mut self, limit: usize) {
        self.membership_limit = Some(limit);
    }
}
