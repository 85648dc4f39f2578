//! Organizations, as far as inviting needs them: who is a member, and with which role.

use std::collections::{BTreeMap, BTreeSet};

use super::error::Refusal;

/// The role whose members may invite.
pub(super) const ADMIN: &str = "org:admin";

/// The role of members who may not.
pub(super) const MEMBER: &str = "org:member";

/// The organizations of the instance, and the roles that they share.
#[derive(Debug, Clone, Default)]
pub(super) struct Organizations {
    by_id: BTreeMap<String, Organization>,
    custom_roles: BTreeSet<String>,
}

/// An organization as the fake keeps it.
#[derive(Debug, Clone, Default)]
pub(super) struct Organization {
    roles_by_address: BTreeMap<String, String>,
    membership_limit: Option<usize>,
}

impl Organizations {
    /// The organization of this id, which exists from now on.
    pub(super) fn add(&mut self, id: &str) -> &mut Organization {
        self.by_id.entry(id.to_owned()).or_default()
    }

    pub(super) fn add_role(&mut self, key: &str) {
        self.custom_roles.insert(key.to_owned());
    }

    pub(super) fn add_member(&mut self, id: &str, email_address: &str, role: String) {
        let members = &mut self.add(id).roles_by_address;
        members.insert(email_address.to_owned(), role);
    }

    pub(super) fn find(&self, id: &str) -> Result<&Organization, Refusal> {
        let found = self.by_id.get(id);
        found.ok_or_else(|| Refusal::not_found("There is no organization of this id."))
    }

    pub(super) fn has_role(&self, key: &str) -> bool {
        matches!(key, ADMIN | MEMBER) || self.custom_roles.contains(key)
    }
}

impl Organization {
    pub(super) fn limit_memberships(&mut self, limit: usize) {
        self.membership_limit = Some(limit);
    }

    /// The role of the member who has this address.
    pub(super) fn role_of(&self, email_address: &str) -> Option<&str> {
        self.roles_by_address.get(email_address).map(String::as_str)
    }

    /// Whether there is a place for everybody who is invited, besides the members.
    pub(super) fn has_room_for(&self, invited: usize) -> bool {
        let wanted = self.roles_by_address.len() + invited;
        self.membership_limit.is_none_or(|limit| wanted <= limit)
    }
}

/// The name of a role, which the fake makes of its key: `Admin` is that of `org:admin`.
pub(super) fn role_name(key: &str) -> String {
    let key = key.strip_prefix("org:").unwrap_or(key);
    let mut letters = key.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
