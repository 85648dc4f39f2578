//! How an instance is set up: what it stores before the first call, and the rules that its operations follow.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::metadata::MetadataLimit;
use super::named::named;
use super::records::{NewInvitation, NewMember, NewOrganization, NewOrganizationInvitation, NewUser};

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

/// Whether an address can have two pending invitations to the same target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PendingDuplicate {
    /// A second one is refused, unless it ignores existing invitations. This is the default, and how Clerk behaves.
    #[default]
    Refused,
    /// A second one is created, and mailed. In such an instance, nothing but the caller prevents duplicates, so that a test sees
    /// whether the caller does.
    Accepted,
}

named!(IgnoreExisting {
    "per-operation" => PerOperation,
    "refuses-users" => RefusesUsers,
    "bypasses-users" => BypassesUsers,
});

named!(OrganizationDuplicate {
    "not-unique" => NotUnique,
    "duplicate-record" => DuplicateRecord,
});

named!(PendingDuplicate {
    "refused" => Refused,
    "accepted" => Accepted,
});

/// Addresses are normalized, and lists are in the order of their ids.
#[derive(Debug, Clone, Default)]
pub(super) struct InstanceConfig {
    pub(super) is_production: bool,
    pub(super) users: Vec<NewUser>,
    pub(super) pending: Vec<NewInvitation>,
    /// By id.
    pub(super) organizations: BTreeMap<String, NewOrganization>,
    /// Members, each with the id of the organization.
    pub(super) members: Vec<(String, NewMember)>,
    /// Roles besides those that every instance has.
    pub(super) roles: BTreeSet<String>,
    /// Pending invitations, each with the id of its organization.
    pub(super) pending_in_organizations: Vec<(String, NewOrganizationInvitation)>,
    /// Addresses, each with whether its entry is locked.
    pub(super) waitlist: Vec<(String, bool)>,
    pub(super) malformed: BTreeSet<String>,
    pub(super) access: AccessLists,
    pub(super) ignore_existing: IgnoreExisting,
    pub(super) organization_duplicate: OrganizationDuplicate,
    pub(super) pending_duplicate: PendingDuplicate,
    pub(super) read_lag: Duration,
    pub(super) metadata_limit: MetadataLimit,
}

impl InstanceConfig {
    /// Adds a user, or replaces the one with its address.
    pub(super) fn add_user(&mut self, new: NewUser) {
        let known = self
            .users
            .iter_mut()
            .find(|user| user.email_address == new.email_address);
        match known {
            Some(user) => *user = new,
            None => self.users.push(new),
        }
    }

    /// Returns the organization of an id, which is added if there is none.
    pub(super) fn organization(&mut self, id: &str) -> &mut NewOrganization {
        let organization = self.organizations.entry(id.to_owned());
        organization.or_insert_with(|| NewOrganization::new(id.to_owned()))
    }

    /// Adds a member to an organization, with the user and the organization if necessary. Replaces the role of a member.
    pub(super) fn add_member(&mut self, organization_id: &str, new: NewMember) {
        self.organization(organization_id);
        if !self.users.iter().any(|user| user.email_address == new.email_address) {
            self.users.push(NewUser::new(&new.email_address));
        }
        self.members
            .retain(|(id, member)| id != organization_id || member.email_address != new.email_address);
        self.members.push((organization_id.to_owned(), new));
    }

    /// Returns the type of the environment, as Clerk's API shows it.
    pub(super) const fn environment(&self) -> &'static str {
        if self.is_production {
            "production"
        } else {
            "development"
        }
    }
}

/// The allowlist and the blocklist. An item is an address, or `*@` and a domain.
#[derive(Debug, Clone, Default)]
pub(super) struct AccessLists {
    /// Every address is allowed if it is empty.
    pub(super) allowed: BTreeSet<String>,
    pub(super) blocked: BTreeSet<String>,
}

impl AccessLists {
    pub(super) fn extend(&mut self, added: Self) {
        self.allowed.extend(added.allowed);
        self.blocked.extend(added.blocked);
    }
}
