//! The roles of members of organizations, and the permissions that they give.

use clerk_core::model::Timestamp;
use serde::Serialize;

use crate::fake::store::{Index, Store, Stored, stored};

/// The role that may invite.
pub(crate) const ADMIN: &str = "org:admin";

/// The role of a plain member.
pub(crate) const MEMBER: &str = "org:member";

/// The permissions that every instance has: key, name, and whether plain members have it.
const SYSTEM_PERMISSIONS: [(&str, &str, bool); 8] = [
    ("org:sys_profile:manage", "Manage organization", false),
    ("org:sys_profile:delete", "Delete organization", false),
    ("org:sys_memberships:read", "Read members", true),
    ("org:sys_memberships:manage", "Manage members", false),
    ("org:sys_domains:read", "Read domains", false),
    ("org:sys_domains:manage", "Manage domains", false),
    ("org:sys_billing:read", "Read billing", true),
    ("org:sys_billing:manage", "Manage billing", false),
];

/// A permission, serialized as Clerk's API shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Permission {
    object: &'static str,
    id: String,
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) description: String,
    #[serde(rename = "type")]
    kind: &'static str,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

stored!(Permission, "perm_fake", Key => key);

/// A role.
#[derive(Debug)]
pub(crate) struct Role {
    id: String,
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) description: Option<String>,
    /// The ids of the permissions, in the order in which they were given.
    pub(crate) permissions: Vec<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

stored!(Role, "role_fake", Key => key);

impl Store<Permission> {
    /// Creates the permissions that every instance has.
    pub(crate) fn create_system(&mut self, wall: Timestamp) {
        for (key, name, _) in SYSTEM_PERMISSIONS {
            self.create(key, name, String::new(), "system", wall);
        }
    }

    pub(crate) fn create_custom(&mut self, key: &str, name: &str, description: String, wall: Timestamp) -> &Permission {
        self.create(key, name, description, "user", wall)
    }

    fn create(
        &mut self,
        key: &str,
        name: &str,
        description: String,
        kind: &'static str,
        wall: Timestamp,
    ) -> &Permission {
        self.insert_with(|_, id| Permission {
            object: "permission",
            id,
            name: name.to_owned(),
            key: key.to_owned(),
            description,
            kind,
            created_at: wall,
            updated_at: wall,
        })
    }
}

impl Permission {
    pub(crate) fn is_system(&self) -> bool {
        self.kind == "system"
    }
}

impl Store<Role> {
    /// Creates the roles that every instance has.
    pub(crate) fn create_system(&mut self, permissions: &Store<Permission>, wall: Timestamp) {
        let of_member = |key: &str| {
            SYSTEM_PERMISSIONS
                .iter()
                .any(|(known, _, is_members)| *known == key && *is_members)
        };
        for (key, is_admin) in [(ADMIN, true), (MEMBER, false)] {
            let granted = permissions.iter().map(|(_, permission)| permission);
            let granted = granted.filter(|permission| is_admin || of_member(&permission.key));
            let granted = granted.map(|permission| permission.id().to_owned()).collect();
            self.create(key, &role_name(key), None, granted, wall);
        }
    }

    pub(crate) fn create(
        &mut self,
        key: &str,
        name: &str,
        description: Option<String>,
        permissions: Vec<String>,
        wall: Timestamp,
    ) -> &Role {
        self.insert_with(|_, id| Role {
            id,
            name: name.to_owned(),
            key: key.to_owned(),
            description,
            permissions,
            created_at: wall,
            updated_at: wall,
        })
    }

    pub(crate) fn find(&self, key: &str) -> Option<&Role> {
        self.by(Index::Key, key).next()
    }
}

impl Role {
    /// Returns the permissions of the role.
    pub(crate) fn granted<'a>(&'a self, permissions: &'a Store<Permission>) -> impl Iterator<Item = &'a Permission> {
        self.permissions.iter().filter_map(|id| permissions.get(id))
    }

    /// Whether the creator of an organization can have the role: it must allow to manage the organization and its members.
    pub(crate) fn is_creator_eligible(&self, permissions: &Store<Permission>) -> bool {
        let has = |key: &str| self.granted(permissions).any(|permission| permission.key == key);
        [
            "org:sys_memberships:read",
            "org:sys_memberships:manage",
            "org:sys_profile:delete",
        ]
        .into_iter()
        .all(has)
    }

    /// Returns the role as Clerk's API shows it.
    pub(crate) fn view<'a>(&'a self, permissions: &'a Store<Permission>) -> impl Serialize + use<'a> {
        #[derive(Serialize)]
        struct View<'a> {
            object: &'static str,
            id: &'a str,
            name: &'a str,
            key: &'a str,
            description: Option<&'a str>,
            is_creator_eligible: bool,
            permissions: Vec<&'a Permission>,
            created_at: Timestamp,
            updated_at: Timestamp,
        }

        View {
            object: "role",
            id: &self.id,
            name: &self.name,
            key: &self.key,
            description: self.description.as_deref(),
            is_creator_eligible: self.is_creator_eligible(permissions),
            permissions: self.granted(permissions).collect(),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// Derives the name of a role from its key: `Admin` from `org:admin`.
pub(crate) fn role_name(key: &str) -> String {
    let key = key.strip_prefix("org:").unwrap_or(key);
    let mut letters = key.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
