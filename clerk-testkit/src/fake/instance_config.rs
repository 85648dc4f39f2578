//! How an instance is set up: what it stores before the first call, and the rules that its operations follow.

use std::collections::BTreeSet;
use std::time::Duration;

use super::error::Refusal;
use super::records::{NewOrganizationInvitation, Organizations};

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

/// Addresses are normalized, and lists are in the order of their ids.
#[derive(Debug, Default)]
pub(super) struct InstanceConfig {
    pub(super) is_production: bool,
    pub(super) users: Vec<String>,
    pub(super) pending: Vec<String>,
    pub(super) organizations: Organizations,
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

/// The allowlist and the blocklist. An item is an address, or `*@` and a domain.
#[derive(Debug, Default)]
pub(super) struct AccessLists {
    /// Every address is allowed if it is empty.
    pub(super) allowed: BTreeSet<String>,
    pub(super) blocked: BTreeSet<String>,
}

impl AccessLists {
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
