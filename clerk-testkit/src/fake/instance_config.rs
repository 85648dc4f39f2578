//! How an instance is set up: what it stores before the first call, and the rules that its operations follow.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::error::Refusal;
use super::named::named;
use super::records::{ADMIN, MEMBER, NewInvitation, NewMember, NewOrganization, NewOrganizationInvitation, NewUser};

/// The id of the instance.
pub(super) const INSTANCE_ID: &str = "ins_fake";

/// Whether `ignore_existing` lets the address of a user be invited. Clerk's own texts contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IgnoreExisting {
    /// It bypasses pending invitations only: the address of a user is refused all the same.
    ///
    /// This is the default, because Clerk's description of the bulk operation says that nothing bypasses the rule, and
    /// because code that handles the refusal works either way.
    #[default]
    RefusesUsers,
    /// It bypasses users too.
    BypassesUsers,
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

named!(IgnoreExisting {
    "refuses-users" => RefusesUsers,
    "bypasses-users" => BypassesUsers,
});

named!(OrganizationDuplicate {
    "not-unique" => NotUnique,
    "duplicate-record" => DuplicateRecord,
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
    pub(super) read_lag: Duration,
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

    pub(super) fn has_role(&self, key: &str) -> bool {
        matches!(key, ADMIN | MEMBER) || self.roles.contains(key)
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

    /// Refuses all of these addresses if one of them is excluded.
    pub(super) fn check<'a>(&self, addresses: impl Iterator<Item = &'a str>) -> Result<(), Refusal> {
        let mut excluded: Vec<String> = Vec::new();
        for address in addresses {
            if !self.allows(address) && !excluded.iter().any(|known| known == address) {
                excluded.push(address.to_owned());
            }
        }
        if excluded.is_empty() {
            Ok(())
        } else {
            Err(Refusal::not_allowed(&excluded))
        }
    }

    fn allows(&self, address: &str) -> bool {
        !covers(&self.blocked, address) && (self.allowed.is_empty() || covers(&self.allowed, address))
    }
}

fn covers(list: &BTreeSet<String>, address: &str) -> bool {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    list.contains(address) || list.contains(&format!("*@{domain}"))
}
