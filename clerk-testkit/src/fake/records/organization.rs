use std::collections::{BTreeMap, BTreeSet};

/// The role that may invite.
pub(crate) const ADMIN: &str = "org:admin";

/// The role of a plain member.
pub(crate) const MEMBER: &str = "org:member";

/// The organizations of the instance, and the roles that they share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Organizations {
    by_id: BTreeMap<String, Organization>,
    custom_roles: BTreeSet<String>,
}

/// An organization: its members, with their roles.
#[derive(Debug, Clone, Default)]
pub(crate) struct Organization {
    roles_by_address: BTreeMap<String, String>,
    membership_limit: Option<usize>,
}

impl Organizations {
    /// Returns the organization of an id, which is created if it does not exist.
    pub(crate) fn get_or_create(&mut self, id: &str) -> &mut Organization {
        self.by_id.entry(id.to_owned()).or_default()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Organization> {
        self.by_id.get(id)
    }

    pub(crate) fn add_role(&mut self, key: &str) {
        self.custom_roles.insert(key.to_owned());
    }

    pub(crate) fn has_role(&self, key: &str) -> bool {
        matches!(key, ADMIN | MEMBER) || self.custom_roles.contains(key)
    }
}

impl Organization {
    pub(crate) fn add_member(&mut self, email_address: &str, role: &str) {
        self.roles_by_address.insert(email_address.to_owned(), role.to_owned());
    }

    pub(crate) const fn limit_memberships(&mut self, limit: usize) {
        self.membership_limit = Some(limit);
    }

    /// Returns the role of a member, or `None` if the address is not a member's.
    pub(crate) fn role_of(&self, email_address: &str) -> Option<&str> {
        self.roles_by_address.get(email_address).map(String::as_str)
    }

    /// Whether this many people can join besides the members.
    pub(crate) fn has_room_for(&self, invited: usize) -> bool {
        let wanted = self.roles_by_address.len() + invited;
        self.membership_limit.is_none_or(|limit| wanted <= limit)
    }
}

/// Derives the name of a role from its key: `Admin` from `org:admin`.
pub(super) fn role_name(key: &str) -> String {
    let key = key.strip_prefix("org:").unwrap_or(key);
    let mut letters = key.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
